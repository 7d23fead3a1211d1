/**
 * Dates and times as texts of SQL, which hold every digit: what results have,
 * `sql.timestamp()` takes and charts draw.
 *
 * @module
 */

import { LakehouseError } from "./errors.ts";

/** A date: `2024-01-05`, `-0044-03-15`, `+12000-01-01`. */
export const DATE = /^([+-]?)(\d{4,})-(\d\d)-(\d\d)$/;

/** A date alone, or with a time to the picosecond and an offset or a zone. */
export const TIMESTAMP =
  /^([+-]?)(\d{4,})-(\d\d)-(\d\d)(?: (\d\d:\d\d)(?::(\d\d)(?:\.(\d{1,12}))?)?(?: ?([+-]\d\d:\d\d)| ([A-Za-z][\w+/-]*))?)?$/;

const ISO = /^(\S+-\d\d-\d\d)T([\d:.]+)Z?$/;

/** A moment: whole seconds, and what comes after them. */
export interface Moment {
  /** Milliseconds since 1970 of the second; `NaN` of a date that is none. */
  ms: number;
  /** Digits after the second. */
  fraction: string;
}

function msIn(zone: string, local: string, text: string): number {
  const [first, last] = (["earlier", "later"] as const).map((disambiguation) =>
    Temporal.ZonedDateTime.from(`${local}[${zone}]`, { disambiguation })
      .epochMilliseconds
  );
  if (first === last) return first!;
  throw new LakehouseError({
    what: `Cannot tell when "${text}" is`,
    why: `clocks in ${zone} are changed then, and the text has no offset`,
    next: "ask for the column AT TIME ZONE 'UTC'",
  });
}

/**
 * The moment that a text says, as if in UTC where it has no zone; `undefined`
 * when the text is no date.
 *
 * @throws {LakehouseError} When clocks of its zone are changed then, so that the text means two moments.
 * @example Usage
 * ```ts
 * import { parseTimestamp } from "./timestamps.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(parseTimestamp("1970-01-01 00:00:01.123456789 UTC"), {
 *   ms: 1000,
 *   fraction: "123456789",
 * });
 * assertEquals(parseTimestamp("Flash Cab"), undefined);
 * ```
 */
export function parseTimestamp(text: string): Moment | undefined {
  const parts = text.replace(ISO, "$1 $2").match(TIMESTAMP);
  if (!parts) return undefined;
  const [, sign, year, month, day, minute = "00:00", second = "00"] = parts;
  const [fraction = "", offset = "Z", zone] = parts.slice(7);
  const years = sign || year!.length > 4
    ? (sign || "+") + year!.padStart(6, "0")
    : year;
  const local = `${years}-${month}-${day}T${minute}:${second}`;
  if (!zone || /^(UTC|Z)$/.test(zone)) {
    return { ms: Date.parse(local + offset), fraction };
  }
  try {
    return { ms: msIn(zone, local, text), fraction };
  } catch (error) {
    // No zone is called that.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/**
 * The same as a `Date`, which cuts what is below a millisecond; `undefined` when
 * the text is no date.
 *
 * @throws {LakehouseError} As {@linkcode parseTimestamp}.
 * @example Usage
 * ```ts
 * import { dateOf } from "./timestamps.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const date = dateOf("2024-07-05 13:45:00.5 America/Chicago");
 * assertEquals(date, new Date("2024-07-05T18:45:00.500Z"));
 * ```
 */
export function dateOf(text: string): Date | undefined {
  const { ms = NaN, fraction = "" } = parseTimestamp(text) ?? {};
  const date = new Date(ms + Number(fraction.slice(0, 3).padEnd(3, "0")));
  return Number.isNaN(date.getTime()) ? undefined : date;
}

/**
 * A time in ISO 8601 as SQL writes it, and results have it.
 *
 * @example Usage
 * ```ts
 * import { sqlTime } from "./timestamps.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(sqlTime("2024-01-05T13:45:00Z"), "2024-01-05 13:45:00 UTC");
 * assertEquals(sqlTime("+012000-01-05T13:45:00"), "+12000-01-05 13:45:00");
 * ```
 */
export function sqlTime(iso: string): string {
  return iso.replace("T", " ").replace(/Z$/, " UTC")
    .replace(/^([+-])0*(?=\d{4})/, "$1");
}
