// Files as other writers leave them, read by what the table says of its columns.
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { DuckDBInstance } from "@duckdb/node-api";
import { LakehouseError } from "../../../lib/core/errors.ts";
import { openParquet, type ParquetFile } from "./file.ts";
import { initialDefault } from "./defaults.ts";
import { project, readGroup, type Wanted } from "./projection.ts";

/** A Parquet file of a query's rows. */
async function written(query: string, options = ""): Promise<ParquetFile> {
  return await openParquet("s3://b/a.parquet", await bytesOf(query, options));
}

/** Its bytes. */
async function bytesOf(query: string, options: string): Promise<Uint8Array> {
  const path = await Deno.makeTempFile({ suffix: ".parquet" });
  const instance = await DuckDBInstance.create(":memory:");
  try {
    const connection = await instance.connect();
    await connection.run("SET TimeZone = 'UTC'");
    await connection.run(
      `COPY (${query}) TO '${path}' (FORMAT parquet${options})`,
    );
    connection.closeSync();
    return await Deno.readFile(path);
  } finally {
    instance.closeSync();
    await Deno.remove(path);
  }
}

interface Table {
  constants?: [number, unknown][];
  mapping?: unknown;
}

/** All values of these columns, a list for each. */
async function read(
  file: ParquetFile,
  wanted: Wanted[],
  { constants = [], mapping }: Table = {},
): Promise<unknown[][]> {
  const projected = project(
    file,
    { constants: new Map(constants) },
    wanted,
    {
      properties: mapping
        ? { "schema.name-mapping.default": JSON.stringify(mapping) }
        : {},
    },
  );
  const values: unknown[][] = wanted.map(() => []);
  for (const group of file.groups.keys()) {
    const columns = await readGroup(file, projected, group);
    for (const [i, column] of columns.entries()) {
      values[i]!.push(...column.map((value) => value ?? null));
    }
  }
  return values;
}

const column = (id: number, type: unknown, more = {}): Wanted => ({
  ...{ id, name: `c${id}`, type, ...more },
});
const IDS = ", FIELD_IDS 'auto'";

Deno.test("every type has the values that were written, nulls too", async () => {
  const file = await written(
    `SELECT * FROM (VALUES (true, 1::INTEGER, 9007199254740993, 0.1::FLOAT, 0.1::DOUBLE,
      DATE '1969-12-31', TIME '01:02:03.000004', TIMESTAMP '1969-12-31 23:59:59.999999',
      TIMESTAMPTZ '2024-03-05 13:45:00.123456+01', TIMESTAMP_NS '2020-01-01 00:00:00.000000007',
      'ü', '\\x00\\xFF'::BLOB, UUID '12151fd2-7586-11e9-8f9e-2a86e4085a59',
      -1.05::DECIMAL(4,2), -12345678901234567.05::DECIMAL(20,2), 1.5::DECIMAL(18,1)),
      (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL))`,
    IDS,
  );
  const types = [
    ...["boolean", "int", "long", "float", "double", "date", "time"],
    ...["timestamp", "timestamptz", "timestamp_ns", "string", "binary", "uuid"],
    ...["decimal(4, 2)", "decimal(20, 2)", "decimal(18, 1)"],
  ];
  const ids = file.schema.children.map(({ element }) => element.field_id!);
  const values = await read(
    file,
    types.map((type, i) => column(ids[i]!, type)),
  );
  assertEquals(values.map(([value]) => value), [
    true,
    1,
    9007199254740993n,
    Math.fround(0.1),
    0.1,
    -1,
    3723000004n,
    -1n,
    1709642700123456n,
    1577836800000000007n,
    "ü",
    new Uint8Array([0, 255]),
    Uint8Array.fromHex("12151fd2758611e98f9e2a86e4085a59"),
    -105n,
    -1234567890123456705n,
    15n,
  ]);
  assertEquals(values.map(([, value]) => value), types.map(() => null));
});

Deno.test("columns that grew read as what they are now", async () => {
  const file = await written(
    "SELECT 7::INTEGER AS a, 0.1::FLOAT AS b, 1.25::DECIMAL(5,2) AS c, DATE '1970-01-02' AS d",
    ", FIELD_IDS {a: 1, b: 2, c: 3, d: 4}",
  );
  assertEquals(
    await read(file, [
      column(1, "long"),
      column(2, "double"),
      column(3, "decimal(12, 2)"),
      column(4, "timestamp"),
      column(4, "timestamp_ns"),
    ]),
    [[7n], [Math.fround(0.1)], [125n], [86400000000n], [86400000000000n]],
  );
});

Deno.test("nested columns are found by the ids of their parts", async () => {
  const file = await written(
    `SELECT [1, NULL, 3] AS tags, MAP {10: {'a': 'x', 'b': 1}, 9: NULL} AS pairs,
      {'old': 1, 'list': [{'k': DATE '1970-01-03'}]} AS pair
    UNION ALL SELECT [], MAP {}, {'old': NULL, 'list': []}
    UNION ALL SELECT NULL, NULL, NULL`,
    `, FIELD_IDS {tags: {__duckdb_field_id: 1, element: 2},
      pairs: {__duckdb_field_id: 3, key: 4, value: {__duckdb_field_id: 5, a: 6, b: 7}},
      pair: {__duckdb_field_id: 8, old: 9, list: {__duckdb_field_id: 10, element: {__duckdb_field_id: 11, k: 12}}}}`,
  );
  const struct = (fields: unknown[]) => ({ type: "struct", fields });
  const values = await read(file, [
    column(1, { type: "list", "element-id": 2, element: "long" }),
    column(3, {
      ...{ type: "map", "key-id": 4, key: "long", "value-id": 5 },
      // In another order, of another name, and one that came later.
      value: struct([
        column(7, "long"),
        column(6, "string"),
        column(20, "string", { "initial-default": "new" }),
      ]),
    }),
    column(
      8,
      struct([
        column(10, { type: "list", element: struct([column(12, "date")]) }),
        column(9, "int"),
      ]),
    ),
  ]);
  assertEquals(values, [
    [[1n, null, 3n], [], null],
    [[[10n, [1n, "x", "new"]], [9n, null]], [], null],
    [[[[2]], 1], [[], null], null],
  ]);
});

Deno.test("files without ids are read by the table's name mapping, and never guessed at", async () => {
  const file = await written(
    "SELECT 1 AS a, 'x' AS b, {'n': 2} AS s, [{'m': 3}] AS l",
  );
  const wanted = [
    column(1, "int"),
    column(2, "string"),
    column(3, { type: "struct", fields: [column(4, "int")] }),
    column(5, {
      type: "list",
      element: { type: "struct", fields: [column(7, "int")] },
    }),
    column(8, "int", { "initial-default": 7 }),
  ];
  const mapping = [
    { "field-id": 1, names: ["id", "a"] },
    { "field-id": 2, names: ["b"] },
    { "field-id": 3, names: ["s"], fields: [{ "field-id": 4, names: ["n"] }] },
    {
      ...{ "field-id": 5, names: ["l"] },
      fields: [{
        ...{ "field-id": 6, names: ["element"] },
        fields: [{ "field-id": 7, names: ["m"] }],
      }],
    },
  ];
  assertEquals(await read(file, wanted, { mapping }), [
    [1],
    ["x"],
    [[2]],
    [[[3]]],
    [7],
  ]);
  await assertRejects(
    () => read(file, wanted),
    LakehouseError,
    "Cannot read s3://b/a.parquet: its columns have no ids",
  );
});

Deno.test("text that the file calls bytes is text, bytes are bytes", async () => {
  const file = await written(
    "SELECT '\\xC3\\xBC'::BLOB AS a, '\\x00\\xFF'::BLOB AS b",
    ", FIELD_IDS {a: 1, b: 2}",
  );
  assertEquals(await read(file, [column(1, "string"), column(2, "binary")]), [
    ["ü"],
    [new Uint8Array([0, 255])],
  ]);
});

Deno.test("columns that only the partition has are read from it", async () => {
  const file = await written("SELECT 1 AS a", ", FIELD_IDS {a: 1}");
  const constants: [number, unknown][] = [[1, 5], [2, "2024"], [3, null]];
  assertEquals(
    await read(file, [
      column(1, "int"),
      column(2, "string"),
      column(3, "int", { "initial-default": 7 }),
    ], { constants }),
    // What the file has itself goes first.
    [[1], ["2024"], [null]],
  );
});

Deno.test("a type that the table's cannot be made of is refused by file and column", async () => {
  const file = await written(
    "SELECT 1::BIGINT AS a, 'x' AS b, TIMESTAMP_NS '2020-01-01 00:00:00.000000007' AS c, 1.5::DECIMAL(4,1) AS d, 7::UINTEGER AS e, 1::UBIGINT AS f",
    ", FIELD_IDS {a: 1, b: 2, c: 3, d: 4, e: 5, f: 6}",
  );
  for (
    const [id, type, found] of [
      [1, "int", "INT64 (INT_64)"],
      [2, "long", "BYTE_ARRAY (UTF8)"],
      [4, "decimal(9, 2)", "INT32 (DECIMAL 4, 1)"],
      [5, "int", "INT32 (UINT_32)"],
      [6, "long", "INT64 (UINT_64)"],
    ] as const
  ) {
    const error = await assertRejects(
      () => read(file, [column(id, type)]),
      LakehouseError,
      `the column "c${id}" of s3://b/a.parquet`,
    );
    assertEquals(
      error.why,
      `the file has ${found}, where the table has ${type}`,
    );
  }
  await assertRejects(
    () => read(file, [column(3, "timestamp")]),
    LakehouseError,
    "nanoseconds",
  );
  assertEquals(await read(file, [column(5, "long")]), [[7n]]);
});

Deno.test("every compression of Parquet is read", async () => {
  const query = "SELECT range AS a, repeat('trip ', 20) AS b FROM range(5000)";
  for (
    const codec of ["uncompressed", "snappy", "gzip", "zstd", "brotli", "lz4"]
      .concat("lz4_raw")
  ) {
    const file = await written(
      query,
      `, FIELD_IDS {a: 1, b: 2}, COMPRESSION ${codec}, ROW_GROUP_SIZE 2048`,
    );
    const [a, b] = await read(file, [column(1, "long"), column(2, "string")]);
    assertEquals([a!.length, a![4999], b![4999]], [
      5000,
      4999n,
      "trip ".repeat(20),
    ], codec);
    assertEquals(file.groups.length > 1, true);
  }
});

Deno.test("a compression that is not known is told as that, by its name", async () => {
  const bytes = await bytesOf("SELECT 1 AS a", ", COMPRESSION snappy");
  // Behind the column's path the file has its codec: snappy is 1, LZO 3, doubled.
  const path = [0x19, 0x18, 1, "a".charCodeAt(0), 0x15];
  const at = bytes.findIndex((_, i) =>
    path.every((byte, j) => bytes[i + j] === byte)
  );
  assertEquals(bytes[at + path.length], 2);
  bytes[at + path.length] = 6;
  const error = await assertRejects(
    () => openParquet("s3://b/a.parquet", bytes),
    LakehouseError,
    "Cannot read s3://b/a.parquet without an engine",
  );
  assertEquals(error.why, "it is compressed with LZO");
});

Deno.test("initialDefault() knows every type of Iceberg's JSON", () => {
  for (
    const [type, json, value] of [
      ["int", 7, 7],
      ["long", 9007199254740993n, 9007199254740993n],
      ["double", 1, 1],
      ["boolean", false, false],
      ["string", "", ""],
      ["decimal(9, 2)", "-14.20", -1420n],
      ["date", "1969-12-31", -1],
      ["time", "22:31:08.123456", 81068123456n],
      ["timestamp", "1969-12-31T23:59:59.999999", -1n],
      ["timestamptz", "2017-11-16T22:31:08.5+00:00", 1510871468500000n],
      ["timestamp_ns", "1970-01-01T00:00:01.000000007", 1000000007n],
      ["binary", "00ff", new Uint8Array([0, 255])],
      ["fixed[2]", "00FF", new Uint8Array([0, 255])],
      [
        "uuid",
        "12151fd2-7586-11e9-8f9e-2a86e4085a59",
        Uint8Array.fromHex("12151fd2758611e98f9e2a86e4085a59"),
      ],
      [{ type: "list", element: "long" }, [1, null], [1n, null]],
      [{ type: "map", key: "int", value: "long" }, { keys: [1], values: [2] }, [
        [1, 2n],
      ]],
      [
        {
          type: "struct",
          fields: [
            column(1, "int", { "initial-default": 3 }),
            column(2, "int"),
          ],
        },
        {},
        [3, null],
      ],
      ["int", undefined, null],
    ] as [unknown, unknown, unknown][]
  ) {
    const field = column(1, type, { "initial-default": json });
    assertEquals(initialDefault(field), value, String(type));
  }
  assertThrows(
    () => initialDefault(column(1, "geometry", { "initial-default": "x" })),
    LakehouseError,
    'Cannot read the column "c1" without an engine',
  );
});
