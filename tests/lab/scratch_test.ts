// A namespace that notebooks may do anything in, on the running stack.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { catalog } from "../../lib/catalog/config.ts";
import {
  createNamespace,
  dropNamespace,
  listNamespaces,
} from "../../lab/catalog/namespaces.ts";
import { ensureWarehouse } from "../../lib/catalog/warehouses.ts";
import { listTables } from "../../lab/catalog/tables.ts";
import { loadTable } from "../../lib/catalog/tables.ts";
import { listViews } from "../../lab/catalog/views.ts";
import { LakehouseError } from "../../lib/core/errors.ts";
import { objectReader } from "../../lab/iceberg/object_store.ts";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { s3Client } from "../../lib/store/s3.ts";
import { removeScratch, scratchNamespace } from "../../lab/trials/scratch.ts";
import { query } from "../../lib/trino/client.ts";

const NAME = "scratch_test";

async function objectsUnder(location: string): Promise<string[]> {
  const reader = await objectReader(AbortSignal.timeout(30_000));
  try {
    return (await reader.list(`${location}/`)).map(({ path }) => path);
  } finally {
    reader.close();
  }
}

Deno.test("a scratch namespace begins empty and leaves nothing behind", async () => {
  await ensureWarehouse(catalog());
  const lab = await scratchNamespace(NAME);
  try {
    await query(`CREATE TABLE ${lab}.numbers AS SELECT 1 AS one`);
    await query(`CREATE VIEW ${lab}.ones AS SELECT one FROM ${lab}.numbers`);
    const { location } = await loadTable(catalog(), lab, "numbers");
    const client = await s3Client();
    const [, bucket, key] = location.match(/^s3:\/\/([^/]+)\/(.+)$/)!;
    await client.send(
      new PutObjectCommand({
        Bucket: bucket,
        Key: `${key}/data/orphan.parquet`,
        Body: "left by a writer that died",
      }),
    );
    client.destroy();
    await scratchNamespace(NAME);
    assertEquals(await listTables(catalog(), lab), []);
    assertEquals(await listViews(catalog(), lab), []);
    assertEquals(await objectsUnder(location), []);
    await query(`CREATE TABLE ${lab}.again AS SELECT 1 AS one`);
    assertEquals((await removeScratch(lab)).tables, 1);
    const left = (await listNamespaces(catalog())).map(String);
    assert(!left.includes(NAME), left.join());
  } finally {
    await removeScratch(NAME);
  }
});

Deno.test("somebody else's namespace is not emptied", async () => {
  const theirs = `${NAME}_theirs`;
  await ensureWarehouse(catalog());
  await createNamespace(catalog(), theirs);
  try {
    for (const action of [scratchNamespace, removeScratch]) {
      await assertRejects(
        () => action(theirs),
        LakehouseError,
        "it was not made by these notebooks",
      );
    }
  } finally {
    await dropNamespace(catalog(), theirs);
  }
});
