import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import pl from "nodejs-polars";
import { LakehouseError } from "../core/errors.ts";
import { DISPLAY } from "../core/kernel.ts";
import { QueryResult, type QueryResultParts } from "./result.ts";
import { type Row, rowMaker } from "./rows.ts";
import { table } from "../show/table.ts";
import type { Column } from "./types.ts";

function column(name: string, type: string): Column {
  const rawType = type.replace(/\(\d+(, ?\d+)?\)/, "");
  const digits = type.match(/\((\d+(?:, ?\d+)?)\)/)?.[1]?.split(",") ?? [];
  return {
    name,
    type,
    typeSignature: {
      rawType,
      arguments: digits.map((n) => ({ kind: "LONG", value: Number(n) })),
    },
  };
}

function result(
  types: Record<string, string>,
  rows: Row[],
  parts: Partial<QueryResultParts> = {},
): QueryResult {
  return new QueryResult({
    engine: "Trino",
    text: "SELECT",
    columns: Object.entries(types).map(([name, type]) => column(name, type)),
    rows,
    queryId: "20240105_1",
    infoUri: "http://localhost:9999/ui#/queries/20240105_1",
    serverMs: 300,
    clientMs: 320,
    bytesRead: 2_500_000,
    ...parts,
  });
}

const text = (shown: QueryResult) => shown[DISPLAY]()["text/plain"]!;
const html = (shown: QueryResult) => shown[DISPLAY]()["text/html"]!;

/** A frame's values as texts, which polars gives exactly. */
function exact(frame: pl.DataFrame): Record<string, unknown>[] {
  return pl.DataFrame(
    frame.columns.map((name) => frame.getColumn(name).cast(pl.Utf8)),
  ).toRecords();
}

Deno.test("a result shows types, counts, time, bytes, and a link to its query", () => {
  const shown = result({ n: "bigint" }, [{ n: 1n }]);
  assertEquals(text(shown).split("\n"), [
    "     n",
    "bigint",
    "──────",
    "     1",
    "1 row in 320 ms, 2.5 MB read · query 20240105_1 · http://localhost:9999/ui#/queries/20240105_1",
  ]);
  assertStringIncludes(
    html(shown),
    `<a href="http://localhost:9999/ui#/queries/20240105_1"`,
  );
  assertEquals(
    shown.summary,
    "1 row in 320 ms, 2.5 MB read · query 20240105_1",
  );
});

Deno.test("a long result says how much of it is shown", () => {
  const rows = Array.from({ length: 1234 }, (_, n) => ({ n }));
  const shown = result({ n: "integer" }, rows, { bytesRead: 0 });
  assertStringIncludes(text(shown), "\nshowing 20 of 1,234 · 320 ms · query");
  assertStringIncludes(shown.summary, "1,234 rows in");
});

Deno.test("a statement that changes rows says how many", () => {
  const changed = { updateType: "INSERT", updateCount: 1234, bytesRead: 0 };
  assertStringIncludes(result({}, [], changed).summary, "INSERT 1,234 rows in");
  assertStringIncludes(
    text(result({}, [], { ...changed, updateCount: undefined })),
    "INSERT in 320 ms · query",
  );
  const counted = result({ rows: "bigint" }, [{ rows: 1234n }], changed);
  assertEquals(counted.first.rows, 1234n);
  assert(text(counted).startsWith("INSERT 1,234 rows in 320 ms · "));
});

Deno.test("toCsv() writes RFC 4180 and tells null from the empty text", () => {
  const types = { 'a "b", c': "varchar", n: "bigint", x: "double", l: "array" };
  const rows: Row[] = [
    { 'a "b", c': "", n: 9007199254740993n, x: 0.1, l: [1n, "a,b"] },
    { 'a "b", c': null, n: null, x: NaN, l: null },
    { 'a "b", c': 'é "q"\r\n🚕', n: -1n, x: -0, l: [] },
    { 'a "b", c': " x ", n: 0n, x: 1e300, l: new Uint8Array([0, 255]) },
  ];
  assertEquals(
    result(types, rows).toCsv().split(/(?<=\r\n)(?!🚕)/),
    [
      '"a ""b"", c",n,x,l\r\n',
      '"",9007199254740993,0.1,"[1,""a,b""]"\r\n',
      ",,NaN,\r\n",
      '"é ""q""\r\n🚕",-1,-0,[]\r\n',
      '" x ",0,1e+300,0x00ff\r\n',
    ],
  );
  assertEquals(result({ a: "bigint" }, []).toCsv(), "a\r\n");
});

const ALL = {
  big: "bigint",
  int: "integer",
  small: "smallint",
  tiny: "tinyint",
  x: "double",
  r: "real",
  is: "boolean",
  name: "varchar",
  money: "decimal(38, 2)",
  day: "date",
  at: "timestamp(6)",
  utc: "timestamp(6) with time zone",
  list: "array",
  bytes: "varbinary",
};

const ROWS: Row[] = [
  {
    big: 9007199254740993n,
    int: -2147483648,
    small: -32768,
    tiny: -128,
    x: 0.1,
    r: 1.5,
    is: true,
    name: "",
    money: "123456789012345678901234567890123456.78",
    day: "2024-01-05",
    at: "2024-01-05 13:45:00.123456",
    utc: "2024-01-05 13:45:00.123456 UTC",
    list: [9007199254740993n, { a: null }],
    bytes: new Uint8Array([0, 255]),
  },
  Object.fromEntries(Object.keys(ALL).map((name) => [name, null])),
  {
    big: -(2n ** 63n),
    int: 0,
    small: 0,
    tiny: 0,
    x: NaN,
    r: -0,
    is: false,
    name: 'null"\n',
    money: "-0.01",
    day: "0001-01-01",
    at: "1969-12-31 23:59:59.999999",
    utc: "2024-01-05 13:45:00.1 +05:30",
    list: [],
    bytes: new Uint8Array(),
  },
];

const EXACT: Record<string, unknown>[] = [
  {
    big: "9007199254740993",
    int: "-2147483648",
    small: "-32768",
    tiny: "-128",
    x: "0.1",
    r: "1.5",
    is: "true",
    name: "",
    money: "123456789012345678901234567890123456.78",
    day: "2024-01-05",
    at: "2024-01-05 13:45:00.123456",
    utc: "2024-01-05 13:45:00.123456+00:00",
    list: '[9007199254740993,{"a":null}]',
    bytes: "0x00ff",
  },
  Object.fromEntries(Object.keys(ALL).map((name) => [name, null])),
  {
    big: "-9223372036854775808",
    int: "0",
    small: "0",
    tiny: "0",
    x: "NaN",
    r: "-0.0",
    is: "false",
    name: 'null"\n',
    money: "-0.01",
    day: "0001-01-01",
    at: "1969-12-31 23:59:59.999999",
    utc: "2024-01-05 08:15:00.100000+00:00",
    list: "[]",
    bytes: "0x",
  },
];

const TYPES = [
  "Int64",
  "Int32",
  "Int16",
  "Int8",
  "Float64",
  "Float32",
  "Bool",
  "String",
  "Decimal(38,2)",
  "Date",
  "Datetime(us,)",
  "Datetime(us,UTC)",
  "String",
  "String",
].map((type) => `DataType(${type})`);

Deno.test("toPolars() gives each column its type and each value exactly", async () => {
  const frame = await result(ALL, ROWS).toPolars();
  assertEquals(frame.dtypes.map(String), TYPES);
  assertEquals(exact(frame), EXACT);
});

Deno.test("toPolars() keeps types without rows, and with nulls alone", async () => {
  const empty = await result(ALL, []).toPolars();
  assertEquals([empty.height, empty.dtypes.map(String)], [0, TYPES]);
  const nulls = await result(ALL, [ROWS[1]!, ROWS[1]!]).toPolars();
  assertEquals(nulls.dtypes.map(String), TYPES);
  assertEquals(exact(nulls), [EXACT[1]!, EXACT[1]!]);
});

Deno.test("toPolars() makes decimals numbers when asked to", async () => {
  const frame = await result({ fare: "decimal(4, 2)" }, [
    { fare: "12.10" },
    { fare: null },
  ]).toPolars({ decimals: "double" });
  assertEquals(frame.toRecords(), [{ fare: 12.1 }, { fare: null }]);
});

Deno.test("toPolars() takes times of other zones, to the nanosecond", async () => {
  const frame = await result({ at: "timestamp(9) with time zone" }, [
    { at: "2024-01-05 13:45:00.123456789 America/Chicago" },
    { at: "2024-07-05 13:45:00.000000999 America/Chicago" },
    { at: "2024-07-05 13:45:00.999999999 UTC" },
  ]).toPolars();
  const far = await result({ at: "timestamp(6)" }, [
    { at: "+10000-01-01 00:00:00.000001" },
    { at: "-0044-03-15 00:00:00.000000" },
  ]).toPolars();
  for (
    const [type, at, part] of [
      ["timestamp(9)", "+10000-01-01 00:00:00.000000000", "has no date"],
      ["timestamp(12)", "2024-01-05 00:00:00.000000000001", "nanoseconds"],
    ] as const
  ) {
    await assertRejects(
      () => result({ at: type }, [{ at }]).toPolars(),
      LakehouseError,
      part,
    );
  }
  await assertRejects(
    () =>
      result({ at: "timestamp(3) with time zone" }, [
        { at: "2024-11-03 01:30:00.000 America/Chicago" },
      ]).toPolars(),
    LakehouseError,
    "AT TIME ZONE 'UTC'",
  );
  assertEquals(exact(frame), [
    { at: "2024-01-05 19:45:00.123456789+00:00" },
    { at: "2024-07-05 18:45:00.000000999+00:00" },
    { at: "2024-07-05 13:45:00.999999999+00:00" },
  ]);
  assertEquals(exact(far), [
    { at: "+10000-01-01 00:00:00.000001" },
    { at: "-0044-03-15 00:00:00.000000" },
  ]);
  await assertRejects(
    () => result({ d: "date" }, [{ d: "+999999-01-01" }]).toPolars(),
    LakehouseError,
    `the column "d" into a frame: polars has no date "+999999-01-01"`,
  );
});

Deno.test("a time that its zone's clocks have twice goes into no file or frame", async () => {
  const twice = "2024-11-03 01:30:00.000 America/Chicago";
  const once = "2024-07-03 01:30:00.000 America/Chicago";
  const path = "never-written";
  for (
    const [type, make] of [
      ["timestamp(3) with time zone", (at: string) => at],
      ["array(timestamp(3) with time zone)", (at: string) => [null, at]],
      ["row(t timestamp(3) with time zone)", (t: string) => ({ t })],
    ] as const
  ) {
    const given = result({ v: type }, [{ v: make(twice) }]);
    for (
      const write of [
        () => given.toPolars(),
        () => given.writeParquet(path),
        () => given.writeCsv(path),
        () => Promise.try(() => given.toCsv()),
      ]
    ) {
      await assertRejects(write, LakehouseError, "AT TIME ZONE 'UTC'");
    }
    const sure = result({ v: type }, [{ v: make(once) }]);
    assertStringIncludes(sure.toCsv(), once);
    await sure.toPolars();
  }
  // A text of that form is no time.
  assertStringIncludes(result({ v: "varchar" }, [{ v: twice }]).toCsv(), twice);
});

Deno.test("columns stand in the query's order, also those named by digits", async () => {
  const shown = new QueryResult({
    ...result({}, []),
    columns: ["company", "2023", "2022"].map((name) =>
      column(name, name === "company" ? "varchar" : "integer")
    ),
    rows: [rowMaker(["company", "2023", "2022"])(["Flash Cab", 7, 5])],
  });
  const order = ["company", "2023", "2022"];
  for (
    const given of [
      shown,
      table(shown.rows),
      table(shown.rows.filter(Boolean)),
      table(shown.toPlot()),
      table(await shown.toPolars()),
    ]
  ) {
    const [head] = given[DISPLAY]()["text/plain"]!.split("\n");
    assertEquals(head!.trim().split(/\s+/), order);
  }
  assertEquals(
    Object.entries(shown.first).map(([, value]) => value),
    ["Flash Cab", 7, 5],
  );
  assertEquals((await shown.toPolars()).columns, order);
  assertEquals(shown.toCsv(), "company,2023,2022\r\nFlash Cab,7,5\r\n");
  const path = await Deno.makeTempFile({ suffix: ".parquet" });
  try {
    await shown.writeParquet(path);
    assertEquals(pl.readParquet(path).columns, order);
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("writeParquet() and writeCsv() replace a file only by a whole one", async () => {
  const dir = await Deno.makeTempDir();
  try {
    const rows = result(ALL, ROWS);
    const parquet = `${dir}/deep/a.parquet`;
    for (const _ of ["new", "replaced"]) {
      const written = await rows.writeParquet(parquet);
      assertEquals(written, {
        path: parquet,
        rows: 3,
        bytes: (await Deno.stat(parquet)).size,
      });
    }
    const frame = pl.readParquet(parquet);
    assertEquals(frame.dtypes.map(String), TYPES);
    assertEquals(exact(frame), EXACT);

    await Deno.writeTextFile(`${dir}/a.csv`, "before");
    const { bytes } = await rows.writeCsv(`${dir}/a.csv`);
    assertEquals(await Deno.readTextFile(`${dir}/a.csv`), rows.toCsv());
    assertEquals(bytes, new TextEncoder().encode(rows.toCsv()).length);

    const broken = result({ d: "date" }, [{ d: "never" }]);
    await assertRejects(() => broken.writeParquet(parquet), LakehouseError);
    assertEquals(exact(pl.readParquet(parquet)), EXACT);
    const error = await assertRejects(
      () => rows.writeCsv(`${dir}/deep`),
      LakehouseError,
    );
    assertStringIncludes(error.message, `Cannot write ${dir}/deep: `);
    const left = [...Deno.readDirSync(dir), ...Deno.readDirSync(`${dir}/deep`)]
      .map(({ name }) => name).sort();
    assertEquals(left, ["a.csv", "a.parquet", "deep"]);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("writeCsv() writes many rows in pieces", async () => {
  const path = await Deno.makeTempFile();
  try {
    const rows = Array.from({ length: 12_345 }, (_, n) => ({ n }));
    await result({ n: "integer" }, rows).writeCsv(path);
    const lines = (await Deno.readTextFile(path)).split("\r\n");
    assert(
      lines.length === 12_347 && lines[12_345] === "12344",
      `${lines.length}`,
    );
  } finally {
    await Deno.remove(path);
  }
});
