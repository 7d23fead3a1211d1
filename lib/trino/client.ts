/**
 * SQL on Trino: exact values, live progress, errors that say where, and abort
 * that ends the query on the server.
 *
 * @module
 */

import type { Trino } from "trino-client";
import { settings } from "../core/settings.ts";
import { type Cause, knownCause } from "../core/errors.ts";
import { LakehouseError, TRINO_CAUSES } from "../core/errors.ts";
import { formatNumber } from "../core/format.ts";
import { abortable, interruptSignal } from "../core/interrupt.ts";
import { steadyFetch, withLimit } from "../core/interrupt.ts";
import { parseExactJson } from "../core/json.ts";
import type { Row } from "./rows.ts";
import { rowsReader } from "./types.ts";
import { missingAdvice, TrinoError } from "./causes.ts";
import type { QueryProgress, TrinoPage } from "./causes.ts";
import { QueryResult } from "./result.ts";
import { sqlText, type Statement } from "./sql.ts";

export { type QueryProgress, TrinoError, type TrinoPage } from "./causes.ts";

const SOURCE = "aistor-tables-analysis";
/** Half an hour: longer than any question of the notebooks, short of a lost night. */
const DEFAULT_LIMIT_MS = 30 * 60_000;
/** Values of a result that a notebook's kernel holds with ease: some 2 GB of texts. */
const MOST_VALUES = 10_000_000;
const CANCEL_MS = 10_000;
/** How long whoever stops a query waits until that is done. */
const STOP_MS = 1_000;
const NAMES_LIMIT_MS = 15_000;

/** Options of {@linkcode query}. */
export interface QueryOptions {
  /** Cancels the query on the server. @default {interruptSignal()} */
  signal?: AbortSignal;
  /** Told how the query comes along, with each answer of the server. */
  onProgress?: (progress: QueryProgress) => void;
  /** Longest time it may take, in milliseconds. @default {1_800_000} */
  limitMs?: number;
  /** Most rows that are taken in; more are an error. @default {ten million values} */
  maxRows?: number;
  /** Catalog of names without one. @default {that of `USE`, else settings().trinoCatalog} */
  catalog?: string;
  /** Schema of names without one. @default {that of `USE`, else settings().namespace} */
  schema?: string;
  /** Session properties, of this statement alone. */
  session?: Record<string, string>;
}

// Headers of the session, whether there are several of each, `name=value`, what
// sets one in Trino's answers, and what clears it.
const SESSION = [
  ["catalog", false, "set-catalog"],
  ["schema", false, "set-schema"],
  ["path", false, "set-path"],
  ["transaction-id", false, "started-transaction-id", "clear-transaction-id"],
  ["session", true, "set-session", "clear-session"],
  ["role", true, "set-role"],
  ["prepared-statement", true, "added-prepare", "deallocated-prepare"],
] as const;
const TRANSACTION = "transaction-id ";

/** What is set, as the protocol writes it, by header and name. */
const held = new Map<string, string>();
let isTransactionBusy = false;

function hold(headers: { get(name: string): unknown }): void {
  for (const [header, isNamed, ...said] of SESSION) {
    for (const [i, name] of said.entries()) {
      const text = headers.get(`x-trino-${name}`);
      if (typeof text !== "string") continue;
      for (const item of isNamed ? text.split(/, */) : [text]) {
        const key = `${header} ${isNamed ? item.split("=")[0] : ""}`;
        if (i === 0) held.set(key, item);
        else held.delete(key);
      }
    }
  }
}

/** What a header cannot hold: Trino itself answers with an empty one. */
function unsaid(what: string): LakehouseError {
  return new LakehouseError({
    what: `Cannot make ${what} that of a session`,
    why: "Trino's protocol has Latin letters alone for it",
    next: `write the table's name in full: catalog."schema"."table"`,
  });
}

/** The session as it stands for a statement that begins now, as headers. */
function sessionHeaders(options: QueryOptions): Record<string, string> {
  const { trinoCatalog, namespace } = settings();
  const all = new Map([
    [TRANSACTION, "NONE"],
    ["catalog ", trinoCatalog],
    ["schema ", namespace],
    ...held,
  ]);
  if (options.catalog) all.set("catalog ", options.catalog);
  if (options.schema) all.set("schema ", options.schema);
  for (const [name, value] of Object.entries(options.session ?? {})) {
    all.set(`session ${name}`, `${name}=${encodeURIComponent(value)}`);
  }
  for (const [key, item] of all) {
    if (/[^\x20-\xff]/.test(item)) throw unsaid(`the ${key}"${item}"`);
  }
  const byHeader = Map.groupBy(all, ([key]) => key.split(" ")[0]!);
  return Object.fromEntries([...byHeader].map(([header, items]) => [
    `X-Trino-${header}`,
    items.map(([, item]) => item).join(","),
  ]));
}

/**
 * What `USE`, `SET SESSION`, `SET TIME ZONE`, `SET ROLE`, `SET PATH`, `PREPARE`
 * and `START TRANSACTION` have set. It holds for every statement that begins
 * afterwards, until it is set otherwise, reset, or the kernel is restarted.
 *
 * Statements at once have the session as it stood when each began; those of a
 * transaction run one after the other.
 *
 * @example Usage
 * ```ts
 * import { trinoSession } from "@lakehouse";
 *
 * console.log(trinoSession.values); // ["session time_zone_id=America/Chicago"]
 * trinoSession.reset();
 * ```
 */
export const trinoSession = {
  /** What is set, one by one. */
  get values(): string[] {
    // Trino writes what has a name of its own as forms do, other names as they are.
    const read = (key: string, item: string) =>
      key.endsWith(" ") ? item : decodeURIComponent(item.replaceAll("+", " "));
    return [...held].map(([key, item]) =>
      `${key.split(" ")[0]} ${read(key, item)}`
    );
  },
  /** Forgets it all; Trino ends a transaction left open by itself, in minutes. */
  reset: (): void => held.clear(),
};

/**
 * Who asks, as headers.
 *
 * @throws {LakehouseError} When a password or a token would go unencrypted.
 */
function logIn(): Record<string, string> {
  const { trinoUri, trinoUser, trinoPassword, trinoToken } = settings();
  const user = { "X-Trino-User": trinoUser };
  if (!trinoToken && !trinoPassword) return user;
  if (trinoUri.startsWith("https:")) {
    const pair = new TextEncoder().encode(`${trinoUser}:${trinoPassword}`);
    const basic = `Basic ${pair.toBase64()}`;
    const Authorization = trinoToken ? `Bearer ${trinoToken}` : basic;
    return { ...user, Authorization };
  }
  throw new LakehouseError({
    what: `Cannot log in to Trino at ${trinoUri}`,
    why: "a password or a token would go over the network for all to read",
    next: "set TRINO_URI to its https:// address",
  });
}

/**
 * A trino-client whose every page passes `onPage`.
 *
 * Its public surface drops errors and pages without rows and rounds integers
 * beyond 2^53. The HTTP configuration it keeps for itself is the one place where
 * each page can be read as it came, so it is reached into, here and nowhere else.
 */
async function trinoClient(
  headers: Record<string, string>,
  onPage: (page: TrinoPage) => void,
): Promise<Trino> {
  // Left until it is needed, as the S3 client is.
  const { Trino } = await import("trino-client");
  const client = Trino.create({
    server: settings().trinoUri,
    source: SOURCE,
    extraHeaders: {
      ...headers,
      // Without it timestamps come cut to milliseconds.
      "X-Trino-Client-Capabilities": "PARAMETRIC_DATETIME,PATH",
    },
  });
  const inner = client as unknown as {
    client: { clientConfig: Record<string, unknown> };
  };
  Object.assign(inner.client.clientConfig, {
    // The other adapter opens a connection for each page.
    adapter: "fetch",
    // Trino runs nothing before its first page is asked for: all may come twice.
    env: { fetch: steadyFetch, Request: null, Response },
    timeout: 60_000,
    transformResponse: (text: string, headers: Headers) => {
      hold(headers);
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
  const said = response ? `it answered ${response.status}` : String(message);
  const { why = said, next = "deno task status" }: Partial<Cause> =
    knownCause(TRINO_CAUSES, said) ?? {};
  return new LakehouseError({
    what: `Cannot reach Trino at ${uri}`,
    why,
    next,
    cause,
  });
}

function tooLarge(most: string, columns: number): LakehouseError {
  return new LakehouseError({
    what: `The result has more than ${most} rows of ${columns} columns`,
    why: "it would fill the memory of this program",
    next:
      "ask for less (LIMIT, GROUP BY, fewer columns), keep it as a table (CREATE TABLE … AS), or set maxRows",
  });
}

async function cancel({ id, nextUri }: TrinoPage): Promise<void> {
  // A query that was only just taken in is not known by its id yet.
  if (nextUri) {
    await steadyFetch(nextUri, {
      method: "DELETE",
      headers: logIn(),
      signal: AbortSignal.timeout(CANCEL_MS),
    }).catch(() => {});
  }
  await (await trinoClient(logIn(), () => {})).cancel(id).catch(() => {
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
  let fault: { error: unknown } | undefined;
  const onPage = (page: TrinoPage) => {
    last = page;
    try {
      if (page.columns) ({ columns, read } = rowsReader(page.columns));
      for (const row of read(page.data ?? [])) rows.push(row);
      const { maxRows = Math.floor(MOST_VALUES / (columns.length || 1)) } =
        options;
      if (rows.length > maxRows) {
        throw tooLarge(formatNumber(maxRows), columns.length);
      }
      options.onProgress?.(page.stats);
    } catch (error) {
      fault ??= { error };
      throw error;
    }
  };
  const isInTransaction = held.has(TRANSACTION);
  if (isInTransaction && isTransactionBusy) {
    throw new LakehouseError({
      what: "Cannot run two statements of a transaction at once",
      why: "one of them is under way",
      next: "await it first; COMMIT or ROLLBACK ends the transaction",
    });
  }
  isTransactionBusy ||= isInTransaction;
  const headers = { ...sessionHeaders(options), ...logIn() };
  const finished = (async () => {
    const client = await trinoClient(headers, onPage);
    for await (const _ of await client.query(text)) {
      if (limit.aborted) return;
    }
  })();
  try {
    await abortable(finished, limit);
  } catch (error) {
    if (limit.aborted) {
      // The first answer may still be on its way; it brings the id to cancel.
      const late = finished.catch(() => {}).then(() => last && cancel(last));
      const cancelled = Promise.all([late, last && cancel(last)]);
      // A program that ends at once would take its word to Trino with it.
      await abortable(cancelled, AbortSignal.timeout(STOP_MS)).catch(() => {});
      throw limit.reason;
    }
    // Trino answered; it is not to go on for nobody.
    if (last) await cancel(last);
    throw fault ? fault.error : unreachable(error, trinoUri);
  } finally {
    if (isInTransaction) isTransactionBusy = false;
  }
  for (const name of ["catalog", "schema"]) {
    if (held.get(`${name} `) !== "") continue;
    held.delete(`${name} `);
    throw unsaid(`this ${name}`);
  }
  // Some other server, or a proxy before Trino: no answer is no empty result.
  if (!last) throw unreachable(new Error("what answers is no Trino"), trinoUri);
  if (last.error) {
    const names = async (list: string) =>
      (await query(list, { ...options, limitMs: NAMES_LIMIT_MS })).rows
        .map((row) => String(Object.values(row)[0]));
    const advice = await missingAdvice(last.error, text, names);
    throw new TrinoError(last, text, advice);
  }
  return new QueryResult({
    ...{ engine: "Trino", text, columns, rows },
    ...{ queryId: last.id, infoUri: last.infoUri ?? "" },
    ...{ updateType: last.updateType, updateCount: last.updateCount },
    serverMs: last.stats.elapsedTimeMillis,
    clientMs: performance.now() - started,
    bytesRead: last.stats.physicalInputBytes ?? 0,
    session: trinoSession.values,
  });
}
