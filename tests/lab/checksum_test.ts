// One checksum, four readers: Trino, Spark, DuckDB, and TypeScript alone.
import {
  assertEquals,
  assertNotEquals,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { catalog } from "../../lib/catalog/config.ts";
import { loadTable } from "../../lib/catalog/tables.ts";
import { checksumSql, tableChecksum } from "../../lab/engines/checksum.ts";
import { checksumEverywhere } from "../../lab/engines/checksum_everywhere.ts";
import { duckdb } from "../../lab/engines/duckdb/duckdb.ts";
import { LakehouseError } from "../../lib/core/errors.ts";
import { tableTree } from "../../lab/iceberg/snapshots.ts";
import { readRows } from "../../lab/iceberg/rows.ts";
import { copyObject } from "../../lab/iceberg/object_store.ts";
import {
  type SparkSession,
  sparkSession,
} from "../../lab/engines/spark_session.ts";
import { query } from "../../lib/trino/client.ts";
import { withNamespace } from "../support/namespace.ts";

const NAMESPACE = "checksum_test";

async function checksums(spark: SparkSession, at?: bigint) {
  const table = await loadTable(catalog(), NAMESPACE, "kinds");
  const fields = at === undefined
    ? table.fields
    : (await tableTree(NAMESPACE, "kinds", { at })).schema.fields;
  const from = `${NAMESPACE}.kinds${
    at === undefined ? "" : ` FOR VERSION AS OF ${at}`
  }`;
  const tree = await tableTree(NAMESPACE, "kinds", at ? { at } : {});
  await using db = await duckdb({ kinds: tree });
  const trino = await query(checksumSql("trino", fields, from));
  const inSpark = await spark.sql(checksumSql("spark", fields, from));
  const inDuckdb = await db.sql(checksumSql("duckdb", fields, "kinds"));
  const own = await tableChecksum(tree);
  return [trino.first, inSpark.first, inDuckdb.first].map((first) => ({
    rows: Number(first.row_count),
    checksum: BigInt(String(first.checksum)),
  })).concat(own);
}

/** The one checksum that all four have. */
async function common(spark: SparkSession, at?: bigint) {
  const [first, ...others] = await checksums(spark, at);
  for (const other of others) assertEquals(other, first);
  return first!;
}

Deno.test("a checksum over all columns", async (t) => {
  await withNamespace(NAMESPACE, async () => {
    await using spark = await sparkSession();
    await query(`CREATE TABLE kinds (id bigint, small integer, name varchar,
      other varchar, at timestamp(6) with time zone, local timestamp(6), day date,
      ratio double, f real, ok boolean)`);

    await t.step("is 0 for no rows", async () => {
      assertEquals(await common(spark), { rows: 0, checksum: 0n });
    });

    await query(`INSERT INTO kinds VALUES
      (9223372036854775807, -2147483648, 'it''s "ü", 🚕', '', TIMESTAMP '2024-03-05 13:45:00.123456 UTC',
        TIMESTAMP '1969-12-31 23:59:59.999999', DATE '0001-01-01', 0.1, REAL '0.1', true),
      (-1, 0, '~', '1:a', TIMESTAMP '1969-12-31 23:59:59.999999 UTC',
        TIMESTAMP '9999-12-31 23:59:59.999999', DATE '9999-12-31', -1e-300, REAL '-3.5', false),
      (1, 1, '', NULL, TIMESTAMP '0001-01-01 00:00:00.000001 UTC', TIMESTAMP '1970-01-01 00:00:00',
        DATE '1970-01-01', nan(), REAL 'NaN', NULL),
      (2, 2, 'a', 'b,1:c', NULL, NULL, NULL, -0e0, REAL '-0', NULL),
      (3, 3, 'line\nbreak', 'x', NULL, NULL, NULL, infinity(), REAL '-Infinity', NULL),
      (4, 4, 'y', 'x', NULL, NULL, NULL, 5e-324, REAL '1e-45', NULL),
      (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)`);

    await t.step(
      "is the same for Trino, Spark, DuckDB and TypeScript",
      async () => {
        assertEquals((await common(spark)).rows, 7);
      },
    );

    await t.step("changes with the least change of any one value", async () => {
      const before = await loadTable(catalog(), NAMESPACE, "kinds");
      const original = await common(spark);
      const seen = new Set([original.checksum]);
      const changes = [
        "id = 9223372036854775806 WHERE id = 9223372036854775807",
        "small = 5 WHERE id = 4",
        "name = 'Y' WHERE id = 4",
        "other = NULL WHERE other = ''",
        "at = at - INTERVAL '0.001' SECOND WHERE id = -1",
        "local = TIMESTAMP '9999-12-31 23:59:59.999998' WHERE id = -1",
        "day = DATE '1970-01-02' WHERE id = 1",
        "ratio = 0e0 WHERE id = 2",
        "ratio = 1e-323 WHERE id = 4",
        "f = REAL '0' WHERE id = 2",
        "ok = false WHERE ok",
        // The same values in other places.
        "name = other, other = name WHERE id = 3",
      ];
      for (const change of changes) {
        await query(`UPDATE kinds SET ${change}`);
        const { rows, checksum } = await common(spark);
        assertEquals(rows, 7);
        assertEquals(seen.has(checksum), false, change);
        seen.add(checksum);
      }
      assertEquals(
        await common(spark, before.currentSnapshot!.id),
        original,
      );
    });

    await t.step("counts rows that are alike", async () => {
      const before = await common(spark);
      await query("INSERT INTO kinds SELECT * FROM kinds WHERE id = 3");
      await query("INSERT INTO kinds SELECT * FROM kinds WHERE id = 3 LIMIT 1");
      const after = await common(spark);
      assertEquals(after.rows, 9);
      assertNotEquals(after.checksum, before.checksum);
    });

    await t.step(
      "follows columns that are renamed, widened, added and dropped",
      async () => {
        await query("ALTER TABLE kinds RENAME COLUMN name TO title");
        await query(
          "ALTER TABLE kinds ALTER COLUMN small SET DATA TYPE bigint",
        );
        await query("ALTER TABLE kinds ALTER COLUMN f SET DATA TYPE double");
        await query("ALTER TABLE kinds DROP COLUMN other");
        await query("ALTER TABLE kinds ADD COLUMN name varchar");
        await query("INSERT INTO kinds (id, name) VALUES (5, 'new')");
        assertEquals((await common(spark)).rows, 10);
      },
    );

    await t.step("is asked everywhere at once, of any snapshot", async () => {
      const { snapshots } = await loadTable(catalog(), NAMESPACE, "kinds");
      for (const at of [snapshots[0]!.id, snapshots.at(-1)!.id]) {
        const { rows, checksum } = await common(spark, at);
        assertEquals(
          await checksumEverywhere(NAMESPACE, "kinds", { at }),
          ["Trino", "Spark", "DuckDB", "TypeScript"].map((reader) => ({
            ...{ reader, rows: BigInt(rows), checksum },
          })),
        );
      }
    });
  });
});

Deno.test("readRows() has the values that Trino has", async () => {
  await withNamespace(NAMESPACE, async () => {
    await query(`CREATE TABLE kinds AS SELECT * FROM (VALUES
      (1, BIGINT '9007199254740993', 'a', TIMESTAMP '2024-03-05 13:45:00.123456 UTC', DATE '2024-02-29', 0.1e0, REAL '0.1', true),
      (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
      (3, 3, 'c', NULL, NULL, NULL, NULL, false))
      AS t (id, big, name, at, day, ratio, f, ok)`);
    await query("DELETE FROM kinds WHERE id = 3");
    const tree = await tableTree(NAMESPACE, "kinds");
    const rows = (await Array.fromAsync(readRows(tree))).flat();
    assertEquals(rows, (await query("SELECT * FROM kinds ORDER BY id")).rows);
    const some = await Array.fromAsync(
      readRows(tree, { columns: ["big", "id"] }),
    );
    assertEquals(some.flat()[0], { big: 9007199254740993n, id: 1 });
    await assertRejects(
      () => Array.fromAsync(readRows(tree, { columns: ["fare"] })),
      LakehouseError,
      'Cannot read the column "fare"',
    );
    const [file] = tree.manifests.flatMap(({ files }) => files);
    await copyObject(tree.manifestList!.path, file!.path);
    await assertRejects(
      () => Array.fromAsync(readRows(tree)),
      LakehouseError,
      `Cannot read ${file!.path}: it is damaged`,
    );
  });
});

Deno.test("checksumSql() refuses what has no text in common", () => {
  for (const type of ["decimal(9, 2)", "binary", { type: "list" }]) {
    assertThrows(
      () => checksumSql("spark", [{ name: "x", type }], "t"),
      LakehouseError,
      'over the column "x"',
    );
  }
});
