/**
 * DuckDB itself, in a worker: opens it, and runs statements.
 *
 * @module
 */

import { LakehouseError } from "../../../lib/core/errors.ts";
import { interruptSignal, withLimit } from "../../../lib/core/interrupt.ts";
import { startWorker } from "../../../lib/core/worker.ts";
import { QueryResult } from "../../../lib/trino/result.ts";
import { rowsReader } from "../../../lib/trino/types.ts";
import type { DuckdbAnswer, DuckdbRequest } from "./worker.ts";

const DEFAULT_LIMIT_MS = 30 * 60_000;

/** Options of {@linkcode Duckdb.sql}. */
export interface DuckdbSqlOptions {
  /** Ends the query. @default {interruptSignal()} */
  signal?: AbortSignal;
  /** Longest time it may take, in milliseconds. @default {1_800_000} */
  limitMs?: number;
}

/** A database in memory. */
export interface DuckdbInstance {
  /**
   * Runs one statement.
   *
   * @throws {LakehouseError} When DuckDB refuses or fails it.
   * @throws {unknown} The signal's reason, after the statement has ended.
   */
  run(sql: string, options?: DuckdbSqlOptions): Promise<QueryResult>;
  /** Closes it; statements that run are lost. */
  close(): Promise<void>;
}

function refused(cause: Error): LakehouseError {
  if (cause instanceof LakehouseError) return cause;
  const text = cause.message.trim();
  const [line = "", ...rest] = text.split("\n");
  // DuckDB points at the place with a line and a caret below the sentence.
  const place = rest.filter((each) => each.trim()).join("\n");
  return new LakehouseError({
    what: line.replace(/[.\s]+$/, ""),
    ...place ? { why: `\n${place}\n` } : {},
    cause,
  });
}

function several(statements: number): LakehouseError {
  return new LakehouseError({
    what: "Cannot run this as SQL",
    why: `it holds ${statements} statements, and each is run by itself`,
    next: "give each a call of its own; none of them was run",
  });
}

function notLoaded(message: string): LakehouseError {
  return new LakehouseError({
    what: "Cannot load DuckDB",
    why: "its native part is not there for this machine, or was not fetched",
    next: "check the network, then run the same again",
    cause: new Error(message),
  });
}

/**
 * Opens a database in memory, with these statements run.
 *
 * @param dir Folder for what does not fit in memory.
 * @throws {LakehouseError} When DuckDB cannot be loaded, or refuses a statement.
 */
export async function openViews(
  dir: string,
  statements: string[],
): Promise<DuckdbInstance> {
  const worker = startWorker<DuckdbRequest, DuckdbAnswer>(
    new URL("./worker.ts", import.meta.url),
    notLoaded,
  );
  try {
    await worker.ask({ open: { dir, statements } }).answer;
  } catch (error) {
    worker[Symbol.dispose]();
    throw refused(error as Error);
  }
  return {
    async run(sql, options = {}) {
      const started = performance.now();
      const limit = withLimit(
        options.signal ?? interruptSignal(),
        options.limitMs ?? DEFAULT_LIMIT_MS,
        "The query",
      );
      limit.throwIfAborted();
      const { id, answer } = worker.ask({ sql });
      const interrupt = () => void worker.ask({ interrupt: id });
      limit.addEventListener("abort", interrupt, { once: true });
      try {
        const sent = await answer;
        if (sent.statements > 1) throw several(sent.statements);
        const { columns, read } = rowsReader(sent.columns);
        return new QueryResult({
          ...{ engine: "DuckDB", text: sql, columns, rows: read(sent.rows) },
          serverMs: sent.ms,
          clientMs: performance.now() - started,
        });
      } catch (error) {
        throw limit.aborted ? limit.reason : refused(error as Error);
      } finally {
        limit.removeEventListener("abort", interrupt);
      }
    },
    async close() {
      // A worker that is gone has nothing left to close.
      await worker.ask({ close: true }).answer.catch(() => {});
      worker[Symbol.dispose]();
    },
  };
}
