// Files as other writers leave them, through a view of DuckDB.
import { assertEquals, assertRejects } from "@std/assert";
import { openViews } from "./instance.ts";
import { viewSql } from "./view.ts";
import { openParquet } from "../../iceberg/parquet/file.ts";
import { project, type Wanted } from "../../iceberg/parquet/projection.ts";
import { LakehouseError } from "../../../lib/core/errors.ts";
import type { TableTree } from "../../iceberg/tree.ts";
import type { Row } from "../../../lib/trino/rows.ts";

interface File {
  query: string;
  options?: string;
  constants?: [number, unknown][];
  deleted?: number[];
}

/** Rows of a table with these columns in these files. */
async function rowsOf(
  files: File[],
  fields: Wanted[],
  mapping?: unknown,
): Promise<Row[]> {
  const dir = await Deno.makeTempDir();
  const properties: Record<string, string> = mapping
    ? { "schema.name-mapping.default": JSON.stringify(mapping) }
    : {};
  try {
    await using writer = {
      ...await openViews(dir, []),
      [Symbol.asyncDispose]: async () => await writer.close(),
    };
    const local = [];
    let deleted = "";
    for (const [i, { query, options = "", ...file }] of files.entries()) {
      const path = `${dir}/${i}.parquet`;
      await writer.run(
        `COPY (${query}) TO '${path}' (FORMAT parquet${options})`,
      );
      const parquet = await openParquet(path, await Deno.readFile(path));
      const constants = new Map(file.constants);
      const columns = project(parquet, { constants }, fields, { properties });
      local.push({ path, columns });
      for (const place of file.deleted ?? []) deleted += `${path},${place}\n`;
    }
    const list = `${dir}/deleted.csv`;
    await Deno.writeTextFile(list, deleted);
    const tree = { schema: { id: 0, fields } } as unknown as TableTree;
    await using reader = {
      ...await openViews(
        dir,
        viewSql("t", tree, local, deleted ? list : undefined),
      ),
      [Symbol.asyncDispose]: async () => await reader.close(),
    };
    return (await reader.run("FROM t")).rows;
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

const column = (
  id: number,
  name: string,
  type: unknown,
  more = {},
): Wanted => ({
  ...{ id, name, type, ...more },
});
const struct = (...fields: Wanted[]) => ({ type: "struct", fields });

Deno.test("files of several layouts are one table", async () => {
  const rows = await rowsOf([
    {
      query: "SELECT 1 AS old, 'x' AS b",
      options: ", FIELD_IDS {old: 1, b: 2}",
    },
    {
      query: "SELECT 9007199254740993 AS a, 'y' AS b, 5 AS c",
      options: ", FIELD_IDS {a: 1, b: 2, c: 3}",
    },
    { query: "SELECT 3 AS a", constants: [[2, "it's"]] },
  ], [
    column(1, "a", "long"),
    column(2, "b", "string"),
    column(3, "c", "int", { "initial-default": 7 }),
  ], [{ "field-id": 1, names: ["a"] }]);
  assertEquals(rows, [
    { a: 1n, b: "x", c: 7 },
    { a: 9007199254740993n, b: "y", c: 5 },
    { a: 3n, b: "it's", c: 7 },
  ]);
});

Deno.test("nested columns are found by the ids of their parts", async () => {
  const nested = {
    query: `SELECT MAP {10: {'a': 'x', 'b': 1}, 9: NULL} AS pairs,
      {'old': 1, 'list': [{'k': DATE '1970-01-03'}]} AS pair
    UNION ALL SELECT MAP {}, {'old': NULL, 'list': []}
    UNION ALL SELECT NULL, NULL`,
    options: `, FIELD_IDS {
      pairs: {__duckdb_field_id: 3, key: 4, value: {__duckdb_field_id: 5, a: 6, b: 7}},
      pair: {__duckdb_field_id: 8, old: 9, list: {__duckdb_field_id: 10, element: {__duckdb_field_id: 11, k: 12}}}}`,
  };
  const value = struct(
    column(7, "n", "long"),
    column(6, "s", "string"),
    column(20, "new", "string", { "initial-default": "new" }),
  );
  const list = { type: "list", element: struct(column(12, "day", "date")) };
  assertEquals(
    await rowsOf([nested], [
      column(3, "pairs", { type: "map", key: "long", value }),
      column(
        8,
        "pair",
        struct(column(10, "list", list), column(9, "now", "int")),
      ),
    ]),
    [
      {
        pairs: { "10": { n: 1n, s: "x", new: "new" }, "9": null },
        pair: { list: [{ day: "1970-01-03" }], now: 1 },
      },
      { pairs: {}, pair: { list: [], now: null } },
      { pairs: null, pair: null },
    ],
  );
});

Deno.test("every type of default and of partition is the value it says", async () => {
  const kinds: [string, unknown, unknown][] = [
    ["long", 9007199254740993n, 9007199254740993n],
    ["double", 0.1, 0.1],
    ["boolean", false, false],
    ["decimal(9, 2)", "-14.20", "-14.20"],
    ["date", "1969-12-31", "1969-12-31"],
    ["time", "22:31:08.123456", "22:31:08.123456"],
    ["timestamp", "1969-12-31T23:59:59.999999", "1969-12-31 23:59:59.999999"],
    [
      ...["timestamptz", "2017-11-16T22:31:08.5+00:00"] as const,
      "2017-11-16 22:31:08.500000 UTC",
    ],
    [
      ...["timestamp_ns", "1970-01-01T00:00:01.000000007"] as const,
      "1970-01-01 00:00:01.000000007",
    ],
    ["binary", "00ff", new Uint8Array([0, 255])],
    ["string", "it's", "it's"],
    [
      ...["uuid", "12151fd2-7586-11e9-8f9e-2a86e4085a59"] as const,
      "12151fd2-7586-11e9-8f9e-2a86e4085a59",
    ],
  ];
  const list = { type: "list", element: "long" };
  const map = { type: "map", key: "int", value: list };
  const [row] = await rowsOf(
    [{ query: "SELECT 1 AS id", options: ", FIELD_IDS {id: 99}" }],
    [
      ...kinds.map(([type, json], i) =>
        column(i + 1, `c${i}`, type, { "initial-default": json })
      ),
      column(50, "l", list, { "initial-default": [1, null] }),
      column(51, "m", map, { "initial-default": { keys: [2], values: [[3]] } }),
    ],
  );
  assertEquals(Object.values(row!), [
    ...kinds.map(([, , value]) => value),
    [1n, null],
    { "2": [3n] },
  ]);
});

Deno.test("deleted rows are left out, whatever columns are called", async () => {
  // Files are read side by side, and come in any order.
  assertEquals(
    (await rowsOf(
      [
        {
          query: "SELECT range AS id, 'mine' AS filename FROM range(5)",
          options: ", FIELD_IDS {id: 1, filename: 2}",
          deleted: [0, 3],
        },
        {
          query: "SELECT range + 10 AS id, 'mine' AS filename FROM range(2)",
          options: ", FIELD_IDS {id: 1, filename: 2}",
        },
      ],
      [column(1, "id", "long"), column(2, "filename", "string")],
    )).toSorted((a, b) => Number(a.id) - Number(b.id)),
    [1n, 2n, 4n, 10n, 11n].map((id) => ({ id, filename: "mine" })),
  );
});

Deno.test("times with nanoseconds are refused where the table has microseconds", async () => {
  const of = (nanos: string, type: string) =>
    rowsOf(
      [{
        query:
          `SELECT TIMESTAMP_NS '2020-01-01 00:00:00.${nanos}' AS a UNION ALL SELECT NULL`,
        options: ", FIELD_IDS {a: 1}",
      }],
      [column(1, "a", type)],
    );
  for (const [type, zone] of [["timestamp", ""], ["timestamptz", " UTC"]]) {
    assertEquals(await of("000007000", type!), [
      { a: `2020-01-01 00:00:00.000007${zone}` },
      { a: null },
    ]);
    await assertRejects(
      () => of("000007001", type!),
      LakehouseError,
      "nanoseconds",
    );
  }
});
