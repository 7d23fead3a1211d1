/**
 * Trino's errors: what usually lies behind one, and the next step; and when
 * Iceberg refuses a commit because another writer's came in between.
 *
 * @module
 */

import {
  causesOf,
  knownCause,
  LakehouseError,
  nearestName,
} from "../core/errors.ts";
import type { Cause } from "../core/errors.ts";
import { settings } from "../core/settings.ts";
import { identifier, literal } from "./literal.ts";
import type { Column } from "./types.ts";

/**
 * Likely cause and next step of a failed statement; `undefined` when the message
 * says it all.
 *
 * @param underneath What the errors underneath say.
 */
export function trinoCause(
  errorName: string,
  message: string,
  underneath = "",
): Cause | undefined {
  const all = causesOf("statement", settings());
  const known = knownCause(all, `${errorName}: ${message}`);
  // Trino says the same of a store that answers, and refuses or is not trusted.
  return known === all[0]
    ? knownCause(causesOf("underneath"), underneath) ?? known
    : known;
}

/** What an error says to do where the table of the trips is not there. */
export const NOT_INGESTED = {
  why: "nothing was ingested yet",
  next: "run notebook 04, or deno task analyze",
} as const;

const MISSING =
  /^(COLUMN|TABLE|SCHEMA|CATALOG|FUNCTION)_NOT_FOUND: .*?(?:'|table: |target column )([^'\s]+)/;
const TABLES =
  /\b(?:FROM|JOIN|INTO|UPDATE|TABLE)\s+((?:"[^"]+"|\w+)(?:\.(?:"[^"]+"|\w+))*)/gi;

/**
 * What to do about a name that is not there: the one that comes nearest to it.
 *
 * @param names Asks Trino for a list of names.
 */
export async function missingAdvice(
  { errorName, message }: { errorName: string; message: string },
  text: string,
  names: (statement: string) => Promise<string[]>,
): Promise<{ why: string; next: string } | undefined> {
  const [, kind, path = ""] = `${errorName}: ${message}`.match(MISSING) ?? [];
  const { trinoCatalog, namespace, table } = settings();
  const [name = "", parent = "", ...rest] = path.split(".").reverse();
  const isInOurs = kind === "TABLE" && parent === namespace;
  if (!kind || name === trinoCatalog) return undefined;
  if (isInOurs && name === table || kind === "SCHEMA" && name === namespace) {
    return NOT_INGESTED;
  }
  const lists = kind === "COLUMN"
    ? [...text.matchAll(TABLES)].map(([, path]) => `SHOW COLUMNS FROM ${path}`)
    : kind === "TABLE"
    ? [`SHOW TABLES FROM ${identifier(...rest, parent)}`]
    : [`SHOW ${kind}S`];
  // Of what cannot be listed nothing is known, not even that there is nothing.
  const found = await Promise.all(
    lists.map((list) => names(list).catch(() => [""])),
  );
  const all = found.flat();
  if (all.length === 0 && isInOurs) return NOT_INGESTED;
  const near = nearestName(name, all);
  return near === undefined ? undefined : {
    why: `the nearest name is ${near}`,
    next: `write that, or ask ${[...new Set(lists)].join(", ")}`,
  };
}

const ICEBERG = "org.apache.iceberg.exceptions.";

// Iceberg's checks of a commit against those that came in between; the same
// exception also says that a request makes no sense.
const CHECKS =
  /conflict|concurrently|Cannot commit, |Missing required files|Found (new )?delete/i;

// Spark's copy-on-write, when the table has changed between two of its scans.
const BETWEEN_SCANS = /table has been concurrently modified/;

/** What an error about it says to do; the engines' own words name files only. */
export const CONFLICT_ADVICE = {
  why: "another writer committed in between, and nothing was written",
  next: "run the statement again",
} as const;

/** Whether an exception of Java, by its class and message, says so. */
export function isConflict(
  { name, message }: { name: string; message: string },
): boolean {
  return name === `${ICEBERG}CommitFailedException` ||
    name === `${ICEBERG}ValidationException` && CHECKS.test(message) ||
    name === "java.lang.IllegalStateException" && BETWEEN_SCANS.test(message);
}

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
  /** Servers that work for it; 0 until it runs. */
  nodes: number;
}

/** A query that Trino refused or could not finish. */
export class TrinoError extends LakehouseError {
  /** Trino's name of the error, such as `SYNTAX_ERROR`. */
  readonly errorName!: string;
  /** `USER_ERROR`, `INTERNAL_ERROR`, `INSUFFICIENT_RESOURCES` or `EXTERNAL`. */
  readonly errorType!: string;
  /** The query's id in Trino's own pages. */
  readonly queryId!: string;
  /** Line of the SQL text at fault, from 1. */
  readonly line!: number | undefined;
  /** Column of that line, from 1. */
  readonly column!: number | undefined;
  /** Address of Trino's page about the query. */
  readonly infoUri!: string;
  /** Whether a commit of another writer came in between; nothing was written. */
  readonly conflict!: boolean;
  /** The SQL text as Trino got it, but for the secret key. */
  readonly text!: string;

  /** Builds the error from a page of Trino's protocol, the SQL text, and what is known better. */
  constructor(
    page: TrinoPage,
    text: string = "",
    advice?: { why: string; next: string },
  ) {
    const error = page.error!;
    const place = error.errorLocation;
    const message = error.message.replace(/^line \d+:\d+: /, "");
    const underneath = [...exceptions(error.failureInfo)];
    const conflict = underneath.some(isConflict);
    const said = underneath.map((each) => `${each.name}: ${each.message}`);
    const known = conflict ? CONFLICT_ADVICE : advice ??
      trinoCause(error.errorName, message, said.join("\n"));
    const at = place &&
      ` at line ${place.lineNumber}, column ${place.columnNumber}`;
    super({
      what: `${error.errorName}${at ?? ""} (query ${page.id}): ${
        message.trimEnd().replace(/\.$/, "")
      }`,
      ...known,
      ...(error.failureInfo ? { cause: failureOf(error.failureInfo) } : {}),
    });
    this.name = "TrinoError";
    Object.assign(this, {
      ...{ errorName: error.errorName, errorType: error.errorType, conflict },
      ...{ queryId: page.id, infoUri: page.infoUri ?? "" },
      ...{ line: place?.lineNumber, column: place?.columnNumber },
      // The statement that makes the catalog of a remote stack holds the key.
      text: text.replaceAll(literal(settings().secretKey), "'…'"),
    });
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
  /** Where the next page is; none when the query has ended. */
  nextUri?: string;
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

/** The errors underneath, as Java has them. */
function* exceptions(failure: FailureInfo | undefined) {
  for (let each = failure; each; each = each.cause) {
    yield { name: each.type, message: each.message ?? "" };
  }
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
