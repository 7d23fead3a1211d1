/**
 * Iceberg's values: bounds of columns and values of partitions, exact and in
 * the form that query results have.
 *
 * @module
 */

import { dayText, microsText, nanosText, timeText } from "./timestamps.ts";

/** A partition's way from a column's value to its own: `day`, `bucket[16]`. */
export type Transform = string;

const MICROS = /^(time|timestamp|timestamptz|timestamp_ns|timestamptz_ns)$/;

/** Bytes of a big-endian two's complement number, as decimals have them. */
export function bigEndian(bytes: Uint8Array): bigint {
  let value = 0n;
  for (const byte of bytes) value = value << 8n | BigInt(byte);
  return BigInt.asIntN(bytes.length * 8, value);
}

function decimalText(unscaled: bigint, scale: number): string {
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString()
    .padStart(scale + 1, "0");
  const whole = digits.slice(0, digits.length - scale);
  const sign = unscaled < 0n ? "-" : "";
  return sign + whole + (scale > 0 ? `.${digits.slice(-scale)}` : "");
}

function uuidText(bytes: Uint8Array): string {
  return bytes.toHex().replace(
    /^(.{8})(.{4})(.{4})(.{4})(.{12})$/,
    "$1-$2-$3-$4-$5",
  );
}

/**
 * A value as Avro or Parquet has it, in the form that query results have: `long` as BigInt;
 * decimals, dates and times as text; `binary` as bytes.
 */
export function exactOf(type: string, raw: unknown): unknown {
  if (raw === null || raw === undefined) return null;
  if (type === "long") return BigInt(raw as number);
  if (type === "date") return dayText(Number(raw));
  if (type === "time") return timeText(BigInt(raw as number));
  if (type === "timestamp") return microsText(BigInt(raw as number));
  if (type === "timestamptz") return `${microsText(BigInt(raw as number))} UTC`;
  if (type === "timestamp_ns") return nanosText(BigInt(raw as number));
  if (type === "timestamptz_ns") {
    return `${nanosText(BigInt(raw as number))} UTC`;
  }
  const scale = type.match(/^decimal\(\d+, ?(\d+)\)$/)?.[1];
  if (scale !== undefined) {
    const unscaled = raw instanceof Uint8Array ? bigEndian(raw) : raw as bigint;
    return decimalText(unscaled, Number(scale));
  }
  if (!(raw instanceof Uint8Array)) {
    return typeof raw === "bigint" && type === "int" ? Number(raw) : raw;
  }
  if (type === "uuid") return uuidText(raw);
  // A copy that is no Node buffer, which would print otherwise.
  return new Uint8Array(raw);
}

/**
 * A bound of a column: Iceberg's binary form of one value, as exact as stored.
 *
 * Bounds of long texts are cut: the lower one is a prefix, the upper one a
 * prefix whose last character is one higher.
 *
 * @example Usage
 * ```ts
 * import { decodeBound } from "./bounds.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = new Uint8Array([1, 0, 0, 0, 0, 0, 32, 0]);
 * assertEquals(decodeBound("long", bytes), 9007199254740993n);
 * assertEquals(decodeBound("string", new Uint8Array([90, 111])), "Zo");
 * ```
 */
export function decodeBound(type: string, bytes: Uint8Array): unknown {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // Files from before a column's type grew from int or float hold four bytes.
  const isShort = bytes.byteLength === 4;
  if (type === "boolean") return bytes[0] !== 0;
  if (type === "int" || type === "date" || type === "long" && isShort) {
    return exactOf(type, view.getInt32(0, true));
  }
  if (type === "long" || MICROS.test(type)) {
    return exactOf(type, view.getBigInt64(0, true));
  }
  if (type === "float") return shortest(view.getFloat32(0, true));
  if (type === "double") {
    return isShort
      ? shortest(view.getFloat32(0, true))
      : view.getFloat64(0, true);
  }
  if (type === "string") return new TextDecoder().decode(bytes);
  return exactOf(type, bytes);
}

/** The number with the fewest digits that is the same 32-bit one. */
export function shortest(value: number): number {
  // Neither a number that is not finite nor -0 has another text.
  for (let digits = 6; digits < 9 && value && isFinite(value); digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return value;
}

/** The type a transform's values have, given the column's. */
export function resultType(transform: Transform, source: string): string {
  if (/^(identity|truncate|void)/.test(transform)) return source;
  return transform === "day" ? "date" : "int";
}

/**
 * A partition's value for people: `2024-03` instead of the 650 months since
 * 1970 that the file holds.
 *
 * @example Usage
 * ```ts
 * import { partitionValue } from "./bounds.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(partitionValue("month", "date", 650), "2024-03");
 * assertEquals(partitionValue("bucket[16]", "string", 7), 7);
 * ```
 */
export function partitionValue(
  transform: Transform,
  source: string,
  raw: unknown,
): unknown {
  if (raw === null || raw === undefined) return null;
  const count = Number(raw);
  switch (transform) {
    case "year":
      return dayText(Date.UTC(1970 + count, 0) / 86_400_000).slice(0, -6);
    case "month":
      return dayText(Date.UTC(1970, count) / 86_400_000).slice(0, -3);
    case "hour":
      return `${dayText(Math.floor(count / 24))}-${
        String(count - Math.floor(count / 24) * 24).padStart(2, "0")
      }`;
    default:
      return exactOf(resultType(transform, source), raw);
  }
}
