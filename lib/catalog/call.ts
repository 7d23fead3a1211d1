/**
 * One signed call to the Iceberg REST catalog: retries, time limit, errors.
 *
 * @module
 */

import pRetry from "p-retry";
import { causesOf, CERTIFICATE_CAUSES, knownCause } from "../core/errors.ts";
import { LakehouseError, type LakehouseErrorParts } from "../core/errors.ts";
import { isBroken, PASSING } from "../core/interrupt.ts";
import { parseExactJson, stringifyExactJson } from "../core/json.ts";
import { signedFetch } from "../core/sigv4.ts";

/** Where the catalog is, who calls, and which warehouse is meant. */
export interface Catalog {
  /** Base address of the catalog, without `/v1` and without a final slash. */
  uri: string;
  /** Warehouse whose namespaces and tables are meant. */
  warehouse: string;
  /** Access key. */
  accessKey: string;
  /** Secret key that belongs to {@linkcode Catalog.accessKey}. */
  secretKey: string;
  /** Token of temporary keys. @default {none} */
  sessionToken?: string;
  /** Region named in signatures. */
  region: string;
  /** The catalog's name in signatures. */
  signingName: string;
}

/** What every call to the catalog takes. */
export interface CallOptions {
  /** Ends the call when it is aborted. */
  signal?: AbortSignal | undefined;
  /** Longest time for the call with its retries, in milliseconds. @default {30_000} */
  limitMs?: number;
}

/** What the catalog answered, or would answer, to a call it does not carry out. */
export class CatalogError extends LakehouseError {
  /** Takes the parts of the message, and what the answer said. */
  constructor(
    parts: LakehouseErrorParts,
    /** HTTP status. */
    readonly status: number,
    /** Type of the error, for example `NoSuchTableException`. */
    readonly type: string,
  ) {
    super(parts);
    this.name = "CatalogError";
  }
}

/** A call, as the functions of the client describe it. */
export interface CatalogCall {
  /** The endpoint, as `/v1/config` lists it: `GET /v1/{prefix}/namespaces`. */
  endpoint: string;
  /** What stands in the place of the endpoint's names in braces. */
  values?: Record<string, string | readonly string[]>;
  /** Query parameters; one that is `undefined` is left out. */
  query?: Record<string, string | undefined>;
  /** Body, sent as JSON. */
  body?: unknown;
  /** What fails when the call fails: `Cannot list the tables of "chicago"`. */
  what: string;
}

const RETRIES = 4;
const FIRST_PAUSE_MS = 200;
const DOCTOR = "deno task doctor";

function isPassing(error: unknown): boolean {
  return isBroken(error) || error instanceof CatalogError &&
      ([500, ...PASSING].includes(error.status) ||
        error.type === "CommitFailedException");
}

function errorOf(
  catalog: Catalog,
  what: string,
  status: number,
  text: string,
): CatalogError {
  let type = "";
  let message = text;
  try {
    const { error } = JSON.parse(text);
    type = String(error.type ?? "unknown");
    message = String(error.message ?? "").replace(/[.\s]+$/, "");
  } catch {
    // Not the envelope: some other server, or a proxy before the catalog.
  }
  const why = message || `status ${status}`;
  const values = { uri: catalog.uri, status, type, message: why };
  const known = knownCause(causesOf("catalog", values), `${status} ${type}`);
  return new CatalogError({ what, why, ...known }, status, type);
}

/** Whether the catalog, by its answer, has no such endpoint. */
export function isUnsupported(error: unknown): error is CatalogError {
  if (!(error instanceof CatalogError)) return false;
  const isUnknownPath = error.status === 404 &&
    !/^NoSuch|^IcebergWarehouse/.test(error.type);
  return isUnknownPath || [405, 406, 501].includes(error.status);
}

/** Method and address of a call. */
function addressOf(
  { uri }: Catalog,
  { endpoint, values = {}, query = {} }: CatalogCall,
): [string, URL] {
  const [method = "", path = ""] = endpoint.split(" ");
  const filled = path.replace(/\{(\w+)\}/g, (_, name) =>
    // Iceberg joins the levels of a namespace with the unit separator.
    [values[name] ?? []].flat().map(encodeURIComponent).join("%1F"));
  const url = new URL(uri + filled);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.set(name, value);
  }
  return [method, url];
}

async function attempt(
  catalog: Catalog,
  call: CatalogCall,
  signal: AbortSignal,
): Promise<unknown> {
  const [method, url] = addressOf(catalog, call);
  const headers: Record<string, string> = { accept: "application/json" };
  if (call.body !== undefined) headers["content-type"] = "application/json";
  const response = await signedFetch({
    method,
    url: url.href,
    headers,
    ...call.body === undefined ? {} : { body: stringifyExactJson(call.body) },
  }, { ...catalog, service: catalog.signingName, signal });
  const text = await response.text();
  if (!response.ok) throw errorOf(catalog, call.what, response.status, text);
  if (text === "") return undefined;
  try {
    return parseExactJson(text);
  } catch {
    throw errorOf(catalog, call.what, response.status, text);
  }
}

/**
 * Sends the call and returns the answer's JSON, or `undefined` when it is empty.
 *
 * GET and DELETE are sent again, up to four times, on a conflict, a status of
 * 429 or 5xx, or a connection that breaks. POST never is: what creates or commits may have been done although its
 * answer got lost.
 *
 * @throws {CatalogError} When the catalog answers with an error.
 * @throws {LakehouseError} When it cannot be reached, or not in time.
 */
export async function callCatalog(
  catalog: Catalog,
  call: CatalogCall,
  options: CallOptions = {},
): Promise<unknown> {
  const { signal, limitMs = 30_000 } = options;
  const { endpoint, what } = call;
  const limit = AbortSignal.timeout(limitMs);
  const either = signal ? AbortSignal.any([signal, limit]) : limit;
  try {
    return await pRetry(
      async (number) => {
        try {
          return await attempt(catalog, call, either);
        } catch (error) {
          // The attempt before may have deleted it, though its answer got lost.
          const gone = endpoint.startsWith("DELETE ") && number > 1 &&
            error instanceof CatalogError && error.status === 404;
          if (gone) return undefined;
          // At fetch's own error p-retry gives up.
          throw isBroken(error) ? new Error("Broken", { cause: error }) : error;
        }
      },
      {
        retries: endpoint.startsWith("POST ") ? 0 : RETRIES,
        minTimeout: FIRST_PAUSE_MS,
        randomize: true,
        shouldRetry: ({ error }) => isPassing(error),
        signal: either,
      },
    );
  } catch (cause) {
    signal?.throwIfAborted();
    if (limit.aborted) {
      const why = `the catalog at ${catalog.uri} did not answer within`;
      const late = `${why} ${limitMs / 1000} s`;
      throw new LakehouseError({ what, why: late, next: DOCTOR, cause });
    }
    if (cause instanceof LakehouseError) throw cause;
    const why = `the Iceberg catalog at ${catalog.uri} cannot be reached`;
    const next = `deno task up, or ${DOCTOR} when it is up`;
    const known = knownCause(CERTIFICATE_CAUSES, String(cause));
    throw new LakehouseError({ what, why, next, ...known, cause });
  }
}

/** A namespace by its levels; a text stands for one level. */
export type Namespace = string | readonly string[];

/** The levels of a namespace. */
export const levels = (namespace: Namespace): string[] =>
  typeof namespace === "string" ? [namespace] : [...namespace];

/** A namespace, or a table in it, as messages name it. */
export const label = (namespace: Namespace, ...names: string[]): string =>
  `"${[...levels(namespace), ...names].join(".")}"`;
