/**
 * A catalog that gives the answers a test asks for: a healthy one gives no
 * conflict, no 503 and no second page on demand. The real one is tested in
 * `tests/lib/catalog_test.ts`.
 *
 * @module
 */

import type { Catalog } from "../../lib/catalog/call.ts";
import { catalog } from "../../lib/catalog/config.ts";

/** What the catalog answers; `path` is without its base address, with the query. */
type Answer = (request: { method: string; path: string }) =>
  | Response
  | Promise<Response>;

/** An error in the specification's form. */
export function catalogError(status: number, type: string): Response {
  return Response.json(
    { error: { code: status, message: "it is so.", type } },
    { status },
  );
}

/**
 * Runs `test` with a catalog that gives these answers, and the requests it has
 * seen but for those that ask for its configuration.
 *
 * @param endpoints What it lists as served. @default {nothing}
 */
export async function withCatalog(
  answer: Answer,
  test: (lake: Catalog, seen: string[]) => Promise<void>,
  endpoints?: string[],
): Promise<void> {
  const seen: string[] = [];
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const url = new URL(request.url);
      const path = url.pathname.slice("/_iceberg".length) + url.search;
      if (path.startsWith("/v1/config?")) {
        const overrides = { prefix: "wh", warehouse: "s3://wh-bucket/" };
        return Response.json({ defaults: {}, overrides, endpoints });
      }
      seen.push(`${request.method} ${path}`);
      await request.text();
      return await answer({ method: request.method, path });
    },
  );
  const lake = catalog({
    catalogUri: `http://127.0.0.1:${server.addr.port}/_iceberg`,
    warehouse: "wh",
  });
  await test(lake, seen);
}
