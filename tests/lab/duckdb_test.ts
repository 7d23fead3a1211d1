import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { catalog } from "../../lib/catalog/config.ts";
import { loadTable } from "../../lib/catalog/tables.ts";
import { duckdb } from "../../lab/engines/duckdb/duckdb.ts";
import { LakehouseError } from "../../lib/core/errors.ts";
import type { TableTree } from "../../lab/iceberg/tree.ts";
import { tableTree } from "../../lab/iceberg/snapshots.ts";
import { sparkSession } from "../../lab/engines/spark_session.ts";
import { query } from "../../lib/trino/client.ts";
import { withNamespace } from "../support/namespace.ts";

const NAMESPACE = "duckdb_test";

/** One question about the given snapshots. */
async function ask(text: string, tables: Record<string, TableTree>) {
  await using db = await duckdb(tables);
  return await db.sql(text);
}

/** Folders with copies of files that this process left behind. */
async function leftovers(): Promise<string[]> {
  const probe = await Deno.makeTempDir();
  await Deno.remove(probe);
  const names: string[] = [];
  for await (const { name } of Deno.readDir(probe.replace(/\/[^/]*$/, ""))) {
    if (name.startsWith(`lakehouse-duckdb-${Deno.pid}-`)) names.push(name);
  }
  return names;
}

Deno.test("DuckDB", async (t) => {
  await withNamespace(NAMESPACE, async () => {
    await query(`CREATE TABLE kinds (id integer, name varchar,
      at timestamp(6) with time zone, local timestamp(6), day date, clock time(6),
      money decimal(20,2), ratio double, f real, ok boolean, raw varbinary, u uuid,
      tags array(varchar), pair row(a bigint, b date), scores map(varchar, double))`);
    await query(`INSERT INTO kinds VALUES
      (1, 'it''s "ü"', TIMESTAMP '2024-03-05 13:45:00.123456 UTC',
        TIMESTAMP '1969-12-31 23:59:59.999999', DATE '0001-01-01',
        TIME '13:45:00.123456', DECIMAL '-12345678901234567.05', 1e-300, REAL '0.1',
        true, X'00ff', UUID '12151fd2-7586-11e9-8f9e-2a86e4085a59', ARRAY['x', NULL],
        ROW(9007199254740993, DATE '2024-02-29'), MAP(ARRAY['k'], ARRAY[1.5])),
      (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
      (3, 'c', NULL, NULL, NULL, NULL, 0.01, nan(), REAL '-3.5', false, X'', NULL,
        ARRAY[], NULL, NULL)`);

    await t.step(
      "has every value of a table exactly as Trino has it",
      async () => {
        const trees = { kinds: await tableTree(NAMESPACE, "kinds") };
        const ours = await ask(
          "SELECT * FROM kinds ORDER BY id",
          trees,
        );
        const theirs = await query("SELECT * FROM kinds ORDER BY id");
        assertEquals(ours.rows, theirs.rows);
        assertEquals(
          ours.columns.map(({ name }) => name),
          theirs.columns.map(({ name }) => name),
        );
        assertEquals(ours.first.money, "-12345678901234567.05");
      },
    );

    await t.step(
      "follows columns that are renamed, widened, added and dropped",
      async () => {
        await query("ALTER TABLE kinds RENAME COLUMN name TO title");
        await query("ALTER TABLE kinds ALTER COLUMN id SET DATA TYPE bigint");
        await query("ALTER TABLE kinds DROP COLUMN tags");
        await query("ALTER TABLE kinds ADD COLUMN name varchar");
        await query(
          "INSERT INTO kinds (id, title, name) VALUES (9007199254740993, 'd', 'new')",
        );
        const trees = { kinds: await tableTree(NAMESPACE, "kinds") };
        const ours = await ask("FROM kinds ORDER BY id", trees);
        const theirs = await query("SELECT * FROM kinds ORDER BY id");
        assertEquals(ours.rows, theirs.rows);
        assertEquals(ours.rows.map(({ name }) => name), [
          null,
          null,
          null,
          "new",
        ]);
      },
    );

    await t.step("leaves out the rows that position deletes name", async () => {
      await query("DELETE FROM kinds WHERE id IN (2, 9007199254740993)");
      await query("DELETE FROM kinds WHERE id = 3");
      const tree = await tableTree(NAMESPACE, "kinds");
      assert(tree.manifests.some(({ content }) => content === "deletes"));
      const ours = await ask("SELECT id, title FROM kinds", {
        kinds: tree,
      });
      assertEquals(ours.rows, [{ id: 1n, title: 'it\'s "ü"' }]);
    });

    await t.step(
      "reads snapshots of before beside the table of now",
      async () => {
        const { snapshots } = await loadTable(catalog(), NAMESPACE, "kinds");
        const first = snapshots[1]!.id;
        await using db = await duckdb({
          now: await tableTree(NAMESPACE, "kinds"),
          before: await tableTree(NAMESPACE, "kinds", { at: first }),
          empty: await tableTree(NAMESPACE, "kinds", { at: snapshots[0]!.id }),
        });
        const { rows } = await db.sql(`SELECT id, name FROM before
        WHERE id NOT IN (SELECT id FROM now) ORDER BY id`);
        assertEquals(rows, [{ id: 2, name: null }, { id: 3, name: "c" }]);
        assertEquals((await db.sql("FROM empty")).rows, []);
      },
    );

    await t.step(
      "says what is wrong with a statement, and goes on",
      async () => {
        await using db = await duckdb({});
        const error = await assertRejects(
          () => db.sql("SELECT nope FROM nothing"),
          LakehouseError,
        );
        assertStringIncludes(error.message, "nothing does not exist");
        assertStringIncludes(error.message, "LINE 1");
        assertEquals((await db.sql("SELECT 1 AS n, 2 AS n")).rows, [{
          n: 1,
          n_2: 2,
        }]);
      },
    );

    await t.step("ends a query that is stopped, and no other", async () => {
      await using db = await duckdb({});
      const controller = new AbortController();
      const started = performance.now();
      setTimeout(() => controller.abort(new Error("stopped by the test")), 500);
      const long =
        "SELECT count(*) FROM range(100000000000) t(n) WHERE hash(n) % 7 = 1";
      const [stopped, other] = await Promise.allSettled([
        db.sql(long, { signal: controller.signal }),
        db.sql(
          "SELECT count(*) AS n FROM range(50000000) t(n) WHERE hash(n) >= 0",
        ),
      ]);
      assertEquals(stopped.status, "rejected");
      assertEquals(other.status, "fulfilled");
      assert(performance.now() - started < 20_000);
      await assertRejects(
        () => db.sql(long, { limitMs: 500 }),
        LakehouseError,
        "took longer than 500 ms",
      );
    });

    await t.step("leaves out the rows of deletion vectors", async () => {
      await using spark = await sparkSession();
      await spark.sql(
        `CREATE TABLE vectors TBLPROPERTIES ('format-version' = '3',
        'write.delete.mode' = 'merge-on-read') AS SELECT id FROM range(0, 9, 1, 1)`,
      );
      await spark.sql("DELETE FROM vectors WHERE id IN (0, 1, 8)");
      const vectors = await tableTree(NAMESPACE, "vectors");
      const { rows } = await ask("FROM vectors ORDER BY id", { vectors });
      assertEquals(rows.map(({ id }) => id), [2n, 3n, 4n, 5n, 6n, 7n]);
    });
  });
  assertEquals(await leftovers(), []);
});
