import { assertEquals, assertThrows } from "@std/assert";
import { median, spread } from "./statistics.ts";

Deno.test("median() is the middle, and leaves the values in their order", () => {
  const values = [5, 1, 3];
  assertEquals(median(values), 3);
  assertEquals(values, [5, 1, 3]);
  assertEquals(median([10, 9, 2, 1]), 5.5);
  assertThrows(() => median([]), RangeError);
});

Deno.test("spread() is the range as a share of the median", () => {
  assertEquals(spread([2, 2, 2]), 0);
  assertEquals(spread([1, 2, 4]), 1.5);
});
