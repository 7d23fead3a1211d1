/**
 * Values and names as SQL text.
 *
 * Trino binds parameters by `EXECUTE IMMEDIATE 'text' USING literals`, which
 * needs the literals all the same, takes them in few places, and shows the
 * statement as a quoted string on its pages. So the literals stand in the text.
 *
 * @module
 */

import { LakehouseError } from "../core/errors.ts";
import { sqlTime } from "../core/timestamps.ts";

/** A value that {@linkcode literal} can write. */
// deno-fmt-ignore
export type SqlValue =
  | string | number | bigint | boolean | null | Date | Uint8Array
  | Temporal.Instant | Temporal.ZonedDateTime | Temporal.PlainDateTime
  | Temporal.PlainDate | Temporal.PlainTime | readonly SqlValue[];

function refuse(what: string, why: string, next: string): never {
  throw new LakehouseError({
    what: `Cannot write ${what} as SQL`,
    why,
    next,
  });
}

function quoted(text: string): string {
  if (!text.isWellFormed()) {
    refuse(
      "a text",
      "it holds half a surrogate pair, which Trino cannot store",
      "text.toWellFormed() replaces it",
    );
  }
  return `'${text.replaceAll("'", "''")}'`;
}

/**
 * A number as a `double` literal, whatever it looks like: `2E0`.
 *
 * @example Usage
 * ```ts
 * import { double } from "./literal.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(double(2), "2E0");
 * ```
 */
export function double(value: number): string {
  if (!Number.isFinite(value)) return `DOUBLE '${value}'`;
  const text = Object.is(value, -0) ? "-0" : String(value);
  return text.includes("e") ? text.toUpperCase() : `${text}E0`;
}

const MOST_DIGITS = 38;

function integer(value: bigint): string {
  if (BigInt.asIntN(64, value) === value) return `BIGINT '${value}'`;
  if (String(value).replace("-", "").length <= MOST_DIGITS) {
    return `DECIMAL '${value}'`;
  }
  return refuse(
    `the integer ${value}`,
    `Trino's widest type has ${MOST_DIGITS} digits`,
    "give it as a text or as a number",
  );
}

/** A typed literal from ISO text. */
function dated(type: string, iso: string): string {
  return `${type} ${quoted(sqlTime(iso))}`;
}

function timestamp(date: Date): string {
  if (Number.isNaN(date.getTime())) {
    refuse("an invalid date", "it has no time", "check how it was made");
  }
  return dated("TIMESTAMP", date.toISOString());
}

// deno-fmt-ignore
const TEMPORAL: Readonly<Record<string, string>> = {
  Instant: "TIMESTAMP", ZonedDateTime: "TIMESTAMP", PlainDateTime: "TIMESTAMP",
  PlainDate: "DATE", PlainTime: "TIME",
};

function temporal(kind: string, value: object): string | undefined {
  const type = TEMPORAL[kind.replace("Temporal.", "")];
  // The offset says which of two equal wall-clock times is meant; the zone does not.
  return type &&
    dated(type, String(value).replace(/([+-]\d\d:\d\d)\[.*\]$/, " $1"));
}

function unknown(value: unknown): never {
  if (value === undefined) {
    return refuse(
      "undefined",
      "a variable or a field has no value",
      "check its name, or give null",
    );
  }
  if (value instanceof Promise) {
    return refuse("a promise", "it is no value yet", "await it first");
  }
  const name = typeof value === "object"
    ? `a ${(value as object).constructor?.name ?? "nameless object"}`
    : `a ${typeof value}`;
  return refuse(
    name,
    "only texts, numbers, booleans, dates, bytes, null and arrays of them have a literal",
    "give one of its fields",
  );
}

/**
 * A value as one SQL literal of Trino, of the value's own type.
 *
 * | value | literal |
 * | --- | --- |
 * | text | `'O''Hare'` |
 * | whole number | `10` (`integer` or `bigint`) |
 * | other number | `1.5E0` (`double`); `DOUBLE 'NaN'` |
 * | `bigint` | `BIGINT '9'`; beyond 64 bits a `decimal` |
 * | `Date`, `Temporal` | `TIMESTAMP '2024-01-05 13:45:00.123 UTC'`, `DATE '…'`, `TIME '…'` |
 * | `Uint8Array` | `X'00ff'` |
 * | array | its items with commas, for `IN (…)`; arrays in it as rows, for `VALUES …` |
 *
 * @throws {LakehouseError} When the value has no literal: `undefined`, an invalid date, an object.
 * @example Usage
 * ```ts
 * import { literal } from "@lakehouse";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(literal("O'Hare"), "'O''Hare'");
 * assertEquals(literal([1, 2.5, null]), "1, 2.5E0, NULL");
 * ```
 */
export function literal(value: SqlValue): string {
  if (value === null) return "NULL";
  switch (typeof value) {
    case "string":
      return quoted(value);
    case "number":
      return Number.isSafeInteger(value) && !Object.is(value, -0)
        ? String(value)
        : double(value);
    case "bigint":
      return integer(value);
    case "boolean":
      return String(value);
  }
  if (value instanceof Date) return timestamp(value);
  if (value instanceof Uint8Array) return `X'${value.toHex()}'`;
  if (Array.isArray(value)) return list(value);
  const kind = Object.prototype.toString.call(value).slice(8, -1);
  return temporal(kind, value) ?? unknown(value);
}

function list(values: readonly SqlValue[]): string {
  // `x IN ()` is no SQL; a subquery without rows means the same, also after NOT.
  if (values.length === 0) return "SELECT NULL WHERE false";
  return values.map((value) =>
    Array.isArray(value) ? `(${literal(value)})` : literal(value)
  ).join(", ");
}

/**
 * Names as one quoted SQL identifier; each argument is one name.
 *
 * Trino does not tell capital from small letters in names, quoted or not.
 *
 * @throws {LakehouseError} When a name is empty.
 * @example Usage
 * ```ts
 * import { identifier } from "@lakehouse";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(identifier("chicago", "trips$snapshots"), '"chicago"."trips$snapshots"');
 * ```
 */
export function identifier(...names: string[]): string {
  if (names.length === 0 || names.includes("")) {
    refuse("an empty name", "every name has a character", "check the name");
  }
  return names.map((name) => {
    if (typeof name !== "string") unknown(name);
    return `"${name.replaceAll('"', '""')}"`;
  }).join(".");
}
