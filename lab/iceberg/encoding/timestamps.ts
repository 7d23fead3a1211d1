/**
 * Days, micro- and nanoseconds since 1970 as the texts that query results have.
 *
 * @module
 */

import { sqlTime } from "../../../lib/core/timestamps.ts";

const DAY_MS = 86_400_000;

function floorDiv(value: bigint, by: bigint): [bigint, bigint] {
  const rest = ((value % by) + by) % by;
  return [(value - rest) / by, rest];
}

/** The day so many days after 1970-01-01: `2024-01-05`. */
export function dayText(days: number): string {
  return sqlTime(new Date(days * DAY_MS).toISOString()).replace(/ .*$/, "");
}

function secondText(seconds: bigint): string {
  return sqlTime(new Date(Number(seconds) * 1000).toISOString())
    .replace(/\.000 UTC$/, "");
}

/** The time so many microseconds after 1970: `2024-01-05 13:45:00.123456`. */
export function microsText(micros: bigint): string {
  const number = Number(micros);
  if (Number.isSafeInteger(number)) {
    // The same for all but far-off times, several times as fast.
    const millis = Math.floor(number / 1000);
    const iso = new Date(millis).toISOString();
    const rest = String(number - millis * 1000).padStart(3, "0");
    return iso.length === 24
      ? `${iso.slice(0, 10)} ${iso.slice(11, 23)}${rest}`
      : sqlTime(iso).replace(/ UTC$/, rest);
  }
  const [seconds, rest] = floorDiv(micros, 1_000_000n);
  return `${secondText(seconds)}.${String(rest).padStart(6, "0")}`;
}

/** The time so many nanoseconds after 1970, with nine decimals. */
export function nanosText(nanos: bigint): string {
  const [seconds, rest] = floorDiv(nanos, 1_000_000_000n);
  return `${secondText(seconds)}.${String(rest).padStart(9, "0")}`;
}

/** The time of day so many microseconds after midnight: `13:45:00.123456`. */
export function timeText(micros: bigint): string {
  return microsText(micros).slice("1970-01-01 ".length);
}
