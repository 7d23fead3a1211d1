import { assertEquals, assertRejects } from "@std/assert";
import { CatalogError } from "../../lib/catalog/call.ts";
import { catalogError, withCatalog } from "../../tests/servers/catalog.ts";
import { createNamespace, listNamespaces } from "./namespaces.ts";
import { dropTable } from "./tables.ts";
import { listViews, loadView } from "./views.ts";

Deno.test("listNamespaces() asks for the levels below the parent", () =>
  withCatalog(
    () => Response.json({ namespaces: [["x", "y", "z"]] }),
    async (lake, seen) => {
      const parent = ["x", "y"];
      assertEquals(await listNamespaces(lake, { parent }), [["x", "y", "z"]]);
      assertEquals(seen, ["GET /v1/wh/namespaces?parent=x%1Fy"]);
    },
  ));

Deno.test("listNamespaces() finds nothing below when the catalog lists all again", () =>
  withCatalog(
    () => Response.json({ namespaces: [["x"], ["y"]] }),
    async (lake) => {
      assertEquals(await listNamespaces(lake), [["x"], ["y"]]);
      assertEquals(await listNamespaces(lake, { parent: "x" }), []);
    },
  ));

Deno.test("createNamespace() is sent once", () =>
  withCatalog(
    () => catalogError(500, "ServiceFailureException"),
    async (lake, seen) => {
      await assertRejects(() => createNamespace(lake, "a"), CatalogError);
      assertEquals(seen, ["POST /v1/wh/namespaces"]);
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

Deno.test("listViews() finds none where the catalog has no views", async () => {
  await withCatalog(
    () => catalogError(500, "unexpected"),
    async (lake, seen) => {
      assertEquals(await listViews(lake, "a"), []);
      assertEquals(seen, []);
    },
    ["GET /v1/{prefix}/namespaces"],
  );
  // This one does not tell what it serves, so it is asked.
  await withCatalog(
    () => new Response("no such page", { status: 404 }),
    async (lake, seen) => {
      assertEquals(await listViews(lake, "a"), []);
      assertEquals(seen, ["GET /v1/wh/namespaces/a/views"]);
      await assertRejects(() => loadView(lake, "a", "v"), CatalogError);
    },
  );
  await withCatalog(
    () => catalogError(404, "NoSuchNamespaceException"),
    async (lake) => {
      await assertRejects(() => listViews(lake, "a"), CatalogError);
    },
  );
});
