/**
 * The ingest: Parquet from staging into an Iceberg table, by Spark.
 *
 * @module
 */

import { formatBytes, formatNumber } from "../core/format.ts";
import { withProgress } from "../show/progress.ts";
import { settings } from "../core/settings.ts";
import {
  type Cause,
  causesOf,
  knownCause,
  LakehouseError,
  type LakehouseErrorParts,
  SPARK_CAUSES,
} from "../core/errors.ts";
import { interruptSignal, withLimit } from "../core/interrupt.ts";
import { KILLED } from "../core/process.ts";
import { parseExactJson } from "../core/json.ts";
import { lakeArguments, submit } from "./submit.ts";
import { stagedFiles } from "../store/staging.ts";

const LIMIT_MS = 60 * 60_000;
const KEPT_LINES = 40;
/** From three million trips on Spark's start and first compilation matter less. */
const LONG_BYTES = 150e6;

/** What an ingest wrote. */
export interface IngestResult {
  /** Namespace and name of the table. */
  table: string;
  /** Rows in the table. */
  rows: number;
  /** Rows that this ingest brought. */
  added: number;
  /** Staged files whose rows the table had before. */
  held: number;
  /** Data files written. */
  files: number;
  /** Size of the data files in bytes. */
  bytes: number;
  /** Seconds inside Spark, its session's start included. */
  sparkSeconds: number;
  /** Seconds from submission to the end, the JVM's start included. */
  seconds: number;
  /** Columns of the files that the table does not have. */
  leftOut: string[];
  /** The snapshot that the commit made. */
  snapshotId: bigint;
  /** Spark's version. */
  spark: string;
}

/** How far an ingest is. */
export interface IngestProgress {
  /** Tasks of the writing stage that are done. */
  tasks: number;
  /** Tasks of the writing stage; 0 while Spark starts. */
  total: number;
  /** Rows written so far, estimated by tasks. */
  rows: number;
}

/** Options of {@linkcode ingest}. */
export interface IngestOptions {
  /**
   * Name of the table to fill.
   *
   * @default {settings().table}
   */
  table?: string;
  /** Whose staged files it takes. @default {settings().table} */
  staged?: string;
  /** Takes whatever columns the files have, and not those of the trips. @default {false} */
  anyColumns?: boolean;
  /**
   * `replace` puts what is staged in the table's place, `append` adds the files
   * whose rows it does not have, `merge` as well, and a row of a file takes the
   * place of the one with its `unique_key`. Either way no trip is in it twice.
   *
   * @default {"replace"}
   */
  mode?: "replace" | "append" | "merge";
  /**
   * Has the store copy the files as they are into the table, several times as
   * fast; they must have the table's types, and keep their codec and order.
   *
   * @default {false}
   */
  register?: boolean;
  /** Ends the job, wherever it runs. @default {interruptSignal()} */
  signal?: AbortSignal;
  /** Told how far it is. */
  onProgress?: (progress: IngestProgress) => void;
  /** Told each line of Spark's log. */
  onLog?: (line: string) => void;
  /** Longest time it may take, in milliseconds. @default {3_600_000} */
  limitMs?: number;
}

/** What the job says at its end. */
export type Ingested =
  & Omit<IngestResult, "leftOut" | "snapshotId" | "sparkSeconds">
  & { left_out: string[]; snapshot_id: number | bigint };

/** The job's JSON lines, one of these each. */
type Message = Partial<
  { progress: IngestProgress; ingest: Ingested; error: LakehouseErrorParts }
>;

/** `undefined` for lines of Spark's log. */
function parseMessage(line: string): Message | undefined {
  if (!/^\{"(progress|ingest|error)": /.test(line)) return undefined;
  return parseExactJson(line) as Message;
}

function likelyCause(text: string): Cause | undefined {
  const [warehouse, bucket] = causesOf("ingest", settings());
  return knownCause([warehouse!, ...SPARK_CAUSES, bucket!], text);
}

/** An ingest's failure as an error; `code` is how its process ended. */
export function failure(
  error: LakehouseErrorParts | undefined,
  code = 0,
  log: string[] = [],
): LakehouseError {
  const text = [error?.why ?? "", ...log].join("\n");
  const known = error?.next ? undefined : likelyCause(text);
  const shown = log.slice(-15).join("\n");
  return new LakehouseError({
    what: error?.what ?? `Spark ended with code ${code}`,
    why: code === KILLED
      ? "it was killed, as happens when the machine's memory runs out"
      : known?.why ?? error?.why ?? `its log ends:\n${shown}\n`,
    next: error?.next ?? known?.next ?? "deno task doctor",
    cause: new Error(shown),
  });
}

/** Arguments of the job that do as the options say. */
export function ingestArguments(options: IngestOptions): string[] {
  const { stagingBucket, table } = settings();
  return [
    ["--staging", `s3a://${stagingBucket}/${options.staged ?? table}/`],
    lakeArguments(),
    ["--table", options.table ?? table, "--mode", options.mode ?? "replace"],
    [options.register && "--register", options.anyColumns && "--any-columns"],
  ].flat().filter((each) => typeof each === "string");
}

/** What an ingest says at its end, as its result; `started` by `performance.now()`. */
export function ingestResult(said: Ingested, started: number): IngestResult {
  const { snapshot_id, seconds, left_out, ...rest } = said;
  return {
    ...rest,
    ...{ leftOut: left_out, sparkSeconds: seconds },
    ...{ snapshotId: BigInt(snapshot_id) },
    seconds: (performance.now() - started) / 1000,
  };
}

/**
 * Fills the trips table with what lies in staging, in one commit.
 *
 * Readers see the table of before or, once it is checked, the one of after.
 * Its snapshots say which files they hold, by name, entity tag and rows.
 * Columns of other types are cast where no value loses anything by it.
 *
 * @throws {LakehouseError} When staging is empty, a file or column is not as expected, or Spark fails; the table is then as it was.
 * @throws {unknown} The signal's reason, after the job has ended.
 * @example Usage
 * ```ts ignore
 * import { submitIngest } from "./ingest.ts";
 *
 * const { rows, snapshotId } = await submitIngest();
 * console.log(rows, snapshotId);
 * ```
 */
export async function submitIngest(
  options: IngestOptions = {},
): Promise<IngestResult> {
  const signal = options.signal ?? interruptSignal();
  const [started, log]: [number, string[]] = [performance.now(), []];
  let said: Message = {};
  const staged = await stagedFiles(options.staged ?? settings().table);
  const code = await submit({
    script: "ingest.py",
    // Who registers reads no rows.
    isLong: !options.register &&
      staged.reduce((sum, { size }) => sum + size, 0) > LONG_BYTES,
    args: [...ingestArguments(options), "--end-with-stdin"],
    // It closes when this program ends, however it does.
    input: new ReadableStream(),
    signal: withLimit(signal, options.limitMs ?? LIMIT_MS, "The ingest"),
    onLine: (line) => {
      const message = parseMessage(line);
      if (message?.progress) options.onProgress?.(message.progress);
      else if (message) said = { ...said, ...message };
      else {
        options.onLog?.(line);
        log.push(line);
        if (log.length > KEPT_LINES) log.shift();
      }
    },
  });
  if (code !== 0 || !said.ingest) throw failure(said.error, code, log);
  return ingestResult(said.ingest, started);
}

/**
 * Fills the trips table with what lies in staging, with a progress bar.
 *
 * @throws {LakehouseError} When staging is empty or not as expected, or Spark fails; the table is then as it was.
 * @example Usage
 * ```ts ignore
 * import { ingest } from "@lakehouse";
 *
 * const { rows, snapshotId } = await ingest();
 * console.log(rows, snapshotId);
 * ```
 */
export function ingest(options: IngestOptions = {}): Promise<IngestResult> {
  return withProgress(
    "Ingest",
    (bar) => {
      bar.update({ done: 0, detail: "Spark is starting" });
      const looking = { done: 0, detail: "Spark looks at what is staged" };
      const fetching = { done: 0, detail: "Spark is fetching its packages" };
      return submitIngest({
        onLog: (line) => {
          // At the first job in a container; then a volume keeps them.
          if (/^downloading https?:/.test(line)) bar.update(fetching);
        },
        onProgress: ({ tasks, total, rows }) => {
          const detail = `${formatNumber(rows)} trips`;
          const written = { done: tasks, total, unit: "tasks", detail };
          bar.update(total ? written : looking);
        },
        ...options,
      });
    },
    ({ rows, added, held, files, bytes, leftOut }) =>
      `${formatNumber(added)} trips in ${files} data files, ${
        formatBytes(bytes)
      }${
        held ? `; ${formatNumber(rows)} with those of ${held} files before` : ""
      }${
        leftOut.length ? `; no columns of the table: ${leftOut.join(", ")}` : ""
      }`,
  );
}
