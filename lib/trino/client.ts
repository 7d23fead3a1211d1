/**
 * SQL on Trino: exact values, live progress, errors that say where, and abort
 * that ends the query on the server.
 *
 * @module
 */

import type { Trino } from "trino-client";
import { settings } from "../core/settings.ts";
import { CONFLICT_ADVICE, isConflict } from "./causes.ts";
import { LakehouseError } from "../core/errors.ts";
import { interruptSignal, withLimit } from "../core/interrupt.ts";
import { parseExactJson } from "../core/json.ts";
import type { Row } from "./rows.ts";
import { type Column, rowsReader } from "./types.ts";
import { trinoCause } from "./causes.ts";
import { QueryResult } from "./result.ts";
import { literal } from "./literal.ts";
import { sqlText, type Statement } from "./sql.ts";

const SOURCE = "aistor-tables-analysis";
const USER = "lakehouse";
/** Half an hour: longer than any question of the notebooks, short of a lost night. */
const DEFAULT_LIMIT_MS = 30 * 60_000;

/** What Trino says of a running query. */
export interface QueryProgress {
  /** `QUEUED`, `PLANNING`, `RUNNING`, `FINISHED`, … */
  state: string;
  /** Splits that are done. */
  completedSplits: number;
  /** Splits known so far; grows while the query is planned. */
  totalSplits: number;
  /** Rows read so far. */
  processedRows: number;
  /** Bytes read so far. */
  processedBytes: number;
}

/** Options of {@linkcode query}. */
export interface QueryOptions {
  /** Cancels the query on the server. @default {interruptSignal()} */
  signal?: AbortSignal;
  /** Told how the query comes along, with each answer of the server. */
  onProgress?: (progress: QueryProgress) => void;
  /** Longest time it may take, in milliseconds. @default {1_800_000} */
  limitMs?: number;
  /** Catalog of names without one. @default {settings().trinoCatalog} */
  catalog?: string;
  /** Schema of names without one. @default {settings().namespace} */
  schema?: string;
  /** Session properties. */
  session?: Record<string, string>;
}

/** A query that Trino refused or could not finish. */
export class TrinoError extends LakehouseError {
  /** Trino's name of the error, such as `SYNTAX_ERROR`. */
  readonly errorName: string;
  /** `USER_ERROR`, `INTERNAL_ERROR`, `INSUFFICIENT_RESOURCES` or `EXTERNAL`. */
  readonly errorType: string;
  /** The query's id in Trino's own pages. */
  readonly queryId: string;
  /** Line of the SQL text at fault, from 1. */
  readonly line: number | undefined;
  /** Column of that line, from 1. */
  readonly column: number | undefined;
  /** Address of Trino's page about the query. */
  readonly infoUri: string;
  /** Whether a commit of another writer came in between; nothing was written. */
  readonly conflict: boolean;
  /** The SQL text as Trino got it, but for the secret key. */
  readonly text: string;

  /** Builds the error from a page of Trino's protocol and the SQL text. */
  constructor(page: TrinoPage, text: string = "") {
    const error = page.error!;
    const place = error.errorLocation;
    const message = error.message.replace(/^line \d+:\d+: /, "");
    const conflict = isConflictAmong(error.failureInfo);
    const known = conflict
      ? CONFLICT_ADVICE
      : trinoCause(error.errorName, message, causesOf(error.failureInfo));
    super({
      what: `${error.errorName}${
        place
          ? ` at line ${place.lineNumber}, column ${place.columnNumber}`
          : ""
      } (query ${page.id}): ${message.trimEnd().replace(/\.$/, "")}`,
      ...known,
      ...(error.failureInfo ? { cause: failureOf(error.failureInfo) } : {}),
    });
    this.name = "TrinoError";
    this.errorName = error.errorName;
    this.errorType = error.errorType;
    this.queryId = page.id;
    this.line = place?.lineNumber;
    this.column = place?.columnNumber;
    this.infoUri = page.infoUri ?? "";
    this.conflict = conflict;
    // The statement that makes the catalog of a remote stack holds the key.
    this.text = text.replaceAll(literal(settings().secretKey), "'…'");
  }
}

interface FailureInfo {
  type: string;
  message?: string;
  cause?: FailureInfo;
  stack?: string[];
}

/** One page of Trino's protocol, as far as it is used here. */
export interface TrinoPage {
  /** The query's id. */
  id: string;
  /** Trino's page about the query. */
  infoUri?: string;
  /** Columns, once known. */
  columns?: Column[];
  /** Rows of this page. */
  data?: unknown[][];
  /** What the statement did, when it is no query. */
  updateType?: string;
  /** Rows the statement changed. */
  updateCount?: number;
  /** How far the query is. */
  stats: QueryProgress & {
    elapsedTimeMillis: number;
    physicalInputBytes?: number;
  };
  /** Why it failed. */
  error?: {
    message: string;
    errorName: string;
    errorType: string;
    errorLocation?: { lineNumber: number; columnNumber: number };
    failureInfo?: FailureInfo;
  };
}

function isConflictAmong(failure: FailureInfo | undefined): boolean {
  if (!failure) return false;
  const { type, message = "", cause } = failure;
  return isConflict({ name: type, message }) || isConflictAmong(cause);
}

/** What the errors underneath say. */
function causesOf(failure: FailureInfo | undefined): string {
  if (!failure) return "";
  return `${failure.type}: ${failure.message ?? ""}\n${
    causesOf(failure.cause)
  }`;
}

function failureOf({ type, message, cause, stack }: FailureInfo): Error {
  const error = new Error(
    `${type}: ${message ?? ""}`,
    cause ? { cause: failureOf(cause) } : {},
  );
  // Where Trino failed; where its answer was read says nothing.
  error.stack = [
    `Error: ${error.message}`,
    ...(stack ?? []).map((line) => `    at ${line}`),
  ].join("\n");
  return error;
}

/**
 * A trino-client whose every page passes `onPage`.
 *
 * Its public surface drops errors and pages without rows and rounds integers
 * beyond 2^53. The HTTP configuration it keeps for itself is the one place where
 * each page can be read as it came, so it is reached into, here and nowhere else.
 */
async function trinoClient(
  options: QueryOptions,
  onPage: (page: TrinoPage) => void,
): Promise<Trino> {
  const { trinoUri, trinoCatalog, namespace } = settings();
  // Left until it is needed, as the S3 client is.
  const { Trino } = await import("trino-client");
  const client = Trino.create({
    server: trinoUri,
    source: SOURCE,
    catalog: options.catalog ?? trinoCatalog,
    schema: options.schema ?? namespace,
    session: options.session ?? {},
    extraHeaders: {
      "X-Trino-User": USER,
      // Without it timestamps come cut to milliseconds.
      "X-Trino-Client-Capabilities": "PARAMETRIC_DATETIME",
    },
  });
  const inner = client as unknown as {
    client: { clientConfig: Record<string, unknown> };
  };
  Object.assign(inner.client.clientConfig, {
    // The other adapter opens a connection for each page.
    adapter: "fetch",
    timeout: 60_000,
    transformResponse: (text: string) => {
      if (!text.startsWith("{")) return text;
      const page = parseExactJson(text) as TrinoPage;
      if (page.id && page.stats) onPage(page);
      return page;
    },
  });
  return client;
}

function unreachable(cause: unknown, uri: string): LakehouseError {
  const { response, message } = cause as {
    response?: { status: number };
    message?: string;
  };
  const refused = /connection refused|dns error/i.test(message ?? "");
  return new LakehouseError({
    what: `Cannot reach Trino at ${uri}`,
    why: response
      ? `it answered ${response.status}`
      : refused
      ? "nothing answers there"
      : message ?? String(cause),
    next: refused ? "deno task up" : "deno task status",
    cause,
  });
}

async function cancel(id: string, options: QueryOptions): Promise<void> {
  await (await trinoClient(options, () => {})).cancel(id).catch(() => {
    // It ended by itself, or the server is gone; either way nothing runs.
  });
}

/**
 * Runs one SQL statement to its end: a text, or a fragment with values made by
 * {@linkcode sql}. Notebooks use `ask()`, which shows how far it is.
 *
 * @throws {TrinoError} When Trino refuses or fails the statement: name, message, line and query id.
 * @throws {LakehouseError} When Trino cannot be reached.
 * @throws {unknown} The signal's reason, after the query was cancelled on the server.
 * @example Usage
 * ```ts ignore
 * import { query } from "./client.ts";
 * import { sql } from "./sql.ts";
 *
 * const { first } = await query(sql`
 *   SELECT count(*) AS trips FROM taxi_trips WHERE company = ${"Flash Cab"}`);
 * console.log(first.trips);
 * ```
 */
export async function query(
  statement: Statement,
  options: QueryOptions = {},
): Promise<QueryResult> {
  const { trinoUri } = settings();
  const text = sqlText(statement);
  const started = performance.now();
  const limit = withLimit(
    options.signal ?? interruptSignal(),
    options.limitMs ?? DEFAULT_LIMIT_MS,
    "The query",
  );
  limit.throwIfAborted();
  let last: TrinoPage | undefined;
  let { columns, read } = rowsReader([]);
  const rows: Row[] = [];
  const onPage = (page: TrinoPage) => {
    last = page;
    if (page.columns) ({ columns, read } = rowsReader(page.columns));
    for (const row of read(page.data ?? [])) rows.push(row);
    options.onProgress?.(page.stats);
  };
  const client = await trinoClient(options, onPage);
  const finished = (async () => {
    for await (const _ of await client.query(text)) {
      if (limit.aborted) return;
    }
  })();
  const aborted = Promise.withResolvers<never>();
  const onAbort = () => {
    // The first answer may still be on its way; it brings the id to cancel.
    finished.catch(() => {}).finally(() => last && cancel(last.id, options));
    if (last) cancel(last.id, options);
    aborted.reject(limit.reason);
  };
  limit.addEventListener("abort", onAbort, { once: true });
  try {
    await Promise.race([finished, aborted.promise]);
  } catch (error) {
    if (limit.aborted) throw limit.reason;
    throw unreachable(error, trinoUri);
  } finally {
    limit.removeEventListener("abort", onAbort);
  }
  if (last?.error) throw new TrinoError(last, text);
  return new QueryResult({
    ...{ engine: "Trino", text, columns, rows },
    queryId: last?.id ?? "",
    infoUri: last?.infoUri ?? "",
    updateType: last?.updateType,
    updateCount: last?.updateCount,
    serverMs: last?.stats.elapsedTimeMillis ?? 0,
    clientMs: performance.now() - started,
    bytesRead: last?.stats.physicalInputBytes ?? 0,
  });
}
