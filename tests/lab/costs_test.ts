// What questions and changes cost, on the running stack.
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  changeCost,
  queryCosts,
  scannedFiles,
} from "../../lab/trials/costs.ts";
import { LakehouseError } from "../../lib/core/errors.ts";
import { query } from "../../lib/trino/client.ts";
import { sparkSession } from "../../lab/engines/spark_session.ts";
import { sql } from "../../lib/trino/sql.ts";
import { tableState } from "../../lab/iceberg/table_objects.ts";
import { withNamespace } from "../support/namespace.ts";

const LAB = "costs_test";

Deno.test("a question's cost is that of one round", () =>
  withNamespace(LAB, async () => {
    await query(
      `CREATE TABLE ${LAB}.t AS SELECT * FROM UNNEST(sequence(1, 10000)) AS s(n)`,
    );
    const { dataBytes } = await tableState(LAB, "t");
    const [cost] = await queryCosts({ t: `${LAB}.t` }, {
      total: (table) => `SELECT sum(n) AS total FROM ${table}`,
    });
    const { ms, bytesRead, answer } = cost!;
    assertEquals(answer, '[{"total":50005000}]');
    assert(ms > 0 && bytesRead > 0 && bytesRead <= dataBytes, `${bytesRead}`);
  }));

Deno.test("questions to several tables can be compared", () =>
  withNamespace(LAB, async () => {
    for (const [name, last] of [["a", 10], ["b", 11]] as const) {
      await query(
        `CREATE TABLE ${LAB}.${name} AS SELECT * FROM UNNEST(sequence(1, ${last})) AS s(n)`,
      );
    }
    const costs = await queryCosts(
      { ten: `${LAB}.a`, eleven: `${LAB}.b` },
      {
        least: (table) => `SELECT min(n) AS n FROM ${table}`,
        most: (table) => `SELECT max(n) AS n FROM ${table}`,
      },
    );
    assertEquals(
      costs.map(({ question, table, answer }) => [question, table, answer]),
      [
        ["least", "ten", '[{"n":1}]'],
        ["least", "eleven", '[{"n":1}]'],
        ["most", "ten", '[{"n":10}]'],
        ["most", "eleven", '[{"n":11}]'],
      ],
    );
  }));

Deno.test("scannedFiles() counts the files that pruning leaves", () =>
  withNamespace(LAB, async () => {
    await query(`CREATE TABLE days (day date, n bigint)
      WITH (partitioning = ARRAY['day'])`);
    for (const day of ["2024-01-01", "2024-01-02"]) {
      await query(
        sql`INSERT INTO days VALUES (${sql.date(day)}, 1), (${
          sql.date("2024-01-03")
        }, 2)`,
      );
    }
    const { rows } = await query(
      'SELECT partition.day AS day, file_size_in_bytes AS bytes FROM "days$files" ORDER BY day',
    );
    assertEquals(rows.length, 4);
    const bytes = rows.map((row) => Number(row.bytes));
    const all = await scannedFiles("SELECT sum(n) FROM days");
    assertEquals(all, {
      dataFiles: 4,
      dataBytes: bytes.reduce((sum, each) => sum + each, 0),
      deleteFiles: 0,
      skippedManifests: 0,
    });
    const one = await scannedFiles(
      sql`SELECT sum(n) FROM days WHERE day = ${sql.date("2024-01-01")}`,
    );
    assertEquals([one.dataFiles, one.dataBytes], [1, bytes[0]]);
    // The second manifest has no such day within its range.
    assertEquals(one.skippedManifests, 1);
    const none = await scannedFiles("SELECT sum(n) FROM days WHERE false");
    assertEquals(none.dataFiles, 0);
    await query("DELETE FROM days WHERE n = 2 AND rand() < 2");
    assertEquals(
      (await scannedFiles("SELECT sum(n) FROM days")).deleteFiles,
      2,
    );
  }));

Deno.test("what a change of rows costs", (t) =>
  withNamespace(LAB, async () => {
    await using spark = await sparkSession();
    const make = async (name: string, version: number, mode: string) => {
      await spark.sql(`CREATE TABLE ${name} TBLPROPERTIES (
        'format-version'='${version}', 'write.delete.mode'='${mode}')
        AS SELECT /*+ REPARTITION(3) */ id FROM range(30000)`);
      return await changeCost(
        LAB,
        name,
        () => spark.sql(`DELETE FROM ${name} WHERE id % 100 = 7`),
        () => query(`SELECT count(*) FROM ${name}`),
      );
    };
    const left = async (name: string) =>
      (await query(`SELECT count(*) AS n FROM ${name}`)).first.n;

    await t.step(
      "with copy-on-write: every file anew, no deletes",
      async () => {
        const cost = await make("cow", 2, "copy-on-write");
        assertEquals([cost.replacedFiles, cost.deleteFiles], [3, 0]);
        assert(cost.dataFiles > 0 && cost.dataBytes > 10_000);
        assert(cost.writeMs > 0 && cost.readMs > 0);
        assertEquals(await left("cow"), 29_700n);
      },
    );

    await t.step("with merge-on-read: deletes, no data", async () => {
      const cost = await make("mor", 2, "merge-on-read");
      assertEquals([cost.replacedFiles, cost.dataFiles], [0, 0]);
      assertEquals(cost.deleteFiles, 3);
      assertEquals(await left("mor"), 29_700n);
    });

    await t.step("with deletion vectors: one object for all", async () => {
      const cost = await make("dv", 3, "merge-on-read");
      assertEquals([cost.replacedFiles, cost.dataFiles], [0, 0]);
      assert(cost.deleteFiles < 3, `${cost.deleteFiles}`);
      assert(cost.deleteBytes > 0);
      assertEquals(await left("dv"), 29_700n);
    });

    await t.step("is not known of a table without rows", async () => {
      // Trino commits an empty snapshot with a new table, Spark none.
      await spark.sql("CREATE TABLE bare (id int)");
      await assertRejects(
        () => changeCost(LAB, "bare", () => left("bare"), () => left("bare")),
        LakehouseError,
        "it has no rows yet",
      );
    });
  }));
