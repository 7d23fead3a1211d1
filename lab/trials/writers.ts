/**
 * Many writers at once: a refused commit is tried again, and a ledger keeps what
 * each was told.
 *
 * @module
 */

import pRetry from "p-retry";
import { CatalogError } from "../../lib/catalog/call.ts";
import { interruptSignal } from "../../lib/core/interrupt.ts";
import { type Attempt, Ledger, type LedgerEntry } from "./ledger.ts";
import { SparkError } from "../engines/spark_error.ts";
import { TrinoError } from "../../lib/trino/client.ts";

/**
 * Whether an error says that another writer's commit came in between, so that
 * nothing was written and the same statement may be tried again.
 *
 * Trino names it `ICEBERG_COMMIT_ERROR`, as it does other failures of a commit;
 * what lies beneath tells them apart. A commit of which nobody knows whether it
 * took place is none of these.
 *
 * @example Usage
 * ```ts
 * import { trials } from "@lakehouse/lab";
 *
 * console.log(trials.isCommitConflict(new Error("the network is down"))); // false
 * ```
 */
export function isCommitConflict(error: unknown): boolean {
  if (error instanceof SparkError || error instanceof TrinoError) {
    return error.conflict;
  }
  return error instanceof CatalogError &&
    error.type === "CommitFailedException";
}

/** Options of {@linkcode runWriters}. */
export interface RunWritersOptions {
  /** How often a job is tried again after a conflict. @default {30} */
  retries?: number;
  /** Ends the writers before their next try. @default {interruptSignal()} */
  signal?: AbortSignal;
}

async function runJob<T>(
  entry: LedgerEntry<T>,
  write: (job: T) => Promise<unknown>,
  retries: number,
  signal: AbortSignal,
): Promise<void> {
  const attempt = async () => {
    const startMs = performance.now();
    const end = (outcome: Attempt["outcome"]) =>
      entry.attempts.push({ startMs, endMs: performance.now(), outcome });
    try {
      await write(entry.job);
      end("committed");
    } catch (error) {
      end(isCommitConflict(error) ? "conflict" : "failed");
      throw error;
    }
  };
  try {
    await pRetry(attempt, {
      ...{ retries, signal, minTimeout: 50, factor: 1.5, maxTimeout: 1_000 },
      randomize: true,
      shouldRetry: ({ error }) => isCommitConflict(error),
    });
  } catch (error) {
    signal.throwIfAborted();
    entry.error = error;
  }
}

/**
 * Lets writers commit at once, each one job after another; the jobs are dealt
 * out like cards.
 *
 * A commit that another writer forestalled is tried again after a short and
 * random pause. A job that fails otherwise is given up, since it may have been
 * committed; see {@linkcode Ledger.failed}.
 *
 * @param writers What each writer does with a job, by the writers' names.
 * @throws {unknown} The signal's reason.
 * @example Usage
 * ```ts ignore
 * import { ask } from "@lakehouse";
 * import { engines, trials } from "@lakehouse/lab";
 *
 * const spark = await engines.sparkSession();
 * const insert = (n: number) => `INSERT INTO lab.numbers VALUES (${n})`;
 * const ledger = await trials.runWriters({
 *   Spark: (n: number) => spark.sql(insert(n)),
 *   Trino: (n: number) => ask(insert(n), { isQuiet: true }),
 * }, [1, 2, 3, 4, 5, 6]);
 * console.log(ledger.committed.length, ledger.conflicts);
 * ```
 */
export async function runWriters<T>(
  writers: Record<string, (job: T) => Promise<unknown>>,
  jobs: readonly T[],
  options: RunWritersOptions = {},
): Promise<Ledger<T>> {
  const { retries = 30, signal = interruptSignal() } = options;
  const entries: LedgerEntry<T>[] = [];
  const all = Object.entries(writers);
  await Promise.all(all.map(async ([writer, write], place) => {
    for (const job of jobs.filter((_, i) => i % all.length === place)) {
      const entry: LedgerEntry<T> = { writer, job, attempts: [] };
      await runJob(entry, write, retries, signal);
      entries.push(entry);
    }
  }));
  return new Ledger(entries);
}
