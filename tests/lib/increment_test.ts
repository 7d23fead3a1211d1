// What is staged beside what a table holds comes into it once: reruns, kills at each
// step, two ingests at once, files that changed, a table that was set back.
import {
  assertEquals,
  assertNotEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import pl from "nodejs-polars";
import { catalog } from "../../lib/catalog/config.ts";
import { ensureWarehouse } from "../../lib/catalog/warehouses.ts";
import { LakehouseError } from "../../lib/core/errors.ts";
import { settings } from "../../lib/core/settings.ts";
import { type IngestOptions, submitIngest } from "../../lib/spark/ingest.ts";
import { lakeArguments, submit } from "../../lib/spark/submit.ts";
import { listObjects, s3Client } from "../../lib/store/s3.ts";
import { uploadFiles } from "../../lib/store/staging.ts";
import { generateTrips } from "../../lib/trips/generate.ts";
import { ensureTrinoCatalog } from "../../lib/trino/catalog.ts";
import { query } from "../../lib/trino/client.ts";
import { withEnv } from "../support/env.ts";

const TABLE = "increment_test";

type Mode = NonNullable<IngestOptions["mode"]>;

const ingest = async (mode: Mode) => {
  await uploadFiles();
  const { rows, added, held } = await submitIngest({ mode });
  return { rows, added, held };
};

async function refused(mode: Mode, includes: string): Promise<void> {
  const before = await seen();
  const error = await assertRejects(() => ingest(mode), LakehouseError);
  assertStringIncludes(error.message, includes);
  assertEquals(await seen(), before);
}

/** An ingest that is killed at a step. */
async function killed(mode: Mode, step: string): Promise<void> {
  await uploadFiles();
  const { stagingBucket, table } = settings();
  const code = await submit({
    script: "../tests/lib/ingest_faults.py",
    args: [
      ...[`killed ${step}`, "--mode", mode, "--table", table],
      ...["--staging", `s3a://${stagingBucket}/${table}/`, ...lakeArguments()],
    ],
    onLine: () => {},
  });
  assertNotEquals(code, 0);
}

/** What readers see, and what is there beside it. */
async function seen() {
  const { first } = await query(
    `SELECT count(*) AS n, count(DISTINCT unique_key) AS keys, round(sum(fare), 2) AS fares,
      (SELECT count(*) FROM "${TABLE}$snapshots") AS snapshots,
      (SELECT count(*) FROM "${TABLE}$refs") AS refs FROM ${TABLE}`,
  );
  return first;
}

/** Data files in the store that no snapshot of the table has, and records of ingests. */
async function left(): Promise<string[]> {
  const { stagingBucket, warehouse } = settings();
  const client = await s3Client();
  try {
    const { rows } = await query(
      `SELECT DISTINCT file_path FROM "${TABLE}$all_entries", UNNEST(ARRAY[data_file.file_path]) AS t(file_path)`,
    );
    const known = rows.map(({ file_path }) => String(file_path));
    const objects = [
      ...await Array.fromAsync(listObjects(client, warehouse)),
      ...await Array.fromAsync(listObjects(client, stagingBucket, "_ingests/")),
    ].map(({ key }) => key).filter((key) => key.includes(TABLE));
    return objects.filter((key) =>
      (key.endsWith(".parquet") || key.startsWith("_ingests/")) &&
      !known.some((path) => path.endsWith(key))
    );
  } finally {
    client.destroy();
  }
}

/** Each step takes an ingest or two: only the whole has all of them. */
const ignore = !Deno.env.get("TEST_ALL");

Deno.test("what is staged comes into the table once", async (t) => {
  const [dir, others] = [await Deno.makeTempDir(), await Deno.makeTempDir()];
  let files = 0;
  /** A further file with so many trips that no other has. */
  const stage = async (rows: number) => {
    await generateTrips({ rows, dir: others, seed: ++files });
    const name = `more-${files}.parquet`;
    await Deno.copyFile(`${others}/trips-00000.parquet`, `${dir}/${name}`);
    return `${dir}/${name}`;
  };
  await withEnv({ TABLE, PARQUET_DIR: dir }, async () => {
    await ensureWarehouse(catalog());
    await ensureTrinoCatalog();
    await generateTrips({ rows: 10_000, dir, rowsPerFile: 5_000, seed: 99 });

    const whole = (name: string, fn: () => Promise<void>) =>
      t.step({ name, ignore, fn });

    await t.step("a table that is not there yet is made", async () => {
      assertEquals(await ingest("append"), {
        ...{ rows: 10_000, added: 10_000, held: 0 },
      });
    });

    await t.step("a rerun adds nothing, and makes no snapshot", async () => {
      const before = await seen();
      assertEquals(await ingest("append"), {
        ...{ rows: 10_000, added: 0, held: 2 },
      });
      assertEquals(await seen(), before);
    });

    await t.step("a new file is appended by one commit", async () => {
      await stage(1_000);
      assertEquals(await ingest("append"), {
        ...{ rows: 11_000, added: 1_000, held: 2 },
      });
      const { n, keys, snapshots, refs } = await seen();
      assertEquals([n, keys, snapshots, refs], [11_000n, 11_000n, 2n, 1n]);
    });

    const kills: [Mode, string][] = [
      ["append", "append after"],
      ["append", "__enter__ after"],
      ["append", "publish"],
      ["append", "publish after"],
      ["append", "_remove_left after"],
      ["merge", "_write after"],
      ["merge", "merge after"],
      ["merge", "publish after"],
    ];
    for (const [index, [mode, step]] of kills.entries()) {
      const rerun = async () => {
        const before = await seen();
        await stage(100);
        await killed(mode, step);
        const isPublished = step === "publish after";
        const between = await seen();
        assertEquals(between.n, before.n as bigint + (isPublished ? 100n : 0n));
        await ingest("append");
        const after = await seen();
        assertEquals(after.n, before.n as bigint + 100n);
        assertEquals(after.keys, after.n);
        assertEquals(after.snapshots, before.snapshots as bigint + 1n);
        assertEquals(after.refs, 1n);
        assertEquals(await left(), []);
      };
      await t.step({
        name: `${mode}, killed at ${step}, and again`,
        ignore: ignore && index > 0,
        fn: rerun,
      });
    }

    await t.step("two at once add each file once", async () => {
      const before = await seen();
      await stage(500);
      await uploadFiles();
      const both = await Promise.all([
        submitIngest({ mode: "append" }),
        submitIngest({ mode: "append" }),
      ]);
      assertEquals(both.map(({ added }) => added).sort(), [0, 500]);
      const after = await seen();
      assertEquals([after.n, after.refs], [before.n as bigint + 500n, 1n]);
      assertEquals(await left(), []);
    });

    await t.step(
      "a file that changed is refused, or its rows win",
      async () => {
        const path = await stage(300);
        await ingest("append");
        const before = await seen();
        const trips = pl.readParquet(path);
        trips.withColumns(pl.lit(7.25).cast(pl.Float64).alias("fare"))
          .writeParquet(path);
        await refused("append", "it holds rows of another more-");
        assertEquals((await ingest("merge")).added, 300);
        const after = await seen();
        assertEquals([after.n, after.keys], [before.n, before.keys]);
        const { first } = await query(
          `SELECT count(*) AS n FROM ${TABLE} WHERE fare = 7.25`,
        );
        assertEquals((first.n as bigint) >= 300n, true);
        assertNotEquals(after.fares, before.fares);
        assertEquals((await ingest("merge")).added, 0);
      },
    );

    await whole("trips that share a key are not merged", async () => {
      const path = await stage(50);
      const trips = pl.readParquet(path);
      pl.concat([trips, trips]).writeParquet(path);
      await refused("merge", "2 staged rows have the unique_key");
      await Deno.remove(path);
    });

    await whole(
      "a table that was set back takes its files again",
      async () => {
        const before = await seen();
        await stage(200);
        await ingest("append");
        const { first } = await query(
          `SELECT snapshot_id FROM "${TABLE}$history" ORDER BY made_current_at DESC OFFSET 1 LIMIT 1`,
        );
        await query(
          `ALTER TABLE ${TABLE} EXECUTE rollback_to_snapshot(snapshot_id => ${first.snapshot_id})`,
        );
        assertEquals((await seen()).n, before.n);
        assertEquals((await ingest("append")).added, 200);
        assertEquals((await seen()).n, before.n as bigint + 200n);
      },
    );

    await t.step("compaction keeps what a table holds known", async () => {
      const before = await seen();
      await query(`ALTER TABLE ${TABLE} EXECUTE optimize`);
      assertEquals((await ingest("append")).added, 0);
      assertEquals((await seen()).n, before.n);
    });

    await whole(
      "where nothing says what a table holds, nothing is appended",
      async () => {
        const before = await seen();
        await query(`CREATE TABLE copy_of_it AS SELECT * FROM ${TABLE}`);
        await query(`DROP TABLE ${TABLE}`);
        await query(`ALTER TABLE copy_of_it RENAME TO ${TABLE}`);
        await refused("append", "no snapshot it has says which staged files");
        await ingest("merge");
        const after = await seen();
        assertEquals([after.n, after.keys], [before.n, before.keys]);
        assertEquals((await ingest("append")).added, 0);
      },
    );
    await query(`DROP TABLE ${TABLE}`);
  }).finally(async () => {
    await Deno.remove(dir, { recursive: true });
    await Deno.remove(others, { recursive: true });
  });
});
