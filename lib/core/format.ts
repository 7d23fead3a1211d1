/**
 * Numbers, sizes and times as people read them.
 *
 * @module
 */

import { parseTimestamp, sqlTime } from "./timestamps.ts";
import { stringifyExactJson } from "./json.ts";

const COMPACT = new Intl.NumberFormat("en-US", {
  notation: "compact",
  maximumFractionDigits: 1,
});

/** Whether digits alone would show nothing of a number, or too many of them. */
export function isExtreme(value: number | bigint): boolean {
  if (typeof value === "bigint" || value === 0) return false;
  return Math.abs(value) < 1e-4 || Math.abs(value) > Number.MAX_SAFE_INTEGER;
}

/**
 * A number with thousands separators, exact for big integers; one that digits
 * alone would not show as it is in the form `1e-9`.
 *
 * @param decimals Digits after the point. @default {as many as the number has, 4 at most}
 * @example Usage
 * ```ts
 * import { formatNumber } from "@lakehouse";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(formatNumber(1234567.5), "1,234,567.5");
 * assertEquals(formatNumber(9007199254740993n), "9,007,199,254,740,993");
 * ```
 */
export function formatNumber(
  value: number | bigint,
  decimals?: number,
): string {
  if (decimals === undefined && isExtreme(value)) return String(value);
  return new Intl.NumberFormat("en-US", {
    minimumFractionDigits: decimals ?? 0,
    maximumFractionDigits: decimals ?? 4,
  }).format(value);
}

/**
 * A number in a few characters: `1.2M`.
 *
 * @example Usage
 * ```ts
 * import { formatCompact } from "./format.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(formatCompact(1_234_567), "1.2M");
 * ```
 */
export function formatCompact(value: number | bigint): string {
  if (isExtreme(value)) return String(+Number(value).toPrecision(2));
  return COMPACT.format(value);
}

/**
 * A number of bytes in decimal units, as object stores and disks count them.
 *
 * @example Usage
 * ```ts
 * import { formatBytes } from "@lakehouse";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(formatBytes(146_200_000), "146 MB");
 * ```
 */
export function formatBytes(bytes: number | bigint): string {
  let value = Number(bytes);
  const units = ["B", "kB", "MB", "GB", "TB", "PB"];
  let unit = 0;
  // 999.5 would round to "1000", which is the next unit's "1".
  while (Math.abs(value) >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  const decimals = unit > 0 && Math.abs(value) < 9.95 ? 1 : 0;
  return `${value.toFixed(decimals)} ${units[unit]}`;
}

/**
 * A length of time given in milliseconds.
 *
 * @example Usage
 * ```ts
 * import { formatDuration } from "@lakehouse";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(formatDuration(850), "850 ms");
 * assertEquals(formatDuration(12_340), "12.3 s");
 * assertEquals(formatDuration(184_000), "3 min 4 s");
 * ```
 */
export function formatDuration(ms: number): string {
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  const seconds = ms / 1000;
  if (seconds < 59.95) return `${Number(seconds.toFixed(1))} s`;
  const whole = Math.round(seconds);
  const minutes = Math.floor(whole / 60);
  return minutes < 60
    ? `${minutes} min ${whole % 60} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/**
 * A date and time as in SQL, in UTC: `2024-01-05 13:45:00`.
 *
 * Midnight shows as the date alone, milliseconds only where there are some.
 *
 * @example Usage
 * ```ts
 * import { formatDate } from "./format.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(formatDate(new Date("2024-01-05T13:45:00Z")), "2024-01-05 13:45:00");
 * assertEquals(formatDate(new Date("2024-01-05")), "2024-01-05");
 * ```
 */
export function formatDate(date: Date): string {
  if (Number.isNaN(date.getTime())) return "no valid date";
  return sqlTime(date.toISOString()).replace(/(\.000)? UTC$/, "")
    .replace(/ 00:00:00$/, "");
}

/**
 * A value as text that loses nothing: times in ISO 8601, bytes as `0x00ff`,
 * arrays and objects as JSON.
 *
 * @example Usage
 * ```ts
 * import { valueText } from "./format.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(valueText(-0), "-0");
 * assertEquals(valueText(new Uint8Array([0, 255])), "0x00ff");
 * ```
 */
export function valueText(value: unknown): string {
  if (Object.is(value, -0)) return "-0";
  if (typeof value !== "object" || value === null) return String(value);
  if (value instanceof Uint8Array) return `0x${value.toHex()}`;
  if (value instanceof Date) {
    return Number.isNaN(value.getTime()) ? String(value) : value.toISOString();
  }
  const proto = Object.getPrototypeOf(value);
  const isData = proto === Object.prototype || proto === null ||
    Array.isArray(value);
  // Temporal values and the like say best themselves what they are.
  return isData ? stringifyExactJson(value) : String(value);
}

const ZONED = /[+-]?\d{4,}-\d\d-\d\d \d\d:\d\d[\d:.]* [A-Z][\w+/-]*/g;

/**
 * The same, of a value that is a time in a zone or holds some.
 *
 * @throws {LakehouseError} When one is in the hour that its zone's clocks have twice.
 */
export function momentText(value: unknown): string {
  const text = valueText(value);
  for (const [time] of text.matchAll(ZONED)) parseTimestamp(time);
  return text;
}
