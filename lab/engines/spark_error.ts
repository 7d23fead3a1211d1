/**
 * A statement that Spark refused or could not finish.
 *
 * @module
 */

import { settings } from "../../lib/core/settings.ts";
import {
  CONFLICT_ADVICE,
  isConflict,
  NOT_INGESTED,
} from "../../lib/trino/causes.ts";
import {
  knownCause,
  LakehouseError,
  type LakehouseErrorParts,
  SPARK_CAUSES,
} from "../../lib/core/errors.ts";

/** One exception of Java, as `spark/session.py` describes it. */
export interface JavaException {
  /** Its class. */
  name: string;
  /** Its message. */
  message: string;
  /** Spark's name of the error, such as `TABLE_OR_VIEW_NOT_FOUND`. */
  errorClass?: string | null;
  /** Its SQLSTATE. */
  sqlState?: string | null;
}

/** What is known of a statement's failure. */
export interface SparkFailure {
  /** The exceptions, outermost first. */
  causes: JavaException[];
  /** Java's stack of the innermost, a line each. */
  stack: string[];
}

const ICEBERG = "org.apache.iceberg.exceptions.";

const simpleName = (name: string) => name.split(".").at(-1)!;

const hasClass = ({ errorClass }: JavaException) =>
  Boolean(errorClass) && !errorClass!.startsWith("_LEGACY");

/** The exception that says most: the innermost one of Spark's or Iceberg's own. */
function culpritOf(causes: JavaException[]): JavaException {
  return causes.findLast((cause) =>
    hasClass(cause) || cause.name.startsWith(ICEBERG)
  ) ?? causes.at(-1) ?? { name: "unknown", message: "" };
}

const LONGEST = 300;

/** The message's first line, without its name, its place and the plan. */
function sentence(message: string): string {
  const [line = ""] = message.trim().split("\n");
  const text = line.replace(/^\[[A-Z0-9_.]+\] /, "")
    .replace(/\s*\(line \d+, pos \d+\)/, "")
    .replace(/; line \d+ pos \d+;?$/, "")
    .replace(/ SQLSTATE: \w+$/, "")
    .replace(/[.\s]+$/, "");
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
}

/** Whether what is not there is the table of the trips, or its namespace. */
function isTrips({ errorClass, message }: JavaException): boolean {
  const { namespace, table } = settings();
  const [path = ""] = message.match(/(`[^`]+`\.?)+/) ?? [];
  const names = [...path.matchAll(/`([^`]+)`/g)].map(([, name]) => name);
  return errorClass!.startsWith("SCHEMA")
    ? names.at(-1) === namespace
    : names.at(-1) === table && (names.at(-2) ?? namespace) === namespace;
}

const NO_INTERVAL = {
  pattern: /CANNOT_PARSE_DATATYPE.*interval/,
  why: "PySpark has no value for an interval of months and days together",
  next: "cast it to string in the statement",
};

function explain(
  failure: SparkFailure,
  culprit: JavaException,
): { why?: string; next?: string } {
  if (failure.causes.some(isConflict)) {
    return CONFLICT_ADVICE;
  }
  const text = failure.causes.map(({ name, message }) => `${name}: ${message}`)
    .join("\n");
  if (/^(TABLE_OR_VIEW|SCHEMA)_NOT_FOUND/.test(culprit.errorClass ?? "")) {
    return isTrips(culprit) ? NOT_INGESTED : {};
  }
  const known = knownCause([...SPARK_CAUSES, NO_INTERVAL], text);
  if (known) return known;
  const root = failure.causes.at(-1)!;
  return root === culprit
    ? {}
    : { why: `${simpleName(root.name)}: ${sentence(root.message)}` };
}

function causeOf(
  [first, ...rest]: JavaException[],
  stack: string[],
): Error | undefined {
  if (!first) return undefined;
  const cause = causeOf(rest, stack);
  const error = new Error(
    `${first.name}: ${first.message.trim()}`,
    cause ? { cause } : {},
  );
  error.name = simpleName(first.name);
  // Where it happened in Java; where this object was made says nothing.
  error.stack = [error.message, ...cause ? [] : stack.map((at) => `    ${at}`)]
    .join("\n");
  return error;
}

function placeOf(message: string): [number, number] | undefined {
  const place = message.match(/\(line (\d+), pos (\d+)\)/) ??
    message.match(/; line (\d+) pos (\d+)/);
  return place ? [Number(place[1]), Number(place[2]) + 1] : undefined;
}

/**
 * A statement that Spark refused or could not finish.
 *
 * `cause` holds Java's exceptions, the innermost with its stack.
 *
 * @example Usage
 * ```ts ignore
 * import { engines } from "@lakehouse/lab";
 *
 * const spark = await engines.sparkSession();
 * try {
 *   await spark.sql("DELETE FROM taxi_trips WHERE fare < 0");
 * } catch (error) {
 *   if (!(error instanceof engines.SparkError && error.conflict)) throw error;
 *   console.log("Another writer was first");
 * }
 * ```
 */
export class SparkError extends LakehouseError {
  /**
   * Spark's name of the error, such as `TABLE_OR_VIEW_NOT_FOUND`, or the Java
   * exception's, such as `CommitFailedException`.
   */
  readonly errorClass: string;
  /** SQLSTATE, such as `42P01`, when Spark gives one. */
  readonly sqlState: string | undefined;
  /** Whether a commit of another writer came in between; nothing was written. */
  readonly conflict: boolean;
  /** Line of the SQL text at fault, from 1. */
  readonly line: number | undefined;
  /** Column of that line, from 1. */
  readonly column: number | undefined;

  /** Builds the error from what the session tells of it. */
  constructor(failure: SparkFailure) {
    const culprit = culpritOf(failure.causes);
    const errorClass = hasClass(culprit)
      ? culprit.errorClass!
      : simpleName(culprit.name);
    const place = placeOf(culprit.message);
    const parts: LakehouseErrorParts = {
      what: `${errorClass}${
        place ? ` at line ${place[0]}, column ${place[1]}` : ""
      }: ${sentence(culprit.message)}`,
      ...explain(failure, culprit),
      cause: causeOf(failure.causes, failure.stack),
    };
    super(parts);
    this.name = "SparkError";
    this.errorClass = errorClass;
    this.sqlState = culprit.sqlState ?? undefined;
    this.conflict = failure.causes.some(isConflict);
    this.line = place?.[0];
    this.column = place?.[1];
  }
}
