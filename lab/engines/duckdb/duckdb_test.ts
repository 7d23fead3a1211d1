import { assertEquals, assertThrows } from "@std/assert";
import { duckdb } from "./duckdb.ts";
import { duckdbType } from "./view.ts";
import { LakehouseError } from "../../../lib/core/errors.ts";

Deno.test("duckdb() returns every value in the form that Trino's results have", async () => {
  await using db = await duckdb({});
  const { first, columns } = await db.sql(`SELECT
    9007199254740993 AS big,
    12345678901234567890.10::DECIMAL(38,2) AS money,
    TIMESTAMPTZ '2024-03-05 13:45:00.123456+01' AS instant,
    TIMESTAMP '1969-12-31 23:59:59.999999' AS local,
    TIMESTAMP_NS '2020-01-01 00:00:00.123456789' AS nanos,
    DATE '0001-01-01' AS day, TIME '01:02:03.000004' AS clock,
    'infinity'::TIMESTAMP AS never,
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
    ["bigint", "decimal", "timestamp", "timestamp"],
  );
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
