/**
 * Medians and spread of a few measured rounds.
 *
 * @module
 */

/**
 * The median: the middle value, or the mean of the two in the middle.
 *
 * @throws {RangeError} When there are no values.
 * @example Usage
 * ```ts
 * import { median } from "./statistics.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(median([3, 1, 2]), 2);
 * assertEquals(median([4, 1, 2, 3]), 2.5);
 * ```
 */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError("Cannot take a median of none");
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? sorted[middle]!
    : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/**
 * How far apart the lowest and the highest value are, as a share of the median.
 *
 * @example Usage
 * ```ts
 * import { spread } from "./statistics.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(spread([1.9, 2, 2.1]).toFixed(2), "0.10");
 * ```
 */
export function spread(values: readonly number[]): number {
  return (Math.max(...values) - Math.min(...values)) / median(values);
}
