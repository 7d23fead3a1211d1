// Objects of a table, on the running stack.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { LakehouseError } from "../../lib/core/errors.ts";
import { tableObjects, tableState } from "../../lab/iceberg/table_objects.ts";
import { copyObject, deleteObject } from "../../lab/iceberg/object_store.ts";
import { query } from "../../lib/trino/client.ts";
import { withNamespace } from "../support/namespace.ts";

const NAMESPACE = "table_objects_test";

Deno.test("objects are copied and deleted by their addresses", async () => {
  await withNamespace(NAMESPACE, async () => {
    await query(`CREATE TABLE kinds WITH (partitioning = ARRAY['kind'])
      AS SELECT 'a/b ü%=c+d' AS kind`);
    const before = await tableObjects(NAMESPACE, "kinds");
    const data = before.objects.find(({ role }) => role === "data")!;
    const copy = `${data.path}.copy`;
    await copyObject(data.path, copy);
    const { objects } = await tableObjects(NAMESPACE, "kinds");
    assertEquals(
      objects.filter(({ role }) => role === "orphan")
        .map(({ path, bytes }) => [path, bytes]),
      [[copy, data.bytes]],
    );
    await deleteObject(copy);
    assertEquals(
      (await tableObjects(NAMESPACE, "kinds")).objects,
      before.objects,
    );
    await assertRejects(
      () => copyObject(copy, data.path),
      LakehouseError,
      `Cannot copy ${copy}`,
    );
  });
});

Deno.test("a table's state counts its files, deletes, manifests and snapshots", () =>
  withNamespace(NAMESPACE, async () => {
    await query(`CREATE TABLE ${NAMESPACE}.t AS SELECT 1 AS n`);
    await query(`INSERT INTO ${NAMESPACE}.t VALUES 2, 3`);
    const two = await tableState(NAMESPACE, "t");
    assertEquals(
      [two.dataFiles, two.rows, two.deleteFiles, two.manifests, two.snapshots],
      [2, 3, 0, 2, 2],
    );
    await query(`DELETE FROM ${NAMESPACE}.t WHERE n = 3`);
    const after = await tableState(NAMESPACE, "t");
    assertEquals([after.deleteFiles, after.orphans], [1, 0]);
    // One file of deletes, its manifest, a manifest list and a metadata file.
    assert(after.objects >= two.objects + 4, `${after.objects} objects`);
  }));
