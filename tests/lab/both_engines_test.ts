// One question to Trino and to Spark, on the running stack.
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import pl from "nodejs-polars";
import { duckdb as openDuckdb } from "../../lab/engines/duckdb/duckdb.ts";
import { readRows } from "../../lab/iceberg/rows.ts";
import { tableTree } from "../../lab/iceberg/snapshots.ts";
import { askBoth } from "../../lab/engines/comparison.ts";
import { DISPLAY } from "../../lib/core/kernel.ts";
import { LakehouseError } from "../../lib/core/errors.ts";
import { sql } from "../../lib/trino/sql.ts";
import { SparkError } from "../../lab/engines/spark_error.ts";
import { sparkSession } from "../../lab/engines/spark_session.ts";
import { query, TrinoError } from "../../lib/trino/client.ts";
import { withNamespace } from "../support/namespace.ts";

const NAMESPACE = "both_engines_test";

Deno.test("askBoth() says whether Trino and Spark agree", () =>
  withNamespace(NAMESPACE, async () => {
    await using _spark = await sparkSession();
    await query(`CREATE TABLE kinds AS SELECT * FROM (VALUES
      (BIGINT '9007199254740993', DECIMAL '12345678901234567.10', REAL '0.1', nan(),
        TIMESTAMP '2024-01-05 13:45:00.123456 UTC', DATE '0001-01-01', 'Zoë', true, X'00ff'),
      (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL))
      AS t (big, money, ratio, odd, at, day, name, ok, raw)`);
    const kinds = await askBoth(
      `SELECT * FROM ${NAMESPACE}.kinds ORDER BY big NULLS LAST`,
    );
    assertEquals([kinds.agree, kinds.trino.rows.length], [true, 2]);
    assertEquals(kinds.first.big, 9007199254740993n);

    // The engines divide integers differently.
    const divided = await askBoth("SELECT 7 / 2, 1 AS one");
    assertEquals(divided.agree, false);
    const text = divided[DISPLAY]()["text/plain"]!;
    assertStringIncludes(text, "Trino");
    assertStringIncludes(text, "3.5");

    const { agree } = await askBoth("SELECT 1 AS n WHERE 1 = 0");
    assertEquals(agree, true);
    await assertRejects(
      () => askBoth("SELECT named_struct('a', 1)"),
      TrinoError,
    );
    await assertRejects(
      () => askBoth("SELECT from_base('ff', 16)"),
      SparkError,
    );
  }));

Deno.test("askBoth() compares intervals and times by value", async () => {
  await using _spark = await sparkSession();
  for (
    const same of [
      "SELECT INTERVAL '1 02:03:04.567' DAY TO SECOND AS d, INTERVAL -'15' MONTH AS m",
      "SELECT DATE '2024-03-01' - DATE '2024-01-01' AS d",
      "SELECT INTERVAL '0' SECOND AS none, INTERVAL -'26' HOUR AS h, INTERVAL '3' YEAR AS y",
    ]
  ) {
    const { agree, trino, spark } = await askBoth(same);
    assertEquals(trino.rows, spark.rows);
    assertEquals(agree, true, same);
  }
  const at = "TIMESTAMP '2024-01-05 13:45:00.5 UTC'";
  assertEquals((await askBoth(`SELECT ${at} AS t`)).agree, true);
  const fragment = sql`SELECT ${"O'Hare \\"} AS name, ${
    sql.decimal("1.10")
  } AS n`;
  const both = await askBoth(fragment);
  assertEquals([both.agree, both.first.name], [true, "O'Hare \\"]);
});

Deno.test("every engine names the column that comes near", () =>
  withNamespace(NAMESPACE, async () => {
    await using spark = await sparkSession();
    await query("CREATE TABLE rides AS SELECT 'Sun' AS company, 1e0 AS fare");
    await using db = await openDuckdb({
      rides: await tableTree(NAMESPACE, "rides"),
    });
    const text = `SELECT compny FROM rides`;
    for (const ask of [query, spark.sql, db.sql]) {
      const { message } = await assertRejects(() => ask(text), LakehouseError);
      assertStringIncludes(message, "company");
      assertEquals(message.includes("ingested"), false);
    }
  }));

Deno.test("every engine's results keep columns in order, and become frames and files", () =>
  withNamespace(NAMESPACE, async () => {
    await using spark = await sparkSession();
    await query(`CREATE TABLE years AS SELECT 'Flash Cab' AS company,
      BIGINT '7' AS "2023", DECIMAL '5.10' AS "2022",
      TIMESTAMP '2024-01-05 13:45:00.123456 UTC' AS at`);
    const order = ["company", "2023", "2022", "at"];
    const both = await askBoth(`SELECT * FROM ${NAMESPACE}.years`);
    assertEquals(both.agree, true);
    const [head] = both[DISPLAY]()["text/plain"]!.split("\n");
    assertEquals(head!.trim().split(/\s+/), ["engine", ...order]);
    const tree = await tableTree(NAMESPACE, "years");
    await using db = await openDuckdb({ years: tree });
    const duckdb = await db.sql("FROM years");
    const path = await Deno.makeTempFile({ suffix: ".parquet" });
    try {
      for (const result of [both.trino, both.spark, duckdb]) {
        assertEquals(
          result.toCsv(),
          "company,2023,2022,at\r\n" +
            "Flash Cab,7,5.10,2024-01-05 13:45:00.123456 UTC\r\n",
        );
        await result.writeParquet(path);
        for (const frame of [await result.toPolars(), pl.readParquet(path)]) {
          assertEquals(frame.columns, order);
          assertEquals(frame.dtypes.map(String), [
            "DataType(String)",
            "DataType(Int64)",
            "DataType(Decimal(3,2))",
            "DataType(Datetime(us,UTC))",
          ]);
        }
        const at = new Date("2024-01-05T13:45:00.123Z");
        assertEquals(result.toPlot()[0]!.at, at);
      }
    } finally {
      await Deno.remove(path);
    }
    for await (
      const [row] of readRows(tree, { columns: ["company", "2023"] })
    ) {
      assertEquals(Object.keys(row!), ["company", "2023"]);
    }

    const nested = await spark.sql(`SELECT
      named_struct('b', 1, '10', 2, '9', 3) AS pair, map(10, 'a', 9, 'b') AS numbers,
      map(X'00ff', 1) AS bytes, array(struct(map(array(1, 2), map(1, 'x')) AS m)) AS deep, map(1e10D, 1) AS doubles,
      map(named_struct('a', 'x, y'), 1, named_struct('a', 'x'), 2) AS pairs,
      1 AS id, 2 AS id, 1 AS constructor, named_struct('a', 1, 'a', 2) AS twice, struct(3, 4) AS bare`);
    assertEquals(
      JSON.stringify(nested.first),
      `{"pair":{"b":1,"10":2,"9":3},"numbers":{"10":"a","9":"b"},` +
        `"bytes":{"0x00ff":1},"deep":[{"m":{"[1,2]":{"1":"x"}}}],"doubles":{"10000000000":1},` +
        `"pairs":{"{\\"a\\":\\"x, y\\"}":1,"{\\"a\\":\\"x\\"}":2},"id":1,"id_2":2,"constructor":1,` +
        `"twice":{"a":1,"a_2":2},"bare":{"col1":3,"col2":4}}`,
    );
    assertStringIncludes(nested[DISPLAY]()["text/plain"]!, "1 row in ");
    const made = await spark.sql(`CREATE TABLE none (id int) USING iceberg`);
    assertStringIncludes(made.summary, "done in ");
  }));
