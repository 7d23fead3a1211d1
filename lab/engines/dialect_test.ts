import { assertEquals, assertThrows } from "@std/assert";
import { sql } from "../../lib/trino/sql.ts";
import { LakehouseError } from "../../lib/core/errors.ts";
import { statementFor } from "./dialect.ts";

Deno.test("statementFor() writes values and names as each engine reads them", () => {
  const cases = [
    [sql`${"O'Hare \\ "}`, "'O\\'Hare \\\\ '", "'O''Hare \\ '"],
    [sql`a = 'it''s'`, "a = 'it\\'s'", "a = 'it''s'"],
    [sql.id('a`b"c'), '`a``b"c`', '"a`b""c"'],
    [sql`${7n}`, "CAST('7' AS BIGINT)", "CAST('7' AS BIGINT)"],
    [sql.decimal("-1.10"), "-1.10BD", "-1.10"],
    [sql`${NaN}`, "CAST('NaN' AS DOUBLE)", "CAST('NaN' AS DOUBLE)"],
    [sql`${new Uint8Array([0, 255])}`, "X'00ff'", "from_hex('00ff')"],
    [
      sql.timestamp("2024-01-05 13:45:00.123456 UTC"),
      "TIMESTAMP '2024-01-05 13:45:00.123456 UTC'",
      "TIMESTAMPTZ '2024-01-05 13:45:00.123456 UTC'",
    ],
    [
      sql.timestamp("2024-01-05 13:45:00.123456000"),
      "TIMESTAMP_NTZ '2024-01-05 13:45:00.123456'",
      "TIMESTAMP '2024-01-05 13:45:00.123456'",
    ],
    [sql.date("2024-01-05"), "DATE '2024-01-05'", "DATE '2024-01-05'"],
    [
      sql`1 -- 'x'\n /* "a" */ + 1`,
      "1 -- 'x'\\n /* \"a\" */ + 1",
      "1 -- 'x'\\n /* \"a\" */ + 1",
    ],
  ] as const;
  for (const [fragment, spark, duckdb] of cases) {
    assertEquals(statementFor("Spark", fragment), spark);
    assertEquals(statementFor("DuckDB", fragment), duckdb);
  }
  assertEquals(statementFor("Spark", `SELECT "a"`), `SELECT "a"`);
});

Deno.test("statementFor() refuses what is no statement, and what an engine cannot hold", () => {
  const nanos = sql.timestamp("2024-01-05 13:45:00.123456789");
  assertThrows(
    () => statementFor("Spark", nanos),
    LakehouseError,
    "microseconds",
  );
  for (
    const none of [
      "",
      " ",
      "-- x",
      "/* x */;",
      { sql: "SELECT 1" } as unknown as string,
    ]
  ) {
    assertThrows(() => statementFor("DuckDB", none), LakehouseError, "as SQL");
  }
});
