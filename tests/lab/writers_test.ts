// Writers at once, and observers that look on: on the running stack, with both
// engines.
import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { catalog } from "../../lib/catalog/config.ts";
import { LakehouseError } from "../../lib/core/errors.ts";
import { watchObjects } from "../../lab/trials/object_watch.ts";
import { anomalies, observe } from "../../lab/trials/isolation.ts";
import { sparkSession } from "../../lab/engines/spark_session.ts";
import { loadTable } from "../../lib/catalog/tables.ts";
import { query, TrinoError } from "../../lib/trino/client.ts";
import { isCommitConflict, runWriters } from "../../lab/trials/writers.ts";
import { withNamespace } from "../support/namespace.ts";

const NAMESPACE = "writers_test";
const range = (length: number) => Array.from({ length }, (_, n) => n);

Deno.test("writers at once", (t) =>
  withNamespace(NAMESPACE, async () => {
    await using spark = await sparkSession();

    await t.step(
      "change the same rows: refused, tried again, none lost",
      async () => {
        await query(`CREATE TABLE tally AS SELECT n AS id, 0 AS n
          FROM UNNEST(sequence(1, 100)) AS t(n)`);
        const update = "UPDATE tally SET n = n + 1";
        const ledger = await runWriters({
          "Trino 1": () => query(update),
          "Trino 2": () => query(update),
          "Spark 1": () => spark.sql(update),
          "Spark 2": () => spark.sql(update),
        }, range(8));
        assertEquals(ledger.failed, []);
        assertEquals(ledger.committed.length, 8);
        assert(ledger.conflicts > 0);
        const { first } = await query(
          "SELECT min(n) AS low, max(n) AS high, count(*) AS ids FROM tally",
        );
        assertEquals(first, { low: 8, high: 8, ids: 100n });
      },
    );

    await t.step(
      "hear of a conflict what it is, and of nothing else",
      async () => {
        const update = () => query("UPDATE tally SET n = n + 1");
        const outcomes = await Promise.allSettled([
          update(),
          update(),
          update(),
        ]);
        const conflicts = outcomes.flatMap((outcome) =>
          outcome.status === "rejected" ? [outcome.reason] : []
        );
        assert(conflicts.length > 0);
        for (const error of conflicts) {
          assert(error instanceof TrinoError && error.conflict, error.message);
          assert(isCommitConflict(error));
          assertEquals(error.errorName, "ICEBERG_COMMIT_ERROR");
          assertStringIncludes(error.message, "another writer");
        }
        const mistake = await assertRejects(
          () => query("UPDATE tally SET m = 1"),
          TrinoError,
        );
        assert(!isCommitConflict(mistake));
      },
    );

    await t.step("append: readers see whole batches only", async () => {
      await query(`CREATE TABLE batches (batch integer, n integer)
        WITH (partitioning = ARRAY['bucket(n, 2)'])`);
      const digits = range(10).map((n) => `(${n})`).join();
      // The numbers from 1 to 100, in SQL of both engines.
      const numbers = `SELECT 10 * a.n + b.n + 1 AS n
        FROM (VALUES ${digits}) AS a(n), (VALUES ${digits}) AS b(n)`;
      const insert = (batch: number, where = "true") =>
        `INSERT INTO batches SELECT ${batch}, CAST(n AS integer)
          FROM (${numbers}) t WHERE ${where}`;
      const look = async () => {
        const { rows } = await query(
          "SELECT batch, count(*) AS n FROM batches GROUP BY batch",
        );
        return new Map(rows.map(({ batch, n }) => [Number(batch), Number(n)]));
      };
      const sizes = new Map(range(13).map((batch) => [batch, 100]));
      const { result, observations } = await observe(
        runWriters({
          Trino: (batch) => query(insert(batch)),
          Spark: (batch) => spark.sql(insert(batch)),
        }, range(12)),
        { Trino: look },
      );
      assertEquals(result.committed.length, 12);
      assertEquals(observations.at(-1)?.seen.size, 12);
      assertEquals(anomalies(observations, sizes, result.entries), {
        fractured: [],
        stale: [],
        nonMonotonic: [],
      });
      // A batch in two commits is none that is whole at once.
      const halves = async () => {
        await query(insert(12, "n <= 50"));
        await query(insert(12, "n > 50"));
      };
      const torn = await observe(halves(), { Trino: look }, { pauseMs: 0 });
      const { fractured } = anomalies(torn.observations, sizes, []);
      assert(fractured.length > 0);
      assertEquals((await look()).get(12), 100);
    });

    await t.step("are seen before they commit", async () => {
      const watch = await watchObjects(NAMESPACE, "batches");
      await assertRejects(
        () => watch.next({ limitMs: 300 }),
        LakehouseError,
        "Waiting for a new object",
      );
      const { currentSnapshot } = await loadTable(
        catalog(),
        NAMESPACE,
        "batches",
      );
      const writing = spark.sql(`INSERT INTO batches
        SELECT /*+ REPARTITION(20) */ 13, int(id) FROM range(20000)`);
      const { path } = await watch.next({ path: /\.parquet$/ });
      assertStringIncludes(path, "/data/");
      const meanwhile = await loadTable(catalog(), NAMESPACE, "batches");
      assertEquals(meanwhile.currentSnapshot?.id, currentSnapshot?.id);
      await writing;
    });
  }));
