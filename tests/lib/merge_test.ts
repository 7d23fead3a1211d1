// What merge() writes anew keeps the order it had, by which engines skip; what nobody
// replaces stays as it is, whatever was deleted of it stays away.
import { assertEquals, assertRejects } from "@std/assert";
import pl from "nodejs-polars";
import { sparkSession } from "../../lab/engines/spark_session.ts";
import { catalog } from "../../lib/catalog/config.ts";
import { ensureWarehouse } from "../../lib/catalog/warehouses.ts";
import { LakehouseError } from "../../lib/core/errors.ts";
import { settings } from "../../lib/core/settings.ts";
import { submitIngest } from "../../lib/spark/ingest.ts";
import { lakeArguments, submit } from "../../lib/spark/submit.ts";
import { uploadFiles } from "../../lib/store/staging.ts";
import { generateTrips } from "../../lib/trips/generate.ts";
import { ensureTrinoCatalog } from "../../lib/trino/catalog.ts";
import { query } from "../../lib/trino/client.ts";
import { withEnv } from "../support/env.ts";

const TABLE = "merge_test";

/** Merges what is staged, as if its keys were too many to hold. */
async function mergeMany(): Promise<void> {
  await uploadFiles();
  const { stagingBucket, table } = settings();
  const code = await submit({
    script: "../tests/lib/ingest_faults.py",
    args: [
      ...["many keys", "--mode", "merge", "--table", table],
      ...["--staging", `s3a://${stagingBucket}/${table}/`, ...lakeArguments()],
    ],
    onLine: () => {},
  });
  assertEquals(code, 0);
}

async function mergeFew(): Promise<void> {
  await uploadFiles();
  await submitIngest({ mode: "merge" });
}

/** Each data file's first and last time, and the rows that are there. */
async function files() {
  const { rows } = await query(
    `SELECT "$path" AS path, min(trip_start_timestamp) AS first, max(trip_start_timestamp) AS last,
       count(*) AS n FROM ${TABLE} GROUP BY 1 ORDER BY 2, 4`,
  );
  return rows.map(({ path, first, last, n }) => ({
    path: String(path),
    first: String(first),
    last: String(last),
    n: Number(n),
  }));
}

const byFare = async () => {
  const { first } = await query(
    `SELECT count(*) AS n, count(DISTINCT unique_key) AS keys, count_if(fare = 7.25) AS such FROM ${TABLE}`,
  );
  return [first.n, first.keys, first.such].map(Number);
};

for (
  const [keys, merge] of Object.entries({ few: mergeFew, many: mergeMany })
) {
  Deno.test(`a few corrections of many files, ${keys} keys, leave each in its order`, async () => {
    const dir = await Deno.makeTempDir();
    await withEnv({ TABLE, PARQUET_DIR: dir }, async () => {
      await ensureWarehouse(catalog());
      await ensureTrinoCatalog();
      await generateTrips({ rows: 20_000, dir, rowsPerFile: 4_000, seed: 7 });
      await uploadFiles();
      await submitIngest();
      const before = await files();
      assertEquals(before.length, 5);

      // The last file has none, and another loses one by another engine.
      const names = ["0", "1", "2", "3"].map((n) =>
        `${dir}/trips-0000${n}.parquet`
      );
      const changed = pl.concat(
        names.map((name) => pl.readParquet(name).slice(1_000, 1)),
      );
      const fresh = pl.readParquet(names[0]!).slice(0, 3).withColumns(
        pl.concatString([pl.col("unique_key"), pl.lit("-new")]).alias(
          "unique_key",
        ),
      );
      pl.concat([changed, fresh])
        .withColumns(pl.lit(7.25).cast(pl.Float64).alias("fare"))
        .writeParquet(`${dir}/corrections.parquet`);
      const gone = pl.readParquet(names[2]!).slice(2_000, 1).getColumn(
        "unique_key",
      ).get(0);
      await query(`DELETE FROM ${TABLE} WHERE unique_key = '${gone}'`);
      const [rows, , such] = await byFare();
      assertEquals(rows, 19_999);
      const inThose = await query(
        `SELECT count_if(fare = 7.25) AS n FROM ${TABLE} WHERE unique_key IN (${
          changed.getColumn("unique_key").toArray().map((key) => `'${key}'`)
            .join(", ")
        })`,
      );

      await merge();
      assertEquals(await byFare(), [
        ...[20_002, 20_002, such! + 7 - Number(inThose.first.n)],
      ]);
      const after = await files();
      // Four are written anew without a row each, one stays, one is of the corrections.
      assertEquals(
        after.map(({ n }) => n).toSorted((a, b) => a - b),
        [7, 3_998, 3_999, 3_999, 3_999, 4_000],
      );
      const last = before.at(-1)!;
      assertEquals(after.find(({ path }) => path === last.path), last);
      const those = after.filter(({ n }) => n > 7);
      those.slice(1).forEach(({ first }, i) =>
        assertEquals(
          first >= those[i]!.last,
          true,
          `${first} < ${those[i]!.last}`,
        )
      );
      const { first: said } = await query(
        `SELECT operation FROM "${TABLE}$snapshots" ORDER BY committed_at DESC LIMIT 1`,
      );
      assertEquals(said.operation, "overwrite");
      assertEquals((await submitIngest({ mode: "merge" })).added, 0);
      await query(`DROP TABLE ${TABLE}`);
    }).finally(() => Deno.remove(dir, { recursive: true }));
  });
}

Deno.test("of a key that the table has twice one row is left, and no column is emptied", async () => {
  const dir = await Deno.makeTempDir();
  await withEnv({ TABLE, PARQUET_DIR: dir }, async () => {
    await ensureWarehouse(catalog());
    await ensureTrinoCatalog();
    await generateTrips({ rows: 1_000, dir, seed: 8 });
    await uploadFiles();
    await submitIngest();
    const path = `${dir}/trips-00000.parquet`;
    const key = pl.readParquet(path).getColumn("unique_key").get(500);
    await query(
      `INSERT INTO ${TABLE} SELECT * FROM ${TABLE} WHERE unique_key = '${key}'`,
    );
    assertEquals((await byFare()).slice(0, 2), [1_001, 1_000]);
    pl.readParquet(path).slice(500, 1)
      .withColumns(pl.lit(7.25).cast(pl.Float64).alias("fare"))
      .writeParquet(`${dir}/one.parquet`);
    await mergeFew();
    assertEquals((await byFare()).slice(0, 2), [1_000, 1_000]);

    await query(`ALTER TABLE ${TABLE} ADD COLUMN note varchar`);
    await query(
      `UPDATE ${TABLE} SET note = 'kept' WHERE unique_key = '${key}'`,
    );
    pl.readParquet(path).slice(500, 2).writeParquet(`${dir}/two.parquet`);
    await assertRejects(mergeFew, LakehouseError, "such as note");
    const { first } = await query(
      `SELECT count(note) AS notes, (SELECT count(*) FROM "${TABLE}$refs") AS refs FROM ${TABLE}`,
    );
    assertEquals([first.notes, first.refs], [1n, 1n]);
    await query(`DROP TABLE ${TABLE}`);
  }).finally(() => Deno.remove(dir, { recursive: true }));
});

Deno.test("in a table of format 3 the rows that stay are the same rows", async () => {
  const dir = await Deno.makeTempDir();
  await withEnv({ TABLE, PARQUET_DIR: dir }, async () => {
    await ensureWarehouse(catalog());
    await generateTrips({ rows: 1_000, dir, seed: 8 });
    await uploadFiles();
    await using spark = await sparkSession({ name: "merge_test" });
    await spark.ingest();
    await spark.sql(
      `ALTER TABLE ${TABLE} SET TBLPROPERTIES ('format-version' = '3')`,
    );
    // An upgrade gives ids to what is written from then on.
    await spark.sql(`INSERT OVERWRITE ${TABLE} SELECT * FROM ${TABLE}`);
    const ids = async () => {
      const { rows } = await spark.sql(
        `SELECT unique_key AS key, _row_id AS id FROM ${TABLE}`,
      );
      return new Map(rows.map(({ key, id }) => [String(key), id]));
    };
    const before = await ids();
    assertEquals(before.size, 1_000);
    const one = pl.readParquet(`${dir}/trips-00000.parquet`).slice(500, 1);
    one.writeParquet(`${dir}/one.parquet`);
    await uploadFiles();
    await spark.ingest({ mode: "merge" });
    const after = await ids();
    const key = String(one.getColumn("unique_key").get(0));
    assertEquals(
      [...after].filter(([key, id]) => before.get(key) !== id).map(([key]) =>
        key
      ),
      [key],
    );
    await spark.sql(`DROP TABLE ${TABLE}`);
  }).finally(() => Deno.remove(dir, { recursive: true }));
});
