/**
 * Rows as a polars DataFrame.
 *
 * @module
 */

import type pl from "nodejs-polars";
import { LakehouseError } from "../core/errors.ts";
import { type Moment, parseTimestamp } from "../core/timestamps.ts";
import { type Row, textOf } from "./rows.ts";
import type { Column } from "./types.ts";

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

/** Units since 1970 of a date or a timestamp, as text. */
function since1970(text: string, units: (moment: Moment) => bigint): string {
  const moment = parseTimestamp(text);
  // A date that polars has no number for is none that JavaScript has one for.
  const number = moment && !Number.isNaN(moment.ms) ? units(moment) : undefined;
  if (number === undefined || BigInt.asIntN(64, number) !== number) {
    throw new Error(`polars has no date "${text}"`);
  }
  return String(number);
}

const days = ({ ms }: Moment) => BigInt(ms) / 86_400_000n;
const fine = (digits: number) => ({ ms, fraction }: Moment) => {
  if (/[1-9]/.test(fraction.slice(digits))) {
    throw new Error("polars has nothing finer than nanoseconds");
  }
  const rest = BigInt(fraction.slice(0, digits).padEnd(digits, "0"));
  return BigInt(ms) * 10n ** BigInt(digits - 3) + rest;
};

// deno-fmt-ignore
const INTEGERS = {
  tinyint: "Int8", smallint: "Int16", integer: "Int32", bigint: "Int64",
  utinyint: "UInt8", usmallint: "UInt16", uinteger: "UInt32", ubigint: "UInt64",
} as const;

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
  const ofText = (text = textOf(column.type)) =>
    polars.Series(
      name,
      values.map((value) => value === null ? null : text(value)),
      polars.Utf8,
    );
  if (rawType in INTEGERS) {
    const type = polars[INTEGERS[rawType as keyof typeof INTEGERS]];
    return ofText().cast(type, true);
  }
  switch (rawType) {
    case "boolean":
      return polars.Series(name, values, polars.Bool);
    case "double":
      return polars.Series(name, values, polars.Float64);
    case "real":
      return polars.Series(name, values, polars.Float32);
    case "hugeint":
    case "decimal":
      return decimals === "double"
        ? ofText().cast(polars.Float64, true)
        : ofText().cast(polars.Decimal(...digitsOf(column)), true);
    case "date":
      return ofText((value) => since1970(String(value), days))
        .cast(polars.Int32, true).cast(polars.Date);
    case "timestamp":
    case "timestamp with time zone": {
      const isNanos = /\(([789]|1\d)\)|_NS$/.test(column.type);
      const zone = rawType === "timestamp" ? [] : ["UTC"];
      return ofText((value) => since1970(String(value), fine(isNanos ? 9 : 6)))
        .cast(polars.Int64, true)
        .cast(polars.Datetime(isNanos ? "ns" : "us", ...zone));
    }
    default:
      return ofText();
  }
}

/**
 * Rows as a polars DataFrame with the columns' types.
 *
 * Integers, floats, booleans, texts and dates become what they are. Timestamps
 * become microseconds, or nanoseconds where their type has more digits; with a
 * zone they become UTC.
 * Arrays, maps and rows become JSON, bytes `0x00ff`, all else its text.
 *
 * @throws {LakehouseError} When a value is beyond what polars holds, or a time is in the hour that its zone's clocks have twice.
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
  return polars.DataFrame(columns.map((column) => {
    try {
      return series(polars, column, rows, options);
    } catch (cause) {
      if (cause instanceof LakehouseError) throw cause;
      throw new LakehouseError({
        what: `Cannot put the column "${column.name}" into a frame`,
        why: (cause as Error).message,
        next: "cast the column to varchar in the query",
        cause,
      });
    }
  }));
}
