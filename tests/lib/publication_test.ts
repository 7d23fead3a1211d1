// Nothing is published before it is checked: what readers see, and what is left in
// the store, after faults between the look at the files and the commit.
import {
  assertEquals,
  assertNotEquals,
  assertStringIncludes,
} from "@std/assert";
import { catalog } from "../../lib/catalog/config.ts";
import { loadTable } from "../../lib/catalog/tables.ts";
import { ensureWarehouse } from "../../lib/catalog/warehouses.ts";
import { settings } from "../../lib/core/settings.ts";
import { submitIngest } from "../../lib/spark/ingest.ts";
import { lakeArguments, submit } from "../../lib/spark/submit.ts";
import { listObjects, s3Client } from "../../lib/store/s3.ts";
import { uploadFiles } from "../../lib/store/staging.ts";
import { generateTrips } from "../../lib/trips/generate.ts";
import { ensureTrinoCatalog } from "../../lib/trino/catalog.ts";
import { query } from "../../lib/trino/client.ts";
import { withEnv } from "../support/env.ts";

const TABLE = "publication_test";
const ROWS = 12_000;

type Fault = "dropped" | "replaced" | "removed" | "killed";

/** The last words of an ingest of what the folder holds, in which this happens. */
async function ingestWith(fault: Fault): Promise<string> {
  await uploadFiles();
  const { stagingBucket, table } = settings();
  const client = await s3Client();
  // What takes a file's place.
  await client.copyObject({
    Bucket: stagingBucket,
    CopySource: `${stagingBucket}/${table}/trips-00002.parquet`,
    Key: `${table}/other`,
  }).finally(() => client.destroy());
  let said = "";
  const staging = `s3a://${stagingBucket}/${table}/`;
  const code = await submit({
    script: "../tests/lib/ingest_faults.py",
    args: [fault, "--staging", staging, "--table", table, ...lakeArguments()],
    onLine: (line) => {
      if (/^\{"(ingest|error)": /.test(line)) said = line;
    },
  });
  assertNotEquals(code, 0, said);
  return said;
}

/** Everything in the store that is the table's or an ingest's. */
async function objects(): Promise<string[]> {
  const { stagingBucket, warehouse } = settings();
  const client = await s3Client();
  try {
    const found = [
      ...await Array.fromAsync(listObjects(client, warehouse)),
      ...await Array.fromAsync(listObjects(client, stagingBucket, "_ingests/")),
    ];
    return found.map(({ key }) => key).filter((key) => key.includes(TABLE))
      .sort();
  } finally {
    client.destroy();
  }
}

/** What readers see, and what is there. */
async function seen() {
  const { rows } = await query(
    `SELECT count(*) AS n, (SELECT count(*) FROM "${TABLE}$snapshots") AS snapshots,
      (SELECT count(*) FROM "${TABLE}$refs") AS refs FROM ${TABLE}`,
  );
  const table = await loadTable(catalog(), settings().namespace, TABLE);
  return {
    rows,
    snapshot: table.currentSnapshot?.id,
    columns: table.fields.length,
    objects: await objects(),
  };
}

/** Ids of the ingests that data files are of. */
const ingests = (keys: string[]) =>
  new Set(keys.map((key) => /ingest-[0-9a-f-]{36}/.exec(key)?.[0]))
    .difference(new Set([undefined]));

const lists = (keys: string[]) =>
  keys.filter((key) => /snap-[^/]*\.avro$/.test(key)).length;

/** Each step takes an ingest or two: only the whole has all of them. */
const ignore = !Deno.env.get("TEST_ALL");

Deno.test("an ingest publishes nothing that it has not checked, and leaves nothing behind", async (t) => {
  const dir = await Deno.makeTempDir();
  await withEnv({ TABLE, PARQUET_DIR: dir }, async () => {
    await ensureWarehouse(catalog());
    await ensureTrinoCatalog();
    await generateTrips({ rows: ROWS, dir, rowsPerFile: 5_000 });

    await t.step("where there is no table yet", async () => {
      assertStringIncludes(await ingestWith("dropped"), "Cannot publish");
      assertEquals(await objects(), []);
      await ingestWith("killed");
      assertEquals(ingests(await objects()).size, 1);
      await uploadFiles();
      await submitIngest();
      const after = await seen();
      assertEquals(after.rows, [{ n: 12_000n, snapshots: 1n, refs: 1n }]);
      assertEquals([ingests(after.objects).size, lists(after.objects)], [1, 1]);
    });

    const refusals: [Fault, string[]][] = [
      ["dropped", [
        "12000 rows were staged and 7000 were written",
        "5000 are in trips-00001.parquet and 0 of them were read",
      ]],
      ["replaced", ["trips-00000.parquet was changed meanwhile"]],
      ["removed", ["trips-00000.parquet"]],
    ];
    for (const [fault, words] of refusals) {
      const step = async () => {
        const before = await seen();
        const said = await ingestWith(fault);
        for (const part of words) assertStringIncludes(said, part);
        assertEquals(await seen(), before);
      };
      await t.step({
        name: `a file that is ${fault}`,
        ignore: ignore && fault !== "replaced",
        fn: step,
      });
    }

    await t.step("a kill between the write and the commit", async () => {
      const before = await seen();
      await ingestWith("killed");
      const left = await seen();
      assertEquals({ ...left, objects: [] }, { ...before, objects: [] });
      assertEquals([ingests(left.objects).size, lists(left.objects)], [2, 2]);
      await uploadFiles();
      const { snapshotId } = await submitIngest();
      const after = await seen();
      assertEquals(after.snapshot, snapshotId);
      assertEquals(after.rows, [{ n: 12_000n, snapshots: 2n, refs: 1n }]);
      assertEquals([ingests(after.objects).size, lists(after.objects)], [2, 2]);
      assertEquals(
        before.objects.filter((key) => !after.objects.includes(key)),
        [],
      );
    });

    const otherColumns = async () => {
      await query(`DROP TABLE ${TABLE}`);
      await query(`CREATE TABLE ${TABLE} AS SELECT 1 AS fare`);
      const before = await seen();
      await ingestWith("dropped");
      assertEquals(await seen(), before);
      await uploadFiles();
      await submitIngest();
      const { rows, columns } = await seen();
      assertEquals(rows, [{ n: 12_000n, snapshots: 2n, refs: 1n }]);
      assertEquals(columns, 23);
    };
    await t.step({
      name: "a table of other columns",
      ignore,
      fn: otherColumns,
    });
    await query(`DROP TABLE ${TABLE}`);
  }).finally(() => Deno.remove(dir, { recursive: true }));
});
