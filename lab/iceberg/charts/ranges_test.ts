import { assertEquals, assertStringIncludes } from "@std/assert";
import { DISPLAY, type Displayable } from "../../../lib/core/kernel.ts";
import type { DataFile } from "../files.ts";
import { fileRangeChart, fileRanges } from "./ranges.ts";

function file(
  path: string,
  bounds: [unknown, unknown],
  rest: Partial<DataFile> = {},
  nulls = 0,
): DataFile {
  const [lower, upper] = bounds;
  return {
    path,
    content: "data",
    format: "parquet",
    rows: 10,
    bytes: 1_000,
    partition: {},
    specId: 0,
    sortOrderId: 0,
    columns: [{
      ...{ id: 2, name: "started", type: "timestamptz", lower, upper, nulls },
      ...{ bytes: 80, values: 10, nans: undefined },
    }],
    status: "added",
    snapshotId: 1n,
    sequenceNumber: 1n,
    referencedDataFile: undefined,
    slice: undefined,
    constants: new Map(),
    equalityIds: [],
    ...rest,
  };
}

const FILES = [
  file("year.parquet", [
    "2023-01-01 00:00:00.000000 UTC",
    "2023-12-31 23:45:00.000000 UTC",
  ], { partition: { started_year: "2023" } }),
  file("before.parquet", [
    "2023-10-31 00:00:00.000000 UTC",
    "2023-11-30 23:59:59.999999 UTC",
  ]),
  file("first.parquet", [
    "2023-11-01 00:00:00.000000 UTC",
    "2023-12-01 00:00:00.000000 UTC",
  ]),
  file("after.parquet", [
    "2024-01-01 00:00:00.000000 UTC",
    "2024-01-01 00:00:00.000000 UTC",
  ]),
  file("silent.parquet", [null, null]),
  file("empty.parquet", [null, null], {}, 10),
];
const DECEMBER = {
  column: "started",
  from: new Date("2023-12-01T00:00:00Z"),
  to: new Date("2024-01-01T00:00:00Z"),
};

Deno.test("fileRanges() leaves the files whose bounds reach into the range", () => {
  const left = fileRanges(FILES, DECEMBER).filter(({ mayHold }) => mayHold);
  assertEquals(
    left.map(({ file }) => file.path),
    ["year.parquet", "first.parquet", "silent.parquet"],
  );
  assertEquals(left[0]!.label, "started_year=2023");
  assertEquals(left[0]!.upper, new Date("2023-12-31T23:45:00Z"));
});

Deno.test("fileRanges() takes exact integers, and files without the column", () => {
  const numbers = [file("a", [1n, 5n]), file("b", [5n, 9n])];
  const range = { column: "started", from: 6, to: 8 };
  assertEquals(
    fileRanges(numbers, range).map(({ mayHold }) => mayHold),
    [false, true],
  );
  assertEquals(
    fileRanges(numbers, { ...range, column: "other" })
      .map(({ mayHold }) => mayHold),
    [true, true],
  );
});

function svgOf(shown: Displayable): string {
  const html = shown[DISPLAY]()["text/html"]!;
  return new TextDecoder().decode(
    Uint8Array.fromBase64(html.match(/base64,([^"]+)"/)![1]!),
  );
}

Deno.test("fileRangeChart() draws the nearest files, and says how many are left", () => {
  const svg = svgOf(fileRangeChart(FILES, { ...DECEMBER, limit: 3 }));
  assertStringIncludes(svg, "3 of 6 files are left");
  assertStringIncludes(svg, "started_year=2023");
  assertStringIncludes(svg, "first.parquet");
  assertEquals(svg.includes("before.parquet"), false);
});
