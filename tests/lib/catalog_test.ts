// The catalog client against the stack that the settings name.

import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import type { S3 } from "@aws-sdk/client-s3";
import {
  callCatalog,
  type Catalog,
  CatalogError,
} from "../../lib/catalog/call.ts";
import { catalog, getConfig, offers } from "../../lib/catalog/config.ts";
import {
  createNamespace,
  dropNamespace,
  listNamespaces,
} from "../../lab/catalog/namespaces.ts";
import {
  ensureWarehouse,
  getWarehouse,
  listWarehouses,
} from "../../lib/catalog/warehouses.ts";
import { dropTable, listTables } from "../../lab/catalog/tables.ts";
import { loadTable } from "../../lib/catalog/tables.ts";
import { listViews } from "../../lab/catalog/views.ts";
import { settings } from "../../lib/core/settings.ts";
import { stringifyExactJson } from "../../lib/core/json.ts";
import { deleteObjects, listObjects } from "../../lib/store/s3.ts";
import { s3Client } from "../../lib/store/s3.ts";
import { signedFetch } from "../../lib/core/sigv4.ts";

async function keys(s3: S3, bucket: string): Promise<string[]> {
  const found = await Array.fromAsync(listObjects(s3, bucket));
  return found.map(({ key }) => key).sort();
}

async function hasTable(lake: Catalog, name: string): Promise<boolean> {
  const tables = await listTables(lake, "chicago");
  return tables.some((table) => table.name === name);
}

/** A warehouse for one test, with nothing of it left afterwards. */
async function withWarehouse(
  test: (lake: Catalog, s3: S3) => Promise<void>,
): Promise<void> {
  const id = crypto.randomUUID().slice(0, 8);
  const lake = catalog({ warehouse: `test-${id}` });
  const s3 = await s3Client();
  await ensureWarehouse(lake);
  try {
    await test(lake, s3);
  } finally {
    for (const namespace of await listNamespaces(lake)) {
      for (const { name } of await listTables(lake, namespace)) {
        await dropTable(lake, namespace, name);
      }
      await dropNamespace(lake, namespace);
    }
    const { warehouse } = lake;
    await deleteObjects(s3, warehouse, await keys(s3, warehouse));
    await callCatalog(lake, {
      endpoint: "DELETE /v1/warehouses/{warehouse}",
      values: { warehouse },
      query: { "preserve-bucket": "false" },
      what: `Cannot delete the warehouse "${warehouse}"`,
    });
    s3.destroy();
  }
}

/** What the client has no function for: the engines create and change tables. */
async function post(lake: Catalog, path: string, body: unknown) {
  const { prefix } = await getConfig(lake);
  const { accessKey, secretKey, region } = lake;
  const response = await signedFetch({
    method: "POST",
    url: `${lake.uri}/v1/${prefix}${path}`,
    headers: { "content-type": "application/json" },
    body: stringifyExactJson(body),
  }, { accessKey, secretKey, region, service: "s3tables" });
  const text = await response.text();
  return { status: response.status, text };
}

async function createTable(lake: Catalog, namespace: string, name: string) {
  const { status, text } = await post(lake, `/namespaces/${namespace}/tables`, {
    name,
    schema: {
      type: "struct",
      "schema-id": 0,
      fields: [{ id: 1, name: "trips", type: "long", required: false }],
    },
  });
  assertEquals(status, 200, text);
}

const appendSnapshot = (id: bigint, parent?: bigint) => ({
  requirements: [{
    type: "assert-ref-snapshot-id",
    ref: "main",
    "snapshot-id": parent ?? null,
  }],
  updates: [
    {
      action: "add-snapshot",
      snapshot: {
        "snapshot-id": id,
        ...parent === undefined ? {} : { "parent-snapshot-id": parent },
        "sequence-number": parent === undefined ? 1 : 2,
        "timestamp-ms": Date.now(),
        "manifest-list": `s3://nowhere/${id}.avro`,
        "schema-id": 0,
        summary: { operation: "append", "added-records": "5" },
      },
    },
    {
      action: "set-snapshot-ref",
      "ref-name": "main",
      type: "branch",
      "snapshot-id": id,
    },
  ],
});

Deno.test("a warehouse is created once, shown, listed, and deleted", async () => {
  let name = "";
  await withWarehouse(async (lake) => {
    name = lake.warehouse;
    const warehouse = await ensureWarehouse(lake);
    assertEquals(warehouse.name, name);
    assertEquals(warehouse.bucket, name);
    assertEquals(await getWarehouse(lake), warehouse);
    assert((await listWarehouses(lake)).includes(name));
    assertEquals((await getConfig(lake)).prefix, name);
  });
  const lake = catalog({ warehouse: name });
  assertEquals((await listWarehouses(lake)).includes(name), false);
  const failed = await assertRejects(() => getConfig(lake), CatalogError);
  assertEquals(failed.status, 404);
  assertStringIncludes(failed.message, "deno task up");
});

Deno.test("a namespace is created, listed, and dropped", () =>
  withWarehouse(async (lake) => {
    await createNamespace(lake, "chicago");
    await createNamespace(lake, "boston");
    const again = await assertRejects(
      () => createNamespace(lake, "boston"),
      CatalogError,
    );
    assertEquals([again.status, again.type], [409, "AlreadyExistsException"]);
    assertEquals((await listNamespaces(lake)).sort(), [["boston"], [
      "chicago",
    ]]);
    await dropNamespace(lake, "boston");
    assertEquals(await listNamespaces(lake), [["chicago"]]);
    const gone = await assertRejects(
      () => dropNamespace(lake, "boston"),
      CatalogError,
    );
    assertEquals([gone.status, gone.type], [404, "NoSuchNamespaceException"]);
  }));

// AIStor has one level of namespaces only.
Deno.test({
  name: "namespaces nest, in paths and in queries",
  ignore: settings().stack === "docker",
  fn: () =>
    withWarehouse(async (lake) => {
      await createNamespace(lake, "usa");
      await createNamespace(lake, ["usa", "illinois & co/東京 +"]);
      assertEquals(await listNamespaces(lake, { parent: "usa" }), [
        ["usa", "illinois & co/東京 +"],
      ]);
      assertEquals(await listTables(lake, ["usa", "illinois & co/東京 +"]), []);
      await dropNamespace(lake, ["usa", "illinois & co/東京 +"]);
      assertEquals(await listNamespaces(lake, { parent: "usa" }), []);
    }),
});

Deno.test("a table's snapshots are exact, and a stale commit is refused", () =>
  withWarehouse(async (lake) => {
    await createNamespace(lake, "chicago");
    const missing = await assertRejects(
      () => loadTable(lake, "chicago", "trips"),
      CatalogError,
    );
    assertEquals([missing.status, missing.type], [404, "NoSuchTableException"]);
    await createTable(lake, "chicago", "trips");
    assertEquals(await listTables(lake, "chicago"), [
      { namespace: ["chicago"], name: "trips" },
    ]);
    const empty = await loadTable(lake, "chicago", "trips");
    assertEquals(empty.currentSnapshot, undefined);
    assertEquals(empty.fields.map(({ name, type }) => [name, type]), [
      ["trips", "long"],
    ]);

    const first = 9007199254740993n;
    const second = 8744736658442914487n;
    const path = "/namespaces/chicago/tables/trips";
    const one = await post(lake, path, appendSnapshot(first));
    assertEquals(one.status, 200, one.text);
    const two = await post(lake, path, appendSnapshot(second, first));
    assertEquals(two.status, 200, two.text);
    const table = await loadTable(lake, "chicago", "trips");
    assertEquals(table.snapshots.map(({ id }) => id), [first, second]);
    assertEquals(table.currentSnapshot?.id, second);
    assertEquals(table.currentSnapshot?.parentId, first);
    assertEquals(table.currentSnapshot?.sequenceNumber, 2n);
    assertEquals(table.currentSnapshot?.operation, "append");
    assertEquals(table.currentSnapshot?.summary["added-records"], "5");
    assertEquals(table.uuid, empty.uuid);

    const stale = await post(lake, path, appendSnapshot(7n, first));
    assertEquals(stale.status, 409);
    assertStringIncludes(stale.text, "CommitFailedException");
    const full = await assertRejects(
      () => dropNamespace(lake, "chicago"),
      CatalogError,
    );
    assertEquals(full.type, "NamespaceNotEmptyException");
  }));

Deno.test("a dropped table's files stay unless they are purged", () =>
  withWarehouse(async (lake, s3) => {
    await createNamespace(lake, "chicago");
    await createTable(lake, "chicago", "trips");
    const { metadataLocation } = await loadTable(lake, "chicago", "trips");
    await dropTable(lake, "chicago", "trips");
    assertEquals(await hasTable(lake, "trips"), false);
    assertEquals((await keys(s3, lake.warehouse)).length, 1);

    const { status, text } = await post(lake, "/namespaces/chicago/register", {
      name: "trips",
      "metadata-location": metadataLocation,
    });
    assertEquals(status, 200, text);
    assertEquals(await hasTable(lake, "trips"), true);
    await dropTable(lake, "chicago", "trips", { purge: true });
    assertEquals(await keys(s3, lake.warehouse), []);
  }));

Deno.test("of many commits on one state of a table, one wins and the others learn it", () =>
  withWarehouse(async (lake) => {
    await createNamespace(lake, "chicago");
    await createTable(lake, "chicago", "trips");
    const path = "/namespaces/chicago/tables/trips";
    const answers = await Promise.all(
      Array.from(
        { length: 12 },
        (_, i) => post(lake, path, appendSnapshot(BigInt(i + 1))),
      ),
    );
    const won = answers.filter(({ status }) => status === 200);
    const lost = answers.filter(({ status }) => status === 409);
    assertEquals([won.length, lost.length], [1, 11], answers[0]?.text);
    for (const { text } of lost) {
      assertStringIncludes(text, "CommitFailedException");
    }
    const { snapshots } = await loadTable(lake, "chicago", "trips");
    assertEquals(snapshots.length, 1);
  }));

Deno.test("many writers of many tables do not disturb one another", () =>
  withWarehouse(async (lake) => {
    await createNamespace(lake, "chicago");
    const names = Array.from({ length: 16 }, (_, i) => `trips_${i}`);
    // All of them settle, so that the clean-up finds every table.
    const writers = await Promise.allSettled(names.map(async (name) => {
      await createTable(lake, "chicago", name);
      const { status, text } = await post(
        lake,
        `/namespaces/chicago/tables/${name}`,
        appendSnapshot(1n),
      );
      assertEquals(status, 200, text);
    }));
    for (const writer of writers) {
      if (writer.status === "rejected") throw writer.reason;
    }
    const listed = await listTables(lake, "chicago");
    assertEquals(listed.map(({ name }) => name).sort(), names.sort());
  }));

Deno.test("no change that was accepted is lost where transactions and commits meet", () =>
  withWarehouse(async (lake) => {
    await createNamespace(lake, "chicago");
    await createTable(lake, "chicago", "trips");
    const changes = (name: string) => ({
      identifier: { namespace: ["chicago"], name: "trips" },
      requirements: [],
      updates: [{ action: "set-properties", updates: { [name]: "set" } }],
    });
    const ways: [string, (name: string) => unknown][] = [
      [
        "/transactions/commit",
        (name) => ({ "table-changes": [changes(name)] }),
      ],
      ["/namespaces/chicago/tables/trips", changes],
    ];
    const accepted: string[] = [];
    await Promise.all(ways.map(async ([path, body], way) => {
      for (let i = 0; i < 30; i++) {
        const { status } = await post(lake, path, body(`${way}-${i}`));
        if (status < 300) accepted.push(`${way}-${i}`);
      }
    }));
    assert(accepted.length > 30, accepted.join());
    const { properties } = await loadTable(lake, "chicago", "trips");
    assertEquals(accepted.filter((name) => !properties[name]), []);
  }));

Deno.test("views are listed where the catalog has them", () =>
  withWarehouse(async (lake) => {
    await createNamespace(lake, "chicago");
    assertEquals(await listViews(lake, "chicago"), []);
    const endpoint = "GET /v1/{prefix}/namespaces/{namespace}/views";
    if (!offers(await getConfig(lake), endpoint)) return;
    await assertRejects(() => listViews(lake, "nowhere"), CatalogError);
  }));
