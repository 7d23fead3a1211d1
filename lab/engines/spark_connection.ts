/**
 * The process behind a Spark session: JSON lines to and from
 * `spark/session.py`.
 *
 * @module
 */

import {
  knownCause,
  LakehouseError,
  type LakehouseErrorParts,
  SPARK_CAUSES,
} from "../../lib/core/errors.ts";
import { parseExactJson } from "../../lib/core/json.ts";
import type { SparkSubmit } from "../../lib/core/running_stack.ts";
import type { Row } from "../../lib/trino/rows.ts";
import { SparkError, type SparkFailure } from "./spark_error.ts";
import {
  failure,
  type Ingested,
  type IngestProgress,
} from "../../lib/spark/ingest.ts";
import { lakeArguments, sparkSubmit, submit } from "../../lib/spark/submit.ts";
import {
  type Column,
  type RowsReader,
  rowsReader,
} from "../../lib/trino/types.ts";

const KEPT_LINES = 40;

/** How far a statement is. */
export interface SparkProgress {
  /** Spark jobs that it started so far. */
  jobs: number;
  /** Tasks of these jobs that are done. */
  tasks: number;
  /** Tasks of these jobs; grows with every job. */
  total: number;
}

/** A statement under way. */
export interface RunningStatement extends RowsReader {
  /** Rows that have arrived. */
  rows: Row[];
  /** Told how far it is. */
  onProgress: ((progress: SparkProgress) => void) | undefined;
  /** Told how far an ingest is. */
  onIngest?: ((progress: IngestProgress) => void) | undefined;
  /** Called at its end, with the milliseconds it took inside Spark or what an ingest says. */
  resolve(ended: number | Ingested): void;
  /** Called when it failed. */
  reject(error: unknown): void;
}

/** What a session says of itself once it takes statements. */
export interface Ready {
  /** Process id of the JVM. */
  pid: number;
  /** Spark's version. */
  spark: string;
  /** Iceberg's version. */
  iceberg: string;
}

/** A line of `spark/session.py`. */
export type SessionMessage =
  | { ready: Ready }
  | { progress: SparkProgress & { id: number } }
  | { columns: { id: number; columns: Column[] } }
  | { rows: { id: number; rows: unknown[][] } }
  | { done: { id: number; ms: number } }
  | { failed: SparkFailure & { id: number } }
  | { ingesting: IngestProgress & { id: number } }
  | { ingested: Ingested & { id: number } }
  | { refused: LakehouseErrorParts & { id: number } };

const MESSAGE =
  /^\{"(ready|progress|columns|rows|done|failed|ingesting|ingested|refused)": /;

/** The session's JSON lines; `undefined` for lines of Spark's log. */
export function parseSessionMessage(line: string): SessionMessage | undefined {
  if (!MESSAGE.test(line)) return undefined;
  return parseExactJson(line) as SessionMessage;
}

function deliver(
  statements: Map<number, RunningStatement>,
  message: Exclude<SessionMessage, { ready: Ready }>,
): void {
  const { id } = Object.values(message)[0] as { id: number };
  const statement = statements.get(id);
  if (!statement) return;
  if ("progress" in message) {
    const { jobs, tasks, total } = message.progress;
    statement.onProgress?.({ jobs, tasks, total });
  } else if ("columns" in message) {
    Object.assign(statement, rowsReader(message.columns.columns));
  } else if ("rows" in message) {
    statement.rows.push(...statement.read(message.rows.rows));
  } else if ("ingesting" in message) {
    const { tasks, total, rows } = message.ingesting;
    statement.onIngest?.({ tasks, total, rows });
  } else if ("ingested" in message) {
    const { id: _id, ...ingested } = message.ingested;
    statement.resolve(ingested);
  } else if ("refused" in message) statement.reject(failure(message.refused));
  else if ("done" in message) statement.resolve(message.done.ms);
  else statement.reject(new SparkError(message.failed));
}

/** The process behind a session, from its start to its end. */
export interface Connection {
  /** Resolves when it takes statements; rejects when it ends before. */
  ready: Promise<Ready>;
  /** Statements under way by their ids. */
  statements: Map<number, RunningStatement>;
  /** Resolves when the process is gone. */
  gone: Promise<void>;
  /** Why it takes no more statements, or `undefined` when it does. */
  ended(): LakehouseError | undefined;
  /** Sends a request. */
  send(request: object): void;
  /** Asks the process to end. */
  close(): void;
  /** Ends the process. */
  end(): void;
  /** Kills the process. */
  kill(): void;
}

function endOf(name: string, how: string, log: string[]): LakehouseError {
  const shown = log.slice(-15).join("\n");
  const known = knownCause(SPARK_CAUSES, log.join("\n"));
  return new LakehouseError({
    what: `Spark's session "${name}" has ended`,
    why: known?.why ?? how,
    next: known?.next ?? "await sparkSession() starts a new one",
    ...(shown ? { cause: new Error(shown) } : {}),
  });
}

/** Options of {@linkcode connect}. */
export interface ConnectOptions {
  /** Whether it computes for a minute or more. @default {false} */
  isLong?: boolean | undefined;
  /** Whether a catalog that does not list views is asked for them. @default {false} */
  tryViews?: boolean;
  /** Told each line of Spark's log. */
  onLog?: ((line: string) => void) | undefined;
  /** To which Spark. @default {sparkSubmit()} */
  spark?: SparkSubmit | undefined;
}

/** Starts the process of a session. */
export function connect(
  name: string,
  { isLong = false, tryViews = false, onLog, spark = sparkSubmit() }:
    ConnectOptions = {},
): Connection {
  const log: string[] = [];
  const statements = new Map<number, RunningStatement>();
  const ready = Promise.withResolvers<Ready>();
  const requests = new TransformStream<string, string>();
  const writer = requests.writable.getWriter();
  const [ending, killing] = [new AbortController(), new AbortController()];
  let ended: LakehouseError | undefined;
  const finish = (how: string) => {
    ended ??= endOf(name, how, log);
    ready.reject(ended);
    for (const statement of statements.values()) statement.reject(ended);
  };
  const gone = submit({
    script: "session.py",
    isLong,
    args: [...lakeArguments(spark), ...tryViews ? ["--try-views"] : []],
    input: requests.readable,
    signal: ending.signal,
    kill: killing.signal,
    onLine: (line) => {
      const message = parseSessionMessage(line);
      if (message && "ready" in message) ready.resolve(message.ready);
      else if (message) deliver(statements, message);
      else {
        onLog?.(line);
        log.push(line);
        if (log.length > KEPT_LINES) log.shift();
      }
    },
  }, spark).then(
    (code) => finish(`its process ended with code ${code}`),
    (error) => finish(String(error)),
  );
  // Whoever waits for the start hears of it; nobody else needs to.
  ready.promise.catch(() => {});
  return {
    ready: ready.promise,
    statements,
    gone,
    ended: () => ended,
    // A process that is gone reads no more; its end rejects the statements.
    send: (request) =>
      void writer.write(JSON.stringify(request)).catch(() => {}),
    close() {
      ended ??= endOf(name, "it was stopped", []);
      writer.close().catch(() => {});
    },
    end: () => ending.abort(),
    kill() {
      ended ??= endOf(name, "it was killed", []);
      killing.abort();
    },
  };
}
