import { assertEquals, assertRejects } from "@std/assert";
import { catalog } from "../../lib/catalog/config.ts";
import { CatalogError } from "../../lib/catalog/call.ts";
import { hasViews } from "./views.ts";

/** What `hasViews()` says of a catalog with these endpoints and answers. */
async function ask(
  endpoints: string[] | undefined,
  views: () => Response,
  namespaces = [["chicago"]],
): Promise<boolean> {
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) => {
      const { pathname } = new URL(request.url);
      if (pathname.endsWith("/config")) {
        return Response.json({ defaults: {}, overrides: {}, endpoints });
      }
      if (pathname === "/v1/namespaces") return Response.json({ namespaces });
      return views();
    },
  );
  const catalogUri = `http://127.0.0.1:${server.addr.port}`;
  return await hasViews(catalog({ catalogUri, warehouse: "wh" }));
}

const error = (status: number, type: string) => () =>
  Response.json({ error: { code: status, type, message: "so" } }, { status });
const some = () => Response.json({ identifiers: [] });
const fail = () => {
  throw new Error("asked for views");
};

Deno.test("hasViews() believes a catalog that lists what it offers", async () => {
  const path = "/v1/{prefix}/namespaces/{namespace}/views";
  assertEquals(await ask([`GET ${path}`, `POST ${path}`], fail), true);
  assertEquals(await ask([`GET ${path}`], fail), false);
  assertEquals(await ask([], fail), false);
});

Deno.test("hasViews() tries where nothing is listed", async () => {
  assertEquals(await ask(undefined, some), true);
  assertEquals(await ask(undefined, some, []), true);
  const missing = error(404, "NoSuchNamespaceException");
  assertEquals(await ask(undefined, missing, []), true);
  assertEquals(await ask(undefined, error(404, "NotFound")), false);
  assertEquals(await ask(undefined, error(501, "NotImplemented")), false);
});

Deno.test("hasViews() does not take a failing catalog for one without views", async () => {
  await assertRejects(
    () => ask(undefined, error(500, "InternalServerError")),
    CatalogError,
  );
});
