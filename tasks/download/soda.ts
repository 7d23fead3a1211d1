/**
 * One question to a Socrata portal, by SODA 2.1: `/resource/<dataset>.json`.
 *
 * @module
 */

import { LakehouseError } from "../../lib/core/errors.ts";
import {
  PassingError,
  retryAfterMs,
  retrying,
  type RetryOptions,
} from "./retry.ts";

/** A portal, and how to ask it. */
export interface Soda extends RetryOptions {
  /** The portal's address. */
  readonly uri: string;
  /** The application's token, for more requests an hour; never shown. */
  readonly token: string | undefined;
}

/** A row of an answer; columns without a value are left out. */
export type SodaRow = Readonly<Record<string, unknown>>;

/** An answer. */
export interface SodaAnswer {
  /** Its rows. */
  readonly rows: readonly SodaRow[];
  /** Columns the rows may have, or `undefined` when the portal does not say. */
  readonly fields: readonly string[] | undefined;
}

/** What to ask for, as SODA names it: `$select`, `$where`, … */
export type SodaQuery = Readonly<Record<string, string>>;

/** What to do when the portal is at fault and not the request. */
export const RESUME_NEXT =
  "run the same command again later; it goes on where it stopped";

/** An error in the answer's body, in each form the portal has for it. */
interface SodaFault {
  readonly code?: string;
  readonly errorCode?: string;
  readonly message?: string;
  readonly data?: { readonly column?: string };
}

function parseFault(text: string): SodaFault {
  try {
    return JSON.parse(text) as SodaFault ?? {};
  } catch {
    return {};
  }
}

/** The column an error says is not there. */
function missingColumn(fault: SodaFault): string | undefined {
  const isMissing = /no-such-column/.test(fault.errorCode ?? fault.code ?? "");
  return (isMissing ? fault.data?.column : undefined) ??
    fault.message?.match(/no such column:? *[`"']?([\w:@]+)/i)?.[1];
}

/** The error for a column that is not there, or not as expected. */
export function columnError(
  soda: Soda,
  dataset: string,
  why: string,
  cause?: unknown,
): LakehouseError {
  return new LakehouseError({
    what: `Cannot download trips from ${soda.uri}/resource/${dataset}.json`,
    why,
    next:
      `compare the columns at ${soda.uri}/d/${dataset} with tasks/download/rows.ts; nothing of this page was written`,
    cause,
  });
}

function refusal(
  soda: Soda,
  dataset: string,
  status: number,
  text: string,
): LakehouseError {
  const what =
    `Cannot download trips from ${soda.uri}/resource/${dataset}.json`;
  const fault = parseFault(text);
  const column = missingColumn(fault);
  const cause = new Error(text.slice(0, 2_000));
  if (column) {
    return columnError(
      soda,
      dataset,
      `the dataset has no column "${column}" any more`,
      cause,
    );
  }
  const said = fault.message?.slice(0, 200);
  if (status === 401 || status === 403) {
    return new LakehouseError({
      what,
      why: `the portal refused access (${said ?? status})`,
      next: soda.token
        ? "check SODA_APP_TOKEN, or leave it out"
        : "check PORTAL_URI",
      cause,
    });
  }
  return new LakehouseError({
    what,
    why: `the portal answered ${status}${said ? `: ${said}` : ""}`,
    next: "check PORTAL_URI; DEBUG=1 shows the whole answer",
    cause,
  });
}

const IS_PASSING = (status: number) =>
  status === 202 || status === 408 || status === 429 || status >= 500;

async function fetchText(
  soda: Soda,
  dataset: string,
  url: URL,
  signal: AbortSignal,
): Promise<{ text: string; headers: Headers }> {
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, {
      signal,
      headers: {
        accept: "application/json",
        ...(soda.token ? { "x-app-token": soda.token } : {}),
      },
      // Followed to another host, a redirection would take the token along.
      redirect: "manual",
    });
    text = await response.text();
  } catch (cause) {
    // Deno names the address first and the reason last.
    const reason = (cause as Error).message?.match(/\w+ error: .*$/)?.[0];
    throw new PassingError(
      `the connection failed${reason ? ` (${reason})` : ""}`,
      { cause },
    );
  }
  const { status, headers } = response;
  if (IS_PASSING(status)) {
    throw new PassingError(`the portal answered ${status}`, {
      waitMs: retryAfterMs(headers.get("retry-after")),
      cause: new Error(text.slice(0, 2_000)),
    });
  }
  if (status >= 300 && status < 400) {
    throw new LakehouseError({
      what: `Cannot download trips from ${soda.uri}`,
      why: `the portal sends to ${headers.get("location")}`,
      next: "set PORTAL_URI to that host",
    });
  }
  if (status !== 200) throw refusal(soda, dataset, status, text);
  return { text, headers };
}

function parseRows(soda: Soda, text: string, headers: Headers): SodaRow[] {
  const type = headers.get("content-type") ?? "";
  if (!type.includes("json")) {
    throw new LakehouseError({
      what: `Cannot download trips from ${soda.uri}`,
      why: `it answered "${type}", not JSON`,
      next: "check PORTAL_URI, and whether a proxy answers in its place",
    });
  }
  let rows: unknown;
  try {
    rows = JSON.parse(text);
  } catch (cause) {
    // A server that fails in the middle of its answer has already said 200.
    throw new PassingError("the answer broke off", { cause });
  }
  if (Array.isArray(rows)) return rows;
  throw new LakehouseError({
    what: `Cannot download trips from ${soda.uri}`,
    why: "its answer is no list of rows",
    next: "check PORTAL_URI",
  });
}

/**
 * Asks the portal, again and again while it is busy or cannot be reached.
 *
 * @param accept Throws a {@linkcode PassingError} for rows that are worth asking for again.
 * @throws {LakehouseError} When it refuses the question, or does not answer in the end.
 * @throws The signal's reason.
 */
export async function askPortal(
  soda: Soda,
  dataset: string,
  query: SodaQuery,
  accept: (rows: readonly SodaRow[]) => void = () => {},
): Promise<SodaAnswer> {
  const url = new URL(`${soda.uri}/resource/${dataset}.json`);
  url.search = new URLSearchParams(query).toString();
  try {
    return await retrying(soda, async (signal) => {
      const { text, headers } = await fetchText(soda, dataset, url, signal);
      const rows = parseRows(soda, text, headers);
      accept(rows);
      const fields = headers.get("x-soda2-fields");
      return { rows, fields: fields ? JSON.parse(fields) : undefined };
    });
  } catch (error) {
    if (!(error instanceof PassingError)) throw error;
    const isThrottled = error.message.endsWith("429") && !soda.token;
    throw new LakehouseError({
      what: `Cannot download trips from ${soda.uri}`,
      why: error.message,
      next: isThrottled
        ? `set SODA_APP_TOKEN to an application token of the portal, or ${RESUME_NEXT}`
        : RESUME_NEXT,
      cause: error.cause ?? error,
    });
  }
}
