import { assertEquals } from "@std/assert";
import {
  formatBytes,
  formatCompact,
  formatDate,
  formatDuration,
  formatNumber,
} from "./format.ts";

Deno.test("formatNumber() keeps big integers exact", () => {
  assertEquals(
    formatNumber(8_744_736_658_442_914_487n),
    "8,744,736,658,442,914,487",
  );
  assertEquals(formatNumber(-1234.5), "-1,234.5");
});

Deno.test("formatNumber() shows as many decimals as asked for", () => {
  assertEquals(formatNumber(1, 2), "1.00");
  assertEquals(formatNumber(0.123456), "0.1235");
});

Deno.test("formatCompact() takes numbers and big integers", () => {
  assertEquals(formatCompact(170_482n), "170.5K");
  assertEquals(formatCompact(0.25), "0.3");
});

Deno.test("a number that digits alone would not show is no zero, nor hundreds of them", () => {
  for (
    const [value, number, compact] of [
      [1.5e-9, "1.5e-9", "1.5e-9"],
      [-2e-300, "-2e-300", "-2e-300"],
      [1.25e300, "1.25e+300", "1.3e+300"],
      [0, "0", "0"],
      [1e-4, "0.0001", "0"],
      [2 ** 53 - 1, "9,007,199,254,740,991", "9007.2T"],
      [NaN, "NaN", "NaN"],
    ] as const
  ) {
    assertEquals([formatNumber(value), formatCompact(value)], [
      number,
      compact,
    ]);
  }
});

Deno.test("formatBytes() changes the unit where the number would be 1000", () => {
  assertEquals(formatBytes(0), "0 B");
  assertEquals(formatBytes(999), "999 B");
  assertEquals(formatBytes(999_499), "999 kB");
  assertEquals(formatBytes(999_500), "1.0 MB");
  assertEquals(formatBytes(14_600_000n), "15 MB");
});

Deno.test("formatDuration() changes the unit where the number would be full", () => {
  assertEquals(formatDuration(999.4), "999 ms");
  assertEquals(formatDuration(999.6), "1 s");
  assertEquals(formatDuration(59_940), "59.9 s");
  assertEquals(formatDuration(59_960), "1 min 0 s");
  assertEquals(formatDuration(3_720_000), "1 h 2 min");
});

Deno.test("formatDate() is UTC and as short as the time allows", () => {
  assertEquals(formatDate(new Date("2024-01-05")), "2024-01-05");
  assertEquals(
    formatDate(new Date("2024-01-05T13:45:00.120Z")),
    "2024-01-05 13:45:00.120",
  );
  assertEquals(formatDate(new Date("soon")), "no valid date");
});
