/**
 * Rows as a polars DataFrame.
 *
 * @module
 */

import type pl from "nodejs-polars";
import { LakehouseError } from "../core/errors.ts";
import type { Row } from "./result.ts";
import type { Column } from "./types.ts";
import { valueText } from "../show/value_text.ts";

type Polars = typeof pl;

/** Options of {@linkcode toFrame}. */
export interface FrameOptions {
  /**
   * What a decimal becomes: polars' `Decimal`, which is exact but which polars
   * gives to JavaScript only as text or number; or `Float64`, which rounds.
   *
   * @default {"decimal"}
   */
  decimals?: "decimal" | "double";
}

const TIMESTAMP =
  /^([+-]?)(\d{4,})-(\d\d)-(\d\d) (\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?(?: ?(.+))?$/;

function isoDay(sign: string, year: string, month: string, day: string) {
  const years = sign === "-" || year.length > 4
    ? `${sign || "+"}${year.padStart(6, "0")}`
    : year;
  return `${years}-${month}-${day}`;
}

function offsetOf(zone: string | undefined, local: string): string {
  if (zone === undefined || zone === "UTC") return "Z";
  if (/^[+-]\d\d:\d\d$/.test(zone)) return zone;
  return Temporal.ZonedDateTime.from(`${local}[${zone}]`).offset;
}

/** Microseconds since 1970 of a timestamp's text; without a zone, as if in UTC. */
function microsOf(text: string): string {
  const [, sign = "", year = "", month = "", day = "", hour, minute, ...rest] =
    text.match(TIMESTAMP) ?? [];
  const [second = "00", fraction = "", zone] = rest;
  const local = `${isoDay(sign, year, month, day)}T${hour}:${minute}:${second}`;
  const ms = Date.parse(local + offsetOf(zone, local));
  return String(
    BigInt(ms) * 1000n + BigInt(fraction.slice(0, 6).padEnd(6, "0")),
  );
}

function dayOf(text: string): string {
  const [, sign = "", year = "", month = "", day = ""] =
    text.match(/^([+-]?)(\d{4,})-(\d\d)-(\d\d)$/) ?? [];
  return String(
    BigInt(Date.parse(isoDay(sign, year, month, day))) / 86_400_000n,
  );
}

function fits(name: string, text: string, of: (text: string) => string) {
  try {
    return of(text);
  } catch (cause) {
    throw new LakehouseError({
      what: `Cannot put "${text}" of the column "${name}" into a frame`,
      why: "polars has no such date",
      next: "cast the column to varchar in the query",
      cause,
    });
  }
}

/** Precision and scale of a decimal column. */
function digitsOf({ type, typeSignature }: Column): [number, number] {
  const [precision, scale] =
    typeSignature.arguments?.map(({ value }) => Number(value)) ??
      type.match(/\d+/g)?.map(Number) ?? [];
  return [precision ?? 38, scale ?? 0];
}

function series(
  polars: Polars,
  column: Column,
  rows: readonly Row[],
  { decimals = "decimal" }: FrameOptions,
): pl.Series {
  const { name, typeSignature: { rawType } } = column;
  const values = rows.map((row) => row[name] ?? null);
  // polars makes numbers with nulls among them zeros, BigInts with nulls among
  // them nulls; of texts it makes what they say.
  const ofText = (text: (value: unknown) => string = valueText) =>
    polars.Series(
      name,
      values.map((value) => value === null ? null : text(value)),
      polars.Utf8,
    );
  switch (rawType) {
    case "boolean":
      return polars.Series(name, values, polars.Bool);
    case "double":
      return polars.Series(name, values, polars.Float64);
    case "real":
      return polars.Series(name, values, polars.Float32);
    case "tinyint":
      return ofText().cast(polars.Int8, true);
    case "smallint":
      return ofText().cast(polars.Int16, true);
    case "integer":
      return ofText().cast(polars.Int32, true);
    case "bigint":
      return ofText().cast(polars.Int64, true);
    case "decimal":
      return decimals === "double"
        ? ofText().cast(polars.Float64, true)
        : ofText().cast(polars.Decimal(...digitsOf(column)), true);
    case "date":
      return ofText((value) => fits(name, String(value), dayOf))
        .cast(polars.Int32, true).cast(polars.Date);
    case "timestamp":
      return ofText((value) => fits(name, String(value), microsOf))
        .cast(polars.Int64, true).cast(polars.Datetime("us"));
    case "timestamp with time zone":
      return ofText((value) => fits(name, String(value), microsOf))
        .cast(polars.Int64, true).cast(polars.Datetime("us", "UTC"));
    default:
      return ofText();
  }
}

/**
 * Rows as a polars DataFrame with the columns' types.
 *
 * Integers, floats, booleans, texts and dates become what they are. Timestamps
 * become microseconds, which cuts finer ones; with a zone they become UTC.
 * Arrays, maps and rows become JSON, bytes `0x00ff`, all else its text.
 *
 * @throws {LakehouseError} When a date is beyond what polars holds.
 * @example Usage
 * ```ts
 * import { toFrame } from "./frames.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const trips = { name: "trips", type: "bigint", typeSignature: { rawType: "bigint" } };
 * const frame = await toFrame([trips], [{ trips: 7n }, { trips: null }]);
 * assertEquals(String(frame.dtypes), "DataType(Int64)");
 * ```
 */
export async function toFrame(
  columns: readonly Column[],
  rows: readonly Row[],
  options: FrameOptions = {},
): Promise<pl.DataFrame> {
  // Loaded when it is needed, since most cells and tasks do without.
  const { default: polars } = await import("nodejs-polars");
  return polars.DataFrame(
    columns.map((column) => series(polars, column, rows, options)),
  );
}
