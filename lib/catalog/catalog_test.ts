import {
  assertEquals,
  assertLessOrEqual,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { catalog, getConfig, offers } from "./config.ts";
import { CatalogError } from "./call.ts";
import {
  createNamespace,
  dropNamespace,
  ensureNamespace,
  listNamespaces,
} from "./namespaces.ts";
import {
  createWarehouse,
  deleteWarehouse,
  ensureWarehouse,
  listWarehouses,
} from "./warehouses.ts";
import { dropTable, listTables, loadTable, tableExists } from "./tables.ts";
import { listViews } from "../../lab/iceberg/views.ts";
import { LakehouseError } from "../core/errors.ts";

type Answer = (request: { method: string; path: string; body: string }) =>
  | Response
  | Promise<Response>;

const error = (status: number, type: string, message = "it is so.") =>
  Response.json({ error: { code: status, message, type } }, { status });

/**
 * A catalog that gives the answers a test asks for: a healthy one gives no
 * conflict, no 503 and no second page on demand. The real one is tested in
 * tests/lib/catalog_test.ts.
 */
async function withCatalog(
  answer: Answer,
  test: (
    lake: ReturnType<typeof catalog>,
    seen: string[],
  ) => Promise<void>,
): Promise<void> {
  const seen: string[] = [];
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const url = new URL(request.url);
      const path = url.pathname.slice("/_iceberg".length) + url.search;
      if (path === "/v1/config?warehouse=wh") {
        return Response.json({ defaults: {}, overrides: { prefix: "wh" } });
      }
      seen.push(`${request.method} ${path}`);
      return await answer({
        method: request.method,
        path,
        body: await request.text(),
      });
    },
  );
  const lake = catalog({
    catalogUri: `http://127.0.0.1:${server.addr.port}/_iceberg`,
    warehouse: "wh",
  });
  await test(lake, seen);
}

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

Deno.test("tableExists() tells a missing table from a missing warehouse", async () => {
  for (const type of ["NoSuchTableException", "NoSuchNamespaceException"]) {
    await withCatalog(() => error(404, type), async (lake) => {
      assertEquals(await tableExists(lake, "a", "t"), false);
    });
  }
  await withCatalog(
    () => error(404, "IcebergWarehouseNotFound"),
    async (lake) => {
      const failed = await assertRejects(
        () => tableExists(lake, "a", "t"),
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
          ? { namespaces: [["b"]], warehouses: ["b"], "next-page-token": null }
          : {
            namespaces: [["c"]],
            warehouses: [{ name: "c" }],
            "next-page-token": "p/2",
          },
      ),
    async (lake, seen) => {
      assertEquals(await listNamespaces(lake, { parent: ["x", "y"] }), [
        ["c"],
        ["b"],
      ]);
      assertEquals(seen, [
        "GET /v1/wh/namespaces?parent=x%1Fy",
        "GET /v1/wh/namespaces?parent=x%1Fy&pageToken=p%2F2",
      ]);
      assertEquals(await listWarehouses(lake), ["b", "c"]);
    },
  ));

Deno.test("dropTable() always says whether files are deleted", () =>
  withCatalog(() => new Response(null, { status: 204 }), async (lake, seen) => {
    await dropTable(lake, "a", "t");
    await dropTable(lake, "a", "t", { purge: true });
    assertEquals(seen, [
      "DELETE /v1/wh/namespaces/a/tables/t?purgeRequested=false",
      "DELETE /v1/wh/namespaces/a/tables/t?purgeRequested=true",
    ]);
  }));

Deno.test("deleteWarehouse() keeps the bucket unless asked otherwise", () =>
  withCatalog(() => new Response(null, { status: 204 }), async (lake, seen) => {
    await deleteWarehouse(lake);
    await deleteWarehouse(lake, { name: "other", preserveBucket: false });
    assertEquals(seen, [
      "DELETE /v1/warehouses/wh?preserve-bucket=true",
      "DELETE /v1/warehouses/other?preserve-bucket=false",
    ]);
  }));

Deno.test("a call that may be repeated is repeated while the catalog restarts", async () => {
  let left = 2;
  await withCatalog(
    () =>
      left-- > 0
        ? error(503, "ServiceUnavailableException")
        : Response.json({ identifiers: [] }),
    async (lake, seen) => {
      assertEquals(await listTables(lake, "a"), []);
      assertEquals(seen.length, 3);
    },
  );
});

Deno.test("a commit conflict is tried again, and in the end told", () =>
  withCatalog(
    () => error(409, "CommitFailedException"),
    async (lake, seen) => {
      const failed = await assertRejects(
        () => dropTable(lake, "a", "t"),
        CatalogError,
        'Cannot drop the table "a.t": it is so',
      );
      assertEquals([failed.status, failed.type], [
        409,
        "CommitFailedException",
      ]);
      assertEquals(seen.length, 5);
    },
  ));

Deno.test("a call that may not be repeated is not", () =>
  withCatalog(
    () => error(500, "ServiceFailureException"),
    async (lake, seen) => {
      await assertRejects(() => createNamespace(lake, "a"), CatalogError);
      await assertRejects(() => createWarehouse(lake), CatalogError);
      assertEquals(seen.length, 2);
    },
  ));

Deno.test("a refusal is not tried again", () =>
  withCatalog(
    () => error(409, "NamespaceNotEmptyException"),
    async (lake, seen) => {
      await assertRejects(() => dropNamespace(lake, "a"), CatalogError);
      assertEquals(seen.length, 1);
    },
  ));

Deno.test("a repeated delete that finds nothing has done its work", async () => {
  const answers = [
    error(503, "ServiceUnavailableException"),
    error(404, "NoSuchNamespaceException"),
  ];
  await withCatalog(
    () => answers.shift() ?? error(500, "unexpected"),
    (lake) => dropNamespace(lake, "a"),
  );
  await withCatalog(
    () => error(404, "NoSuchNamespaceException"),
    async (lake) => {
      await assertRejects(() => dropNamespace(lake, "a"), CatalogError);
    },
  );
});

Deno.test("ensureNamespace() is content with a namespace that exists", async () => {
  await withCatalog(
    () => error(409, "AlreadyExistsException"),
    (lake) => ensureNamespace(lake, "a"),
  );
  await withCatalog(() => error(409, "Other"), async (lake) => {
    await assertRejects(() => ensureNamespace(lake, "a"), CatalogError);
  });
});

Deno.test("ensureWarehouse() returns the one that someone else just created", async () => {
  let created = false;
  await withCatalog(
    ({ method, path }) => {
      if (method === "POST") {
        created = true;
        return error(409, "IcebergWarehouseAlreadyExists");
      }
      if (path === "/v1/warehouses") {
        return Response.json({ warehouses: ["wh"] });
      }
      return created
        ? Response.json({ name: "wh", "created-at": "2026-01-02T03:04:05Z" })
        : error(404, "IcebergWarehouseNotFound");
    },
    async (lake) => {
      assertEquals(await ensureWarehouse(lake), {
        name: "wh",
        bucket: "wh",
        uuid: "",
        createdAt: new Date("2026-01-02T03:04:05Z"),
        properties: {},
      });
    },
  );
});

Deno.test("ensureWarehouse() tells of a bucket that stands in the way", () =>
  withCatalog(
    ({ method, path }) =>
      method === "POST"
        ? error(409, "BucketAlreadyExists")
        : path === "/v1/warehouses"
        ? Response.json({ warehouses: [] })
        : error(404, "IcebergWarehouseNotFound"),
    async (lake) => {
      await assertRejects(
        () => ensureWarehouse(lake, { upgradeExisting: false }),
        CatalogError,
        'Cannot create the warehouse "wh"',
      );
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

Deno.test("a call that the catalog does not offer is not sent", async () => {
  const paths: string[] = [];
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) => {
      paths.push(new URL(request.url).pathname);
      return Response.json({
        overrides: { prefix: "wh" },
        endpoints: ["GET /v1/{prefix}/namespaces"],
      });
    },
  );
  const lake = catalog({ catalogUri: `http://127.0.0.1:${server.addr.port}` });
  await assertRejects(
    () => listViews(lake, "a"),
    LakehouseError,
    'does not offer "GET /v1/{prefix}/namespaces/{namespace}/views"',
  );
  assertEquals(paths, ["/v1/config"]);
});

Deno.test("refused keys, an unreachable catalog and another server are told apart", async () => {
  await withCatalog(() => error(403, "ForbiddenException"), async (lake) => {
    const failed = await assertRejects(
      () => listTables(lake, "a"),
      CatalogError,
    );
    assertEquals(failed.status, 403);
    assertStringIncludes(failed.message, "refused the keys");
    assertStringIncludes(failed.message, "deno task doctor");
    assertEquals(failed.message.includes(lake.secretKey), false);
  });
  await withCatalog(
    () => new Response("<html>", { status: 200 }),
    async (lake) => {
      const failed = await assertRejects(
        () => listTables(lake, "a"),
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
        () => listTables(lake, "a", { timeout: 100 }),
        LakehouseError,
        "did not answer within 0.1 s",
      );
      const controller = new AbortController();
      const reason = new Error("stopped by the user");
      setTimeout(() => controller.abort(reason), 50);
      const start = performance.now();
      const failed = await assertRejects(
        () => listTables(lake, "a", { signal: controller.signal }),
      );
      assertEquals(failed, reason);
      assertLessOrEqual(performance.now() - start, 5_000);
      done.resolve();
    },
  );
});
