// Single objects, on the running stack.
import { assertEquals, assertRejects } from "@std/assert";
import { LakehouseError } from "../../lib/core/errors.ts";
import { tableObjects } from "../../lab/iceberg/table_objects.ts";
import { copyObject, deleteObject } from "../../lab/iceberg/object_store.ts";
import { query } from "../../lib/trino/client.ts";
import { withNamespace } from "../namespace.ts";

const NAMESPACE = "objects_test";

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
