// Names that have to be quoted, in every engine and over REST.
import { assertEquals } from "@std/assert";
import { duckdb } from "../../lab/engines/duckdb/duckdb.ts";
import { checksumEverywhere } from "../../lab/engines/checksum_everywhere.ts";
import { askBoth } from "../../lab/engines/comparison.ts";
import { sparkSession } from "../../lab/engines/spark_session.ts";
import { tableTree } from "../../lab/iceberg/snapshots.ts";
import { removeScratch } from "../../lab/trials/scratch.ts";
import { catalog } from "../../lib/catalog/config.ts";
import { loadTable } from "../../lib/catalog/tables.ts";
import { ensureWarehouse } from "../../lib/catalog/warehouses.ts";
import { submitIngest } from "../../lib/spark/ingest.ts";
import { uploadFiles } from "../../lib/store/staging.ts";
import { ensureTrinoCatalog } from "../../lib/trino/catalog.ts";
import { query } from "../../lib/trino/client.ts";
import { tripsByCompany } from "../../lab/engines/queries.ts";
import { sql } from "../../lib/trino/sql.ts";
import { generateTrips } from "../../lib/trips/generate.ts";
import { withEnv } from "../support/env.ts";

for (
  const [NAMESPACE, TABLE] of [
    ["chicago-2024", "order"],
    ["2024", "a-b"],
  ] as const
) {
  Deno.test(`trips are ingested and read as ${NAMESPACE}.${TABLE}`, async () => {
    const dir = await Deno.makeTempDir();
    await withEnv({ NAMESPACE, TABLE, PARQUET_DIR: dir }, async () => {
      await ensureWarehouse(catalog());
      await ensureTrinoCatalog();
      await generateTrips({ rows: 2_000, dir });
      await uploadFiles();
      try {
        const { rows, table } = await submitIngest();
        assertEquals([rows, table], [2_000, `${NAMESPACE}.${TABLE}`]);
        const { fields } = await loadTable(catalog(), NAMESPACE, TABLE);
        assertEquals(fields.length, 23);
        assertEquals((await query(tripsByCompany())).rows.length, 10);
        const tree = await tableTree(NAMESPACE, TABLE);
        await using db = await duckdb({ [TABLE]: tree });
        const { first } = await db.sql(
          sql`SELECT count(*) AS n FROM ${sql.id(TABLE)}`,
        );
        assertEquals(first.n, 2_000n);
        await using spark = await sparkSession({ name: NAMESPACE });
        const counted = await spark.sql(
          sql`SELECT count(*) AS n FROM ${sql.id(TABLE)}`,
        );
        assertEquals(counted.first.n, 2_000n);
        await using _main = await sparkSession();
        const both = await askBoth(sql`SELECT count(*) AS n
          FROM ${
          sql.table(`${NAMESPACE}.${TABLE}`)
        } WHERE company <> ${"O'H"}`);
        assertEquals([both.agree, (both.first.n as bigint) > 0n], [true, true]);
        const readers = await checksumEverywhere(NAMESPACE, TABLE);
        assertEquals(new Set(readers.map(({ checksum }) => checksum)).size, 1);
      } finally {
        await removeScratch(NAMESPACE).catch(() => {});
        await Deno.remove(dir, { recursive: true });
      }
    });
  });
}
