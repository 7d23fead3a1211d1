import {
  assertEquals,
  assertLessOrEqual,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { LakehouseError } from "../core/errors.ts";
import { catalogError, withCatalog } from "../../tests/servers/catalog.ts";
import { flakyFront, type Mishap } from "../../tests/servers/flaky_front.ts";
import { type Catalog, CatalogError } from "./call.ts";
import { callWarehouse, catalog, getConfig, offers } from "./config.ts";
import { loadTable } from "./tables.ts";
import { ensureWarehouse, getWarehouse, listWarehouses } from "./warehouses.ts";

const drop = (lake: Catalog, namespace: string) =>
  callWarehouse(lake, {
    endpoint: "DELETE /v1/{prefix}/namespaces/{namespace}",
    values: { namespace },
    what: `Cannot drop "${namespace}"`,
  }, {});

/** A catalog with one table of these snapshots. */
const withSnapshots = (
  snapshots: unknown[],
  body: (snapshots: bigint[], fields: unknown[]) => void,
  metadata: Record<string, unknown> = { schemas: [] },
) =>
  withCatalog(
    () =>
      Response.json({
        metadata: { "format-version": 2, snapshots, ...metadata },
      }),
    async (lake) => {
      const table = await loadTable(lake, "a", "t");
      body(table.snapshots.map(({ id }) => id), table.fields);
    },
  );

Deno.test("loadTable() has snapshots in the order of commits, not of clocks", async () => {
  const snapshot = (
    id: number,
    parent: number,
    ms: number,
    place?: number,
  ) => ({
    ...{ "snapshot-id": id, "parent-snapshot-id": parent, "timestamp-ms": ms },
    ...place !== undefined && { "sequence-number": place },
  });
  // The second writer's clock is an hour behind.
  await withSnapshots(
    [
      snapshot(3, 2, 5_000, 3),
      snapshot(1, 0, 4_000, 1),
      snapshot(2, 1, 400, 2),
    ],
    (ids) => assertEquals(ids, [1n, 2n, 3n]),
  );
  // The first version of the format has no numbers of commits, and one schema.
  const fields = [{ id: 1, name: "x", type: "long", required: false }];
  await withSnapshots(
    [snapshot(2, 1, 400), snapshot(3, 2, 300), snapshot(1, 9, 500)],
    (ids, found) => assertEquals([ids, found], [[1n, 2n, 3n], fields]),
    { "format-version": 1, schema: { type: "struct", fields } },
  );
});

Deno.test("loadTable() keeps snapshot ids exact", () =>
  withCatalog(
    () =>
      new Response(`{
        "metadata-location": "s3://wh/a/t/metadata/3.json",
        "metadata": {
          "format-version": 2,
          "table-uuid": "u",
          "location": "s3://wh/a/t",
          "current-schema-id": 1,
          "schemas": [
            {"schema-id": 0, "fields": []},
            {"schema-id": 1, "fields": [
              {"id": 1, "name": "x", "type": "long", "required": true}]}
          ],
          "current-snapshot-id": 8744736658442914487,
          "snapshots": [
            {"snapshot-id": 8744736658442914487, "sequence-number": 2,
             "parent-snapshot-id": 7, "timestamp-ms": 1700000000001,
             "manifest-list": "s3://wh/a/t/metadata/snap-2.avro",
             "summary": {"operation": "append", "added-records": "5"}},
            {"snapshot-id": 7, "timestamp-ms": 1700000000000}
          ]
        }
      }`),
    async (lake, seen) => {
      const table = await loadTable(lake, ["a", "b/c"], "t");
      assertEquals(seen, ["GET /v1/wh/namespaces/a%1Fb%2Fc/tables/t"]);
      const [first, second] = table.snapshots;
      assertEquals(first, {
        id: 7n,
        parentId: undefined,
        sequenceNumber: 0n,
        timestamp: new Date(1700000000000),
        operation: undefined,
        summary: {},
        manifestList: undefined,
      });
      assertEquals(second, {
        id: 8744736658442914487n,
        parentId: 7n,
        sequenceNumber: 2n,
        timestamp: new Date(1700000000001),
        operation: "append",
        summary: { "added-records": "5" },
        manifestList: "s3://wh/a/t/metadata/snap-2.avro",
      });
      assertEquals(table.currentSnapshot, second);
      assertEquals(table.fields.map(({ name }) => name), ["x"]);
      assertEquals(
        table.metadata["current-snapshot-id"],
        8744736658442914487n,
      );
    },
  ));

Deno.test("loadTable() finds no current snapshot in an empty table", async () => {
  for (
    const current of [
      "",
      '"current-snapshot-id": null,',
      '"current-snapshot-id": -1,',
    ]
  ) {
    await withCatalog(
      () =>
        new Response(
          `{"metadata": {${current} "format-version": 2, "table-uuid": "u",
            "location": "l", "current-schema-id": 0, "schemas": []}}`,
        ),
      async (lake) => {
        const table = await loadTable(lake, "a", "t");
        assertEquals(table.currentSnapshot, undefined);
        assertEquals(table.snapshots, []);
      },
    );
  }
});

Deno.test("loadTable() tells a missing table from a missing warehouse", async () => {
  await withCatalog(
    () => catalogError(404, "NoSuchTableException"),
    async (lake) => {
      const failed = await assertRejects(
        () => loadTable(lake, "a", "t"),
        CatalogError,
        'Cannot load the table "a.t": it is so',
      );
      assertEquals([failed.status, failed.type], [404, "NoSuchTableException"]);
    },
  );
  await withCatalog(
    () => catalogError(404, "IcebergWarehouseNotFound"),
    async (lake) => {
      const failed = await assertRejects(
        () => loadTable(lake, "a", "t"),
        CatalogError,
        "no such warehouse",
      );
      assertStringIncludes(failed.message, "deno task up");
    },
  );
});

Deno.test("a list is gathered from all its pages", () =>
  withCatalog(
    ({ path }) =>
      Response.json(
        path.endsWith("pageToken=p%2F2")
          ? { warehouses: ["b"], "next-page-token": null }
          : { warehouses: [{ name: "c" }], "next-page-token": "p/2" },
      ),
    async (lake, seen) => {
      assertEquals(await listWarehouses(lake), ["b", "c"]);
      assertEquals(seen, [
        "GET /v1/warehouses",
        "GET /v1/warehouses?pageToken=p%2F2",
      ]);
    },
  ));

Deno.test("the configuration is asked for once a minute, and anew by getConfig()", async () => {
  let asked = 0;
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) => {
      const isConfig = new URL(request.url).pathname === "/v1/config";
      if (isConfig) asked++;
      return isConfig
        ? Response.json({ overrides: { prefix: "wh" } })
        : new Response(null, { status: 204 });
    },
  );
  const catalogUri = `http://127.0.0.1:${server.addr.port}`;
  // Each call with a context of its own, as the notebooks have it.
  for (let i = 0; i < 3; i++) await drop(catalog({ catalogUri }), "a");
  assertEquals(asked, 1);
  await drop(catalog({ catalogUri, warehouse: "other" }), "a");
  await drop(catalog({ catalogUri, accessKey: "other" }), "a");
  assertEquals(asked, 3);
  await getConfig(catalog({ catalogUri }));
  assertEquals(asked, 4);
});

Deno.test("a call that may be repeated is repeated while the catalog restarts", async () => {
  let left = 2;
  await withCatalog(
    () =>
      left-- > 0
        ? catalogError(503, "ServiceUnavailableException")
        : Response.json({ warehouses: [] }),
    async (lake, seen) => {
      assertEquals(await listWarehouses(lake), []);
      assertEquals(seen.length, 3);
    },
  );
});

Deno.test("a conflict is tried again, and in the end told", () =>
  withCatalog(
    () => catalogError(409, "CommitFailedException"),
    async (lake, seen) => {
      const failed = await assertRejects(
        () => drop(lake, "a"),
        CatalogError,
        'Cannot drop "a": it is so',
      );
      assertEquals([failed.status, failed.type], [
        409,
        "CommitFailedException",
      ]);
      assertEquals(seen.length, 5);
    },
  ));

Deno.test("what creates or commits is sent once, whatever the answer", async () => {
  for (const type of ["ServiceFailureException", "CommitFailedException"]) {
    const status = type.startsWith("Commit") ? 409 : 503;
    await withCatalog(
      () => catalogError(status, type),
      async (lake, seen) => {
        const commit = () =>
          callWarehouse(lake, {
            endpoint: "POST /v1/{prefix}/namespaces/{namespace}/tables/{table}",
            values: { namespace: ["a", "b/c"], table: "t" },
            body: { requirements: [], updates: [] },
            what: "Cannot commit",
          }, {});
        const failed = await assertRejects(commit, CatalogError);
        assertEquals(failed.status, status);
        assertEquals(seen, ["POST /v1/wh/namespaces/a%1Fb%2Fc/tables/t"]);
      },
    );
  }
});

Deno.test("what a broken connection loses is sent again where it may be, and never what commits", () =>
  withCatalog(
    () => Response.json({ namespaces: [["a"]] }),
    async (lake, seen) => {
      const mishaps: Mishap[] = ["cut", 429, "lost", "cut", 502];
      await using front = await flakyFront(
        lake.uri,
        ({ path }) => /config/.test(path) ? undefined : mishaps.shift(),
      );
      const flaky = { ...lake, uri: `${front.uri}/_iceberg` };
      const call = (endpoint: string, body?: unknown) =>
        callWarehouse(flaky, {
          ...{ endpoint, what: "Cannot do it" },
          ...body ? { body } : {},
        }, {});
      assertEquals(
        await call("GET /v1/{prefix}/namespaces"),
        { namespaces: [["a"]] },
      );
      assertEquals(mishaps, []);
      for (const mishap of ["lost", "cut", 503] as const) {
        mishaps.push(mishap);
        seen.length = front.log.length = 0;
        await assertRejects(
          () => call("POST /v1/{prefix}/namespaces", { namespace: ["b"] }),
          LakehouseError,
        );
        assertEquals(
          [mishap, seen.length, front.log.length],
          [mishap, mishap === "lost" ? 1 : 0, 1],
        );
      }
    },
  ));

Deno.test("a refusal is not tried again", () =>
  withCatalog(
    () => catalogError(409, "NamespaceNotEmptyException"),
    async (lake, seen) => {
      await assertRejects(() => drop(lake, "a"), CatalogError);
      assertEquals(seen.length, 1);
    },
  ));

Deno.test("a repeated delete that finds nothing has done its work", async () => {
  const answers = [
    catalogError(503, "ServiceUnavailableException"),
    catalogError(404, "NoSuchNamespaceException"),
  ];
  await withCatalog(
    () => answers.shift() ?? catalogError(500, "unexpected"),
    async (lake) => void await drop(lake, "a"),
  );
  await withCatalog(
    () => catalogError(404, "NoSuchNamespaceException"),
    async (lake) => {
      await assertRejects(() => drop(lake, "a"), CatalogError);
    },
  );
});

Deno.test("ensureWarehouse() returns the one that someone else just created", async () => {
  let created = false;
  await withCatalog(
    ({ method }) => {
      if (method === "POST") {
        created = true;
        return catalogError(409, "IcebergWarehouseAlreadyExists");
      }
      return created
        ? Response.json({ name: "wh", bucket: "wh-data" })
        : catalogError(404, "IcebergWarehouseNotFound");
    },
    async (lake) => {
      assertEquals(await ensureWarehouse(lake), {
        name: "wh",
        bucket: "wh-data",
        isListed: true,
      });
    },
  );
});

Deno.test("ensureWarehouse() tells what stands in the way", () =>
  withCatalog(
    ({ method }) =>
      method === "POST"
        ? catalogError(409, "BucketAlreadyExists")
        : catalogError(404, "IcebergWarehouseNotFound"),
    async (lake) => {
      const failed = await assertRejects(
        () => ensureWarehouse(lake),
        CatalogError,
        'Cannot create the warehouse "wh"',
      );
      assertEquals(failed.type, "BucketAlreadyExists");
    },
  ));

Deno.test("a warehouse of a catalog that lists none is there when it opens", async () => {
  const unknown: Record<string, () => Response> = {
    "in the specification's form": () => catalogError(404, "NotFound"),
    "a page": () => new Response("<html>", { status: 404 }),
    "a method refused": () => new Response("", { status: 405 }),
    "a bad request": () => catalogError(400, "BadRequestException"),
  };
  for (const [name, answer] of Object.entries(unknown)) {
    await withCatalog(
      ({ path }) =>
        path === "/v1/wh/namespaces?pageSize=1"
          ? Response.json({ namespaces: [] })
          : answer(),
      async (lake, seen) => {
        const found = { name: "wh", bucket: "wh-bucket", isListed: false };
        assertEquals(await getWarehouse(lake), found, name);
        assertEquals(await ensureWarehouse(lake), found, name);
        assertEquals(await listWarehouses(lake), ["wh"], name);
        assertEquals(seen.some((call) => call.startsWith("POST")), false);
      },
    );
  }
});

Deno.test("a warehouse that such a catalog does not have is not created there", () =>
  withCatalog(
    ({ path }) =>
      path.startsWith("/v1/wh/")
        ? catalogError(404, "NoSuchNamespaceException")
        : catalogError(404, "NotFound"),
    async (lake) => {
      await assertRejects(() => listWarehouses(lake), CatalogError);
      const failed = await assertRejects(
        () => ensureWarehouse(lake),
        LakehouseError,
        "creates none for its clients",
      );
      assertStringIncludes(failed.message, "set WAREHOUSE");
    },
  ));

Deno.test("offers() compares endpoints by their shape", () => {
  const config = {
    prefix: "wh",
    defaults: {},
    overrides: {},
    endpoints: ["GET v1/{prefix}/namespaces/{ns}", "POST /v1/{prefix}/tables"],
  };
  assertEquals(offers(config, "GET /v1/{prefix}/namespaces/{namespace}"), true);
  assertEquals(offers(config, "HEAD /v1/{prefix}/namespaces/{n}"), false);
  assertEquals(offers(config, "POST /v1/{prefix}/views"), false);
  assertEquals(
    offers({ ...config, endpoints: undefined }, "POST /v1/{prefix}/views"),
    true,
  );
});

Deno.test("a call that the catalog does not offer is not sent", () =>
  withCatalog(
    () => new Response(null, { status: 204 }),
    async (lake, seen) => {
      const failed = await assertRejects(
        () => drop(lake, "a"),
        CatalogError,
        'does not offer "DELETE /v1/{prefix}/namespaces/{namespace}"',
      );
      assertEquals(failed.status, 406);
      assertEquals(seen, []);
    },
    ["GET /v1/{prefix}/namespaces"],
  ));

Deno.test("refused keys, an unreachable catalog and another server are told apart", async () => {
  await withCatalog(
    () => catalogError(403, "ForbiddenException"),
    async (lake) => {
      const failed = await assertRejects(
        () => loadTable(lake, "a", "t"),
        CatalogError,
      );
      assertEquals(failed.status, 403);
      assertStringIncludes(failed.message, "refused the keys");
      assertStringIncludes(failed.message, "deno task doctor");
      assertEquals(failed.message.includes(lake.secretKey), false);
    },
  );
  await withCatalog(
    () => catalogError(403, "RequestTimeTooSkewed"),
    async (lake) => {
      const { message } = await assertRejects(
        () => loadTable(lake, "a", "t"),
        CatalogError,
        "this machine's clock",
      );
      assertEquals(message.includes("keys"), false);
    },
  );
  await withCatalog(
    () => new Response("<html>", { status: 200 }),
    async (lake) => {
      const failed = await assertRejects(
        () => loadTable(lake, "a", "t"),
        CatalogError,
        "not as an Iceberg catalog does",
      );
      assertStringIncludes(failed.message, "CATALOG_URI");
    },
  );
  const nowhere = catalog({ catalogUri: "http://127.0.0.1:1/_iceberg" });
  const failed = await assertRejects(
    () => getConfig(nowhere),
    LakehouseError,
    "http://127.0.0.1:1/_iceberg cannot be reached",
  );
  assertStringIncludes(failed.message, "deno task up");
});

Deno.test("a call ends at its time limit and when it is aborted", async () => {
  const done = Promise.withResolvers<void>();
  await withCatalog(
    async () => {
      await done.promise;
      return Response.json({});
    },
    async (lake) => {
      await assertRejects(
        () => loadTable(lake, "a", "t", { limitMs: 100 }),
        LakehouseError,
        "did not answer within 0.1 s",
      );
      const controller = new AbortController();
      const reason = new Error("stopped by the user");
      setTimeout(() => controller.abort(reason), 50);
      const start = performance.now();
      const failed = await assertRejects(
        () => loadTable(lake, "a", "t", { signal: controller.signal }),
      );
      assertEquals(failed, reason);
      assertLessOrEqual(performance.now() - start, 5_000);
      done.resolve();
    },
  );
});
