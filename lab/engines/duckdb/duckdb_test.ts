import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { duckdb } from "./duckdb.ts";
import { duckdbType } from "./types.ts";
import { LakehouseError } from "../../../lib/core/errors.ts";
import { DISPLAY } from "../../../lib/core/kernel.ts";
import { valueText } from "../../../lib/core/format.ts";

Deno.test("duckdb() returns every value in the form that Trino's results have", async () => {
  await using db = await duckdb({});
  const { first, columns } = await db.sql(`SELECT
    9007199254740993 AS big,
    12345678901234567890.10::DECIMAL(38,2) AS money,
    TIMESTAMPTZ '2024-03-05 13:45:00.123456+01' AS instant,
    TIMESTAMP '1969-12-31 23:59:59.999999' AS local,
    TIMESTAMP_NS '2020-01-01 00:00:00.123456789' AS nanos,
    DATE '0001-01-01' AS day, TIME '01:02:03.000004' AS clock,
    'infinity'::TIMESTAMP AS never, '-infinity'::DATE AS before,
    DATE '12000-01-01' AS far, TIMESTAMP '-0044-03-15 01:02:03.5' AS ides,
    '\\x00\\xFF'::BLOB AS bytes, 0.1::FLOAT AS f, 'NaN'::DOUBLE AS nan,
    NULL::BIGINT AS nothing, true AS yes,
    [DATE '2020-02-29', NULL] AS list,
    {'id': 1::BIGINT, 'at': TIMESTAMP '2020-01-01'} AS pair,
    MAP {DATE '2020-01-01': 1.5::DECIMAL(3,1)} AS pairs`);
  assertEquals(first, {
    big: 9007199254740993n,
    money: "12345678901234567890.10",
    instant: "2024-03-05 12:45:00.123456 UTC",
    local: "1969-12-31 23:59:59.999999",
    nanos: "2020-01-01 00:00:00.123456789",
    day: "0001-01-01",
    clock: "01:02:03.000004",
    never: "infinity",
    before: "-infinity",
    far: "+12000-01-01",
    ides: "-0044-03-15 01:02:03.500000",
    bytes: new Uint8Array([0, 255]),
    f: 0.1,
    nan: NaN,
    nothing: null,
    yes: true,
    list: ["2020-02-29", null],
    pair: { id: 1n, at: "2020-01-01 00:00:00.000000" },
    pairs: { "2020-01-01": "1.5" },
  });
  assertEquals(
    columns.slice(0, 4).map(({ typeSignature }) => typeSignature.rawType),
    ["bigint", "decimal", "timestamp with time zone", "timestamp"],
  );
});

Deno.test("duckdb() keeps the end of a day, and infinities of every kind of time", async () => {
  await using db = await duckdb({});
  const kinds = ["DATE", "TIMESTAMP", "TIMESTAMPTZ", "TIMESTAMP_NS"]
    .concat("TIMESTAMP_MS", "TIMESTAMP_S");
  const columns = kinds.map((kind) =>
    `['infinity'::${kind}, '-infinity'::${kind}] AS ${kind}`
  );
  const { first } = await db.sql(`SELECT ${columns.join(", ")},
    [TIME '24:00:00', TIME '00:00:00', TIME '23:59:59.999999'] AS clock`);
  const { clock, ...ends } = first;
  for (const [kind, end] of Object.entries(ends)) {
    assertEquals(end, ["infinity", "-infinity"], kind);
  }
  assertEquals(clock, [
    "24:00:00.000000",
    "00:00:00.000000",
    "23:59:59.999999",
  ]);
});

Deno.test("duckdb() runs one statement, and says what else it was given", async () => {
  await using db = await duckdb({});
  for (
    const [text, why] of [
      [
        "SELECT 1; SELECT 2",
        "it holds 2 statements, and each is run by itself",
      ],
      ["CREATE TABLE a AS SELECT 1; FROM a;", "it holds 2 statements"],
      ["-- nothing", "it is a comment alone"],
      [";;", "it is a comment alone"],
      ["", "it is empty"],
    ] as const
  ) {
    const error = await assertRejects(() => db.sql(text), LakehouseError, why);
    assertEquals(error.what, "Cannot run this as SQL");
  }
  // Nothing of it was run.
  await assertRejects(() => db.sql("FROM a"), LakehouseError, "name a does");
  assertEquals((await db.sql("SELECT ';' AS a; -- done;")).first.a, ";");
  const { message } = await assertRejects(() => db.sql("SELEC 1; SELECT 2"));
  assertEquals(message.includes("syntax error"), true, message);
});

Deno.test("duckdb() keeps the order of columns and fields, and every value of them", async () => {
  await using db = await duckdb({});
  const result = await db.sql(`SELECT 'Flash Cab' AS company, 7 AS "2023",
    5 AS "2022", {'b': 1, '10': 2, '9': 3} AS pair, ROW(1, ROW(2, 3)) AS bare,
    MAP {10: 'a', 9: 'b'} AS byNumber, MAP {'\\x00\\xFF'::BLOB: 1} AS byBytes,
    MAP {{'a': 1}: 'x', {'a': 2}: 'y'} AS byPair, MAP {[1, 2]: 'x'} AS byList,
    MAP {1e10: 1, 'nan'::DOUBLE: 2} AS byDouble, 1 AS "__proto__",
    1 AS id, 2 AS id, MAP {TIMESTAMP '2024-01-05 13:45:00': 1} AS byTime`);
  const [head] = result[DISPLAY]()["text/plain"]!.split("\n");
  assertEquals(head!.trim().split(/\s+/).slice(0, 3), [
    "company",
    "2023",
    "2022",
  ]);
  assertEquals(
    valueText(result.first),
    `{"company":"Flash Cab","2023":7,"2022":5,` +
      `"pair":{"b":1,"10":2,"9":3},"bare":{"field0":1,"field1":{"field0":2,"field1":3}},` +
      `"byNumber":{"10":"a","9":"b"},"byBytes":{"0x00ff":1},` +
      `"byPair":{"{\\"a\\":1}":"x","{\\"a\\":2}":"y"},"byList":{"[1,2]":"x"},` +
      `"byDouble":{"10000000000":1,"NaN":2},"__proto__":1,` +
      `"id":1,"id_2":2,"byTime":{"2024-01-05 13:45:00.000000":1}}`,
  );
});

Deno.test("duckdb() gives frames each column's type, and refuses what does not fit", async () => {
  await using db = await duckdb({});
  const result = await db.sql(`SELECT sum(9007199254740993) AS total,
    255::UTINYINT AS small, 18446744073709551615::UBIGINT AS large, 0.1::FLOAT AS f,
    1.10::DECIMAL(4,2) AS money, DATE '2024-01-05' AS day, TIMESTAMP_S '2024-01-05 13:45:00' AS local,
    TIMESTAMPTZ '2024-01-05 13:45:00+01' AS at, INTERVAL 1 MONTH AS wait, [1] AS list`);
  const frame = await result.toPolars();
  assertEquals(frame.dtypes.map((type) => String(type).slice(9, -1)), [
    ...["Decimal(38,0)", "UInt8", "UInt64", "Float32", "Decimal(4,2)", "Date"],
    ...["Datetime(us,)", "Datetime(us,UTC)", "String", "String"],
  ]);
  assertEquals(
    result.toCsv().split("\r\n")[1],
    "9007199254740993,255,18446744073709551615,0.1,1.10,2024-01-05," +
      "2024-01-05 13:45:00,2024-01-05 12:45:00.000000 UTC,1 month,[1]",
  );
  for (
    const value of [
      "170141183460469231731687303715884105727",
      "'infinity'::DATE",
    ]
  ) {
    const beyond = await db.sql(`SELECT ${value} AS beyond`);
    await assertRejects(
      () => beyond.toPolars(),
      LakehouseError,
      'the column "beyond" into a frame',
    );
  }
});

Deno.test("duckdb() draws its values as charts take them", async () => {
  await using db = await duckdb({});
  const result = await db.sql(
    "SELECT 1.5::DECIMAL(3,1) AS n, DATE '2020-01-01' AS d",
  );
  assertEquals(result.toPlot(), [{ n: 1.5, d: new Date("2020-01-01") }]);
});

Deno.test("duckdb() leaves the timers of its caller alone", async () => {
  await using db = await duckdb({});
  await db.sql("SELECT sum(range) FROM range(100_000_000)");
  const timers = (async () => {
    for (let i = 0; i < 50; i++) await new Promise((r) => setTimeout(r, 0));
  })();
  // A later timer fires even where short ones are lost.
  let late: ReturnType<typeof setTimeout> | undefined;
  const lost = new Promise((_, reject) => {
    late = setTimeout(() => reject(new Error("timers are lost")), 10_000);
  });
  await Promise.race([timers, lost]).finally(() => clearTimeout(late));
});

Deno.test("duckdbType() knows nested types, and says which it does not know", () => {
  const struct = {
    type: "struct",
    fields: [{ name: 'a "b"', type: "timestamptz" }, {
      name: "c",
      type: "fixed[16]",
    }],
  };
  assertEquals(
    duckdbType({
      type: "map",
      key: "string",
      value: { type: "list", element: struct },
    }),
    'MAP(VARCHAR, STRUCT("a ""b""" TIMESTAMPTZ, "c" BLOB)[])',
  );
  assertThrows(() => duckdbType("geometry"), LakehouseError, '"geometry"');
});
