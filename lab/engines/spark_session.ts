/**
 * A Spark session that lives as long as the notebook: SQL without the seconds
 * that each spark-submit costs.
 *
 * @module
 */

import { catalog } from "../../lib/catalog/config.ts";
import { interruptSignal, withLimit } from "../../lib/core/interrupt.ts";
import type { SparkSubmit } from "../../lib/core/running_stack.ts";
import {
  ingestArguments,
  type Ingested,
  type IngestOptions,
  type IngestResult,
  ingestResult,
} from "../../lib/spark/ingest.ts";
import {
  connect,
  type Connection,
  type RunningStatement,
  type SparkProgress,
} from "./spark_connection.ts";
import { hasViews } from "../catalog/views.ts";
import type { Statement } from "../../lib/trino/sql.ts";
import { statementFor } from "./dialect.ts";
import { QueryResult } from "../../lib/trino/result.ts";
import { rowsReader } from "../../lib/trino/types.ts";

export type { SparkProgress };

const START_LIMIT_MS = 120_000;
/** Half an hour, as for Trino. */
const DEFAULT_LIMIT_MS = 30 * 60_000;
/** How long a cancelled statement may take to end before the cell does. */
const CANCEL_MS = 1_500;
const STOP_MS = 10_000;

/** Options of {@linkcode SparkSession.sql}. */
export interface SparkSqlOptions {
  /** Cancels the statement; the session stays. @default {interruptSignal()} */
  signal?: AbortSignal;
  /** Longest time it may take, in milliseconds. @default {1_800_000} */
  limitMs?: number;
  /** Told how far it is, a few times a second. */
  onProgress?: (progress: SparkProgress) => void;
}

/** Options of {@linkcode sparkSession}. */
export interface SparkSessionOptions {
  /** Which session; each name has a process of its own. @default {"main"} */
  name?: string;
  /**
   * Whether it computes for a minute or more: Java then compiles with more care,
   * which pays for itself in long computations only.
   *
   * @default {false}
   */
  isLong?: boolean;
  /** Ends the start. @default {interruptSignal()} */
  signal?: AbortSignal;
  /** Longest time the start may take, in milliseconds. @default {120_000} */
  limitMs?: number;
  /** Told each line of Spark's log, as long as the session lives. */
  onLog?: (line: string) => void;
  /** To which Spark; sessions of two need two names. @default {the one of `settings().spark`} */
  spark?: SparkSubmit;
}

/** A running session; see {@linkcode sparkSession}. */
export interface SparkSession extends AsyncDisposable {
  /** Its name. */
  readonly name: string;
  /** Process id of its JVM, as the machine or container it runs on counts. */
  readonly pid: number;
  /** Spark's version. */
  readonly spark: string;
  /** Version of Iceberg inside Spark. */
  readonly iceberg: string;
  /** Milliseconds that its start took. */
  readonly startMs: number;
  /** Whether it takes statements. */
  readonly isRunning: boolean;
  /**
   * Runs one statement to its end: a text of Spark's SQL, or a fragment made by
   * `sql`, whose values and names are written as Spark reads them.
   *
   * Names without a catalog are in `lakehouse`, names without a namespace in
   * that of the settings; times are in UTC. Several at once take turns on the
   * cores, task by task.
   *
   * @throws {SparkError} When Spark refuses or fails the statement.
   * @throws {LakehouseError} When the session has ended.
   * @throws {unknown} The signal's reason, after the statement was cancelled; what it had committed stays.
   */
  sql(statement: Statement, options?: SparkSqlOptions): Promise<QueryResult>;
  /**
   * Fills the trips table with what lies in staging, as `ingest()` does, but
   * without the seconds that Spark's start takes. A session that is to ingest
   * millions is started with `isLong`.
   *
   * `onLog` is the session's, and `leftOut` and the other results are those of
   * `ingest()`; `sparkSeconds` begins with the request.
   *
   * @throws {LakehouseError} When staging is empty or not as expected, Spark fails, or the session has ended; the table is then as it was.
   * @throws {unknown} The signal's reason, after the ingest was cancelled; what it had committed stays.
   */
  ingest(options?: Omit<IngestOptions, "onLog">): Promise<IngestResult>;
  /** Ends it and waits until its process is gone; statements that run are cancelled. */
  stop(): Promise<void>;
  /** Kills its process at once, as a crash would, and waits until it is gone. */
  kill(): Promise<void>;
}

/** A statement or an ingest from its request to its end; cancelled at the limit. */
async function request<T extends number | Ingested>(
  connection: Connection,
  id: number,
  asked: { sql: string } | { ingest: string[] },
  limit: AbortSignal,
  told: Pick<RunningStatement, "onProgress" | "onIngest">,
): Promise<RunningStatement & { ended: T }> {
  const { statements, send } = connection;
  limit.throwIfAborted();
  const ended = connection.ended();
  if (ended) throw ended;
  const { promise, resolve, reject } = Promise.withResolvers<
    number | Ingested
  >();
  const statement: RunningStatement = {
    ...{ ...rowsReader([]), rows: [], ...told, resolve, reject },
  };
  statements.set(id, statement);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const onAbort = () => {
    send({ cancel: id });
    timer = setTimeout(() => reject(limit.reason), CANCEL_MS);
  };
  limit.addEventListener("abort", onAbort, { once: true });
  send({ id, ...asked });
  try {
    const said = await promise as T;
    limit.throwIfAborted();
    return { ...statement, ended: said };
  } catch (error) {
    throw limit.aborted ? limit.reason : error;
  } finally {
    clearTimeout(timer);
    limit.removeEventListener("abort", onAbort);
    statements.delete(id);
  }
}

const limitOf = (
  { signal, limitMs }: Pick<SparkSqlOptions, "signal" | "limitMs">,
  what: string,
) => withLimit(signal ?? interruptSignal(), limitMs ?? DEFAULT_LIMIT_MS, what);

async function runSql(
  connection: Connection,
  id: number,
  text: string,
  options: SparkSqlOptions,
): Promise<QueryResult> {
  const started = performance.now();
  const { columns, rows, ended: serverMs } = await request<number>(
    ...[connection, id, { sql: text }] as const,
    limitOf(options, "The statement"),
    { onProgress: options.onProgress },
  );
  const clientMs = performance.now() - started;
  return new QueryResult({
    ...{ engine: "Spark", text, columns, rows, serverMs, clientMs },
  });
}

async function runIngest(
  connection: Connection,
  id: number,
  options: Omit<IngestOptions, "onLog">,
): Promise<IngestResult> {
  const started = performance.now();
  const { ended } = await request<Ingested>(
    ...[connection, id, { ingest: ingestArguments(options) }] as const,
    limitOf(options, "The ingest"),
    { onProgress: undefined, onIngest: options.onProgress },
  );
  return ingestResult(ended, started);
}

/** `promise`, or nothing after `ms` milliseconds. */
async function atMost(promise: Promise<void>, ms: number): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<void>((resolve) => timer = setTimeout(resolve, ms));
  await Promise.race([promise, late]);
  clearTimeout(timer);
}

async function start(options: SparkSessionOptions): Promise<SparkSession> {
  const { name = "main" } = options;
  const started = performance.now();
  const limit = withLimit(
    options.signal ?? interruptSignal(),
    options.limitMs ?? START_LIMIT_MS,
    "The start of Spark",
  );
  limit.throwIfAborted();
  // A catalog that fails here fails Spark too, which says how.
  const tryViews = await hasViews(catalog(), { signal: limit })
    .catch(() => false);
  limit.throwIfAborted();
  const connection = connect(name, { ...options, tryViews });
  const { gone, end, kill, close } = connection;
  limit.addEventListener("abort", end, { once: true });
  const ready = await connection.ready.catch((error) => {
    throw limit.aborted ? limit.reason : error;
  }).finally(() => limit.removeEventListener("abort", end));
  const startMs = performance.now() - started;
  let last = 0;
  const session: SparkSession = {
    name,
    startMs,
    pid: ready.pid,
    spark: ready.spark,
    iceberg: ready.iceberg,
    get isRunning() {
      return connection.ended() === undefined;
    },
    sql: async (statement, options = {}) => {
      const text = statementFor("Spark", statement);
      return await runSql(connection, ++last, text, options);
    },
    ingest: (options = {}) => runIngest(connection, ++last, options),
    async stop() {
      close();
      await atMost(gone, STOP_MS);
      end();
      await gone;
    },
    async kill() {
      kill();
      await gone;
    },
    [Symbol.asyncDispose]: () => session.stop(),
  };
  return session;
}

const sessions = new Map<string, Promise<SparkSession>>();

/**
 * The running Spark session, or a new one when there is none or the last one
 * has ended.
 *
 * It is a process of its own that ends with the notebook's kernel, however that
 * ends. A program in a terminal has to `stop()` it, or it waits for it. Another
 * name gives another process: an independent writer.
 *
 * @throws {LakehouseError} When no stack runs, or Spark does not start.
 * @throws {unknown} The signal's reason, after the process has ended.
 * @example Usage
 * ```ts ignore
 * import { engines } from "@lakehouse/lab";
 *
 * const spark = await engines.sparkSession();
 * const { first } = await spark.sql("SELECT count(*) AS trips FROM taxi_trips");
 * console.log(first.trips);
 * await spark.stop();
 * ```
 */
export async function sparkSession(
  options: SparkSessionOptions = {},
): Promise<SparkSession> {
  const { name = "main" } = options;
  for (;;) {
    const known = sessions.get(name);
    if (!known) break;
    const session = await known.catch(() => undefined);
    if (session?.isRunning) return session;
    // Unless another call has begun a new one while this one waited.
    if (sessions.get(name) === known) sessions.delete(name);
  }
  const starting = start(options);
  sessions.set(name, starting);
  return await starting;
}
