// Files that come into a table as they are: the same rows for every reader, none twice,
// and nothing that would be read as something else.
import {
  assert,
  assertEquals,
  assertNotEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import pl from "nodejs-polars";
import { checksumEverywhere } from "../../lab/engines/checksum_everywhere.ts";
import { copyObject } from "../../lab/iceberg/object_store.ts";
import { tableTree } from "../../lab/iceberg/snapshots.ts";
import { filesOf } from "../../lab/iceberg/tree.ts";
import { catalog } from "../../lib/catalog/config.ts";
import { ensureWarehouse } from "../../lib/catalog/warehouses.ts";
import { LakehouseError } from "../../lib/core/errors.ts";
import { settings } from "../../lib/core/settings.ts";
import { type IngestOptions, submitIngest } from "../../lib/spark/ingest.ts";
import { stagedFiles, uploadFiles } from "../../lib/store/staging.ts";
import { generateTrips } from "../../lib/trips/generate.ts";
import { ensureTrinoCatalog } from "../../lib/trino/catalog.ts";
import { query } from "../../lib/trino/client.ts";
import { withEnv } from "../support/env.ts";

const TABLE = "register_test";

async function refused(includes: string, options: IngestOptions = {}) {
  await uploadFiles();
  const error = await assertRejects(
    () => submitIngest({ register: true, ...options }),
    LakehouseError,
  );
  assertStringIncludes(error.message, includes);
}

Deno.test("staged files become a table's own as they are", async (t) => {
  const dir = await Deno.makeTempDir();
  await withEnv({ TABLE, PARQUET_DIR: dir }, async () => {
    const { namespace } = settings();
    await ensureWarehouse(catalog());
    await ensureTrinoCatalog();
    await generateTrips({ rows: 15_000, dir, rowsPerFile: 5_000 });
    await uploadFiles();
    /** Rows, sum and kinds by every engine, which agree. */
    const checksum = async () => {
      const readers = await checksumEverywhere(namespace, TABLE);
      const sums = readers.map(({ rows, checksum }) => `${rows} ${checksum}`);
      assertEquals(new Set(sums).size, 1, sums.join());
      return sums[0];
    };

    await t.step(
      "every reader sees the rows that are written anew",
      async () => {
        const { rows } = await submitIngest();
        const rewritten = await checksum();
        const registered = await submitIngest({ register: true });
        assertEquals([registered.rows, registered.added, rows], [
          ...[15_000, 15_000, 15_000],
        ]);
        assertEquals(registered.files, 3);
        const staged = await stagedFiles();
        assertEquals(
          registered.bytes,
          staged.reduce((sum, { size }) => sum + size, 0),
        );
        assertEquals(await checksum(), rewritten);
        const tree = await tableTree(namespace, TABLE);
        assertEquals(
          filesOf(tree).map(({ bytes }) => bytes).sort(),
          staged.map(({ size }) => size).sort(),
        );
        const { first } = await query(
          `SELECT count(*) AS n, count(DISTINCT unique_key) AS keys FROM ${TABLE}`,
        );
        assertEquals(first, { n: 15_000n, keys: 15_000n });
      },
    );

    await t.step("statistics let a query skip files", async () => {
      const tree = await tableTree(namespace, TABLE);
      for (const { rows, columns } of filesOf(tree)) {
        const start = columns.find(({ name }) =>
          name === "trip_start_timestamp"
        );
        assert(start?.lower && start.upper && start.values === rows);
      }
    });

    await t.step(
      "a rerun adds nothing; a further file is appended",
      async () => {
        const again = await submitIngest({ mode: "append", register: true });
        assertEquals([again.added, again.held], [0, 3]);
        const more = await Deno.makeTempDir();
        await generateTrips({ rows: 400, dir: more, seed: 5 });
        await Deno.copyFile(
          `${more}/trips-00000.parquet`,
          `${dir}/more.parquet`,
        );
        await Deno.remove(more, { recursive: true });
        await uploadFiles();
        const added = await submitIngest({ mode: "append", register: true });
        assertEquals([added.added, added.rows, added.files], [400, 15_400, 1]);
        await checksum();
      },
    );

    await t.step(
      "what would be read as something else is refused",
      async () => {
        const before = await query(
          `SELECT count(*) AS n FROM "${TABLE}$snapshots"`,
        );
        const path = `${dir}/more.parquet`;
        const whole = await Deno.readFile(path);
        const trips = pl.readParquet(path);
        trips.withColumns(pl.col("trip_seconds").cast(pl.Int32))
          .writeParquet(path);
        await refused(
          'column "trip_seconds" is int32, not as the table has its long',
        );
        trips.withColumns(
          pl.col("trip_start_timestamp").cast(pl.Datetime("ms")),
        )
          .writeParquet(path);
        await refused('column "trip_start_timestamp" is int64');
        await Deno.writeFile(path, whole);
        await uploadFiles();
        assertEquals(
          (await query(`SELECT count(*) AS n FROM "${TABLE}$snapshots"`)).first,
          before.first,
        );
      },
    );

    await t.step("files with another table's numbers are refused", async () => {
      // What a table consists of has its numbers.
      const other = `${TABLE}_other`;
      await query(
        `CREATE TABLE ${other} AS SELECT trip_total AS taxi_total, * FROM ${TABLE} LIMIT 10`,
      );
      const [file] = filesOf(await tableTree(namespace, other));
      assertNotEquals(file, undefined);
      await copyObject(
        file!.path,
        `s3://${settings().stagingBucket}/${TABLE}/numbered.parquet`,
      );
      const error = await assertRejects(
        () => submitIngest({ register: true }),
        LakehouseError,
      );
      assertStringIncludes(error.message, "have numbers of another table's");
      await uploadFiles();
      await query(`DROP TABLE ${other}`);
    });

    await t.step("a partitioned table is not registered into", async () => {
      await query(
        `ALTER TABLE ${TABLE} SET PROPERTIES partitioning = ARRAY['payment_type']`,
      );
      await Deno.copyFile(`${dir}/more.parquet`, `${dir}/again.parquet`);
      await refused("the table is partitioned", { mode: "append" });
    });
    await query(`DROP TABLE ${TABLE}`);
  }).finally(() => Deno.remove(dir, { recursive: true }));
});
