// A namespace that notebooks may do anything in, on the running stack.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { callWarehouse, catalog } from "../../lib/catalog/config.ts";
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

Deno.test("a table made where another's lies takes no file of it along", async () => {
  const theirs = `${NAME}_kept`;
  await ensureWarehouse(catalog());
  const lab = await scratchNamespace(NAME);
  await scratchNamespace(theirs);
  try {
    await query(`CREATE TABLE ${theirs}.numbers AS SELECT 1 AS one`);
    const { location } = await loadTable(catalog(), theirs, "numbers");
    const fields = [{ id: 1, name: "one", required: false, type: "int" }];
    await callWarehouse(catalog(), {
      endpoint: "POST /v1/{prefix}/namespaces/{namespace}/tables",
      values: { namespace: lab },
      body: { name: "same", location, schema: { type: "struct", fields } },
      what: "Cannot create the table",
    }, {});
    const before = await objectsUnder(location);
    assertEquals((await removeScratch(lab)).tables, 1);
    // Nothing of theirs is gone; what the other table wrote there may stay.
    const after = await objectsUnder(location);
    assertEquals(before.filter((path) => !after.includes(path)), []);
    const { first } = await query(`SELECT one FROM ${theirs}.numbers`);
    assertEquals(first.one, 1);
  } finally {
    await removeScratch(NAME);
    await removeScratch(theirs);
  }
});
