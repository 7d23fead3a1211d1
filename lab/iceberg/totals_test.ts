import { assert, assertEquals } from "@std/assert";
import type { ColumnStats, DataFile } from "./files.ts";
import { columnTotals, compareValues, withinBounds } from "./totals.ts";

const stats = (changes: Partial<ColumnStats>): ColumnStats => ({
  ...{ id: 1, name: "x", type: "long", bytes: 10, values: 4, nulls: 1 },
  ...{ nans: undefined, lower: null, upper: null },
  ...changes,
});

const file = (
  columns: ColumnStats[],
  content: DataFile["content"] = "data",
) => ({ content, columns }) as DataFile;

Deno.test("compareValues() orders each type as Iceberg does", () => {
  const ordered: [string, unknown[]][] = [
    ["long", [-(2n ** 63n), -1n, 0n, 9n, 10n]],
    ["double", [-Infinity, -1.5, 0, 5e-324, 10]],
    ["boolean", [false, true]],
    ["decimal(9, 2)", ["-10.00", "-9.99", "0.00", "9.00", "10.00"]],
    ["timestamptz", [
      "0999-01-01 00:00:00.000000 UTC",
      "2024-01-01 00:00:00.000000 UTC",
      "2024-01-01 00:00:00.000001 UTC",
    ]],
    // In UTF-16 the last two would change places.
    ["string", ["", "A", "Aa", "B", "a", "é", "\uffee", "🚕"]],
    ["binary", [
      new Uint8Array([]),
      new Uint8Array([1]),
      new Uint8Array([1, 0]),
      new Uint8Array([2]),
      new Uint8Array([255]),
    ]],
  ];
  for (const [type, values] of ordered) {
    for (const [i, a] of values.entries()) {
      for (const [j, b] of values.entries()) {
        assertEquals(
          Math.sign(compareValues(type, a, b)),
          Math.sign(i - j),
          `${type}: ${a} and ${b}`,
        );
      }
    }
  }
});

Deno.test("columnTotals() adds up data files and takes their outermost bounds", () => {
  const [total, ...others] = columnTotals([
    file([stats({ lower: 9n, upper: 10n })]),
    file([stats({ lower: -3n, upper: 9n, nulls: 0 })]),
    file([stats({ nulls: 4 })]),
    file([stats({ lower: -99n, upper: 99n })], "position deletes"),
  ]);
  assertEquals(others, []);
  assertEquals(total, {
    ...{ id: 1, name: "x", type: "long" },
    ...{ bytes: 30, values: 12, nulls: 5, lower: -3n, upper: 10n },
  });
});

Deno.test("columnTotals() has no bound when a file with values has none", () => {
  const [total] = columnTotals([
    file([stats({ lower: 1n, upper: 2n })]),
    file([stats({ lower: 0n })]),
  ]);
  assertEquals([total!.lower, total!.upper], [0n, null]);
  assert(withinBounds(total!, 0n));
  assert(withinBounds(total!, 1_000_000n));
  assertEquals(withinBounds(total!, -1n), false);
});

Deno.test("withinBounds() knows that bounds of long texts are cut", () => {
  const cut = {
    type: "string",
    lower: "POINT (-87.52758",
    upper: "POINT (-87.9136:",
  };
  assert(withinBounds(cut, "POINT (-87.527589 41.7)"));
  assert(withinBounds(cut, "POINT (-87.913625 41.98)"));
  assertEquals(withinBounds(cut, "POINT (-87.92 41.98)"), false);
  assertEquals(withinBounds({ ...cut, upper: "x" }, "🚕"), false);
});
