/**
 * A store and a catalog that do what they are told and ask neither who nor
 * whether: what the calls of the compatibility matrix have to notice.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { signRequest } from "../../lib/core/sigv4.ts";
import { withEnv } from "../support/env.ts";

/** Answers a request whose body is read. */
export type Answering = (
  request: Request,
  body: Uint8Array<ArrayBuffer>,
) => Response | Promise<Response>;

const KEYS = { accessKey: "compat", secretKey: "compat secret" };

/** Runs `body` while one server is the store and the catalog of the settings. */
export async function withServer(
  answering: Answering,
  body: () => Promise<void>,
): Promise<void> {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => await answering(request, await request.bytes()),
  );
  const address = `http://127.0.0.1:${server.addr.port}`;
  try {
    await withEnv({
      MINIO_HOST: address,
      CATALOG_URI: `${address}/_iceberg`,
      MINIO_ACCESS_KEY: KEYS.accessKey,
      MINIO_SECRET_KEY: KEYS.secretKey,
      STACK: "remote",
      WAREHOUSE: "wh",
      STAGING_BUCKET: "staging",
    }, body);
  } finally {
    await server.shutdown();
  }
}

const error = (status: number, type: string) =>
  Response.json({ error: { code: status, message: type, type } }, { status });

interface Table {
  "table-uuid": string;
  properties: Record<string, string>;
  schemas: unknown[];
}

interface Body {
  name: string;
  namespace: string[];
  updates: { updates?: Record<string, string>; schema?: unknown }[];
  "table-changes": (Body & { identifier: { name: string } })[];
}

/** Changes a table, whatever is required of it. */
function commit(table: Table | undefined, { updates }: Body): void {
  for (const update of updates) {
    Object.assign(table?.properties ?? {}, update.updates);
    if (update.schema) table?.schemas.push(update.schema);
  }
}

/** A catalog with the namespace `ns`. */
export function laxCatalog(): Answering {
  const namespaces = new Set(["ns"]);
  const tables = new Map<string, Table>();
  const made = (name: string) => {
    const uuid = crypto.randomUUID();
    tables.set(name, { "table-uuid": uuid, properties: {}, schemas: [{}] });
  };
  return ({ method, url }, bytes) => {
    const { pathname } = new URL(url);
    const path = decodeURIComponent(pathname).replace("/_iceberg/v1/", "");
    const [kind, namespace, list, table] = path.split("/");
    let body: Partial<Body> = {};
    try {
      body = JSON.parse(new TextDecoder().decode(bytes));
    } catch {
      // Whatever it is, it is taken.
    }
    if (kind === "config") {
      return Response.json({ defaults: {}, overrides: {} });
    }
    if (kind === "transactions") {
      for (const one of body["table-changes"] ?? []) {
        commit(tables.get(one.identifier.name), one);
      }
      return new Response(null, { status: 204 });
    }
    if (kind !== "namespaces") return Response.json({});
    if (namespace === undefined) {
      if (body.namespace) namespaces.add(body.namespace.join("\x1f"));
      const found = [...namespaces].map((one) => one.split("\x1f"));
      return Response.json({ namespaces: found });
    }
    if (table === undefined && list === undefined) {
      if (method === "DELETE") namespaces.delete(namespace);
      else if (!namespaces.has(namespace)) {
        return error(404, "NoSuchNamespaceException");
      }
      return Response.json({ namespace: [namespace], properties: {} });
    }
    if (table === undefined) {
      if (body.name !== undefined) made(body.name);
      const identifiers = [...tables.keys()].map((name) => ({ name }));
      const metadata = tables.get(body.name ?? "");
      return Response.json({ identifiers, metadata });
    }
    if (method === "DELETE") tables.delete(table);
    else if (!tables.has(table)) return error(404, "NoSuchTableException");
    if (body.updates) commit(tables.get(table), body as Body);
    return Response.json({ metadata: tables.get(table) });
  };
}

const xml = (text: string, status = 200) =>
  new Response(`<?xml version="1.0"?>${text}`, {
    status,
    headers: { "content-type": "application/xml" },
  });

/** A store with the bucket `staging`, which keeps what comes as it comes. */
export function laxStore(): Answering {
  const objects = new Map<string, Uint8Array<ArrayBuffer>>();
  return ({ method, url }, bytes) => {
    const { pathname, searchParams } = new URL(url);
    const key = decodeURIComponent(pathname).replace(/^\/staging\/?/, "");
    if (key === "") {
      const found = [...objects.keys()].sort()
        .filter((one) => one.startsWith(searchParams.get("prefix") ?? ""));
      return xml(
        `<ListBucketResult>${
          found.map((one) =>
            `<Contents><Key>${one}</Key><Size>1</Size></Contents>`
          ).join("")
        }</ListBucketResult>`,
      );
    }
    if (method === "PUT") objects.set(key, bytes);
    if (method === "DELETE") objects.delete(key);
    const found = objects.get(key);
    if (method === "DELETE") return new Response(null, { status: 204 });
    if (!found) return xml("<Error><Code>NoSuchKey</Code></Error>", 404);
    return new Response(method === "GET" ? found : null, {
      headers: { etag: '"one"', "content-length": String(found.length) },
    });
  };
}

/** Both behind one address. */
export function lax(): Answering {
  const [catalog, store] = [laxCatalog(), laxStore()];
  return (request, body) => {
    const isCatalog = new URL(request.url).pathname.startsWith("/_iceberg/");
    return (isCatalog ? catalog : store)(request, body);
  };
}

/** Lets in what is signed as it should be, and refuses all else. */
export const guarded =
  (answering: Answering): Answering => async (request, body) => {
    const refused = new Response("<Error><Code>AccessDenied</Code></Error>", {
      status: 403,
    });
    const given = (name: string) => request.headers.get(name) ?? "";
    const [, region, service, names] = given("authorization").match(
      /Credential=[^/]+\/\d+\/([^/]+)\/([^/]+)\/.*SignedHeaders=([^,]+)/,
    ) ?? [];
    const { pathname } = new URL(request.url);
    const wanted = pathname.startsWith("/_iceberg/") ? "s3tables" : "s3";
    const date = new Date(
      given("x-amz-date").replace(
        /^(....)(..)(..)T(..)(..)(..)Z$/,
        "$1-$2-$3T$4:$5:$6Z",
      ),
    );
    const isNow = Math.abs(Date.now() - date.getTime()) < 15 * 60_000;
    const hash = createHash("sha256").update(body).digest("hex");
    if (
      service !== wanted || region !== "us-east-1" || !isNow ||
      given("x-amz-content-sha256") !== hash
    ) return refused;
    const headers = Object.fromEntries(
      names!.split(";").filter((name) => name !== "host")
        .map((name) => [name, given(name)]),
    );
    const signed = await signRequest(
      { method: request.method, url: request.url, headers, body },
      { ...KEYS, region, service: service as string, date },
    );
    const isRight = signed.authorization === given("authorization");
    return isRight ? await answering(request, body) : refused;
  };
