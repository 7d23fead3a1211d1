import {
  assert,
  assertEquals,
  assertFalse,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import {
  type HttpRequest,
  signedFetch,
  signRequest,
} from "../../lib/core/sigv4.ts";
import { type GatewayOptions, startGateway } from "./gateway.ts";

const KEYS = {
  accessKey: "lakehouse-writer",
  secretKey: "a secret that shows nowhere",
};
const SIGN = {
  ...KEYS,
  region: "anywhere-1",
  service: "s3tables" as const,
};
const RECORD = {
  name: "trips",
  bucket: "trips",
  uuid: "3f0c5a0e-4c39-4f0e-8f1c-0d8a5b5c7e11",
  "created-at": "2026-01-02T03:04:05.000Z",
  properties: {},
};

interface Forwarded {
  method: string;
  path: string;
  headers: Headers;
  body: string;
}

interface Lane {
  /** Address of the gateway's catalog API. */
  base: string;
  port: number;
  /** What has reached the backend. */
  forwarded: Forwarded[];
  lines: string[];
  send(request: Partial<HttpRequest> & { path: string }): Promise<Response>;
}

/**
 * A gateway with the warehouse "trips" before a backend that writes down what
 * reaches it: the point of these tests is what gets there and what does not.
 */
async function withGateway(
  test: (lane: Lane) => Promise<void>,
  reply: (request: Forwarded) => Response | Promise<Response> = () =>
    Response.json({ namespaces: [] }),
  options: Partial<GatewayOptions> = {},
): Promise<void> {
  const dir = await Deno.makeTempDir();
  await Deno.writeTextFile(`${dir}/state.json`, JSON.stringify([RECORD]));
  const forwarded: Forwarded[] = [];
  const lines: string[] = [];
  const backend = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const { pathname, search } = new URL(request.url);
      const seen = {
        method: request.method,
        path: pathname + search,
        headers: request.headers,
        body: await request.text(),
      };
      forwarded.push(seen);
      return await reply(seen);
    },
  );
  const gateway = await startGateway({
    port: 0,
    backend: `http://127.0.0.1:${backend.addr.port}`,
    // Nothing listens on port 1: a test that reaches for S3 here learns that.
    s3: "http://127.0.0.1:1",
    state: `${dir}/state.json`,
    ...KEYS,
    region: "us-east-1",
    log: (line) => lines.push(line),
    ...options,
  });
  const base = `http://127.0.0.1:${gateway.port}/_iceberg/v1`;
  try {
    await test({
      base,
      port: gateway.port,
      forwarded,
      lines,
      send: ({ path, ...request }) =>
        signedFetch({ method: "GET", ...request, url: base + path }, SIGN),
    });
  } finally {
    await gateway.shutdown();
    await backend.shutdown();
    await Deno.remove(dir, { recursive: true });
  }
}

async function assertEnvelope(
  response: Response,
  status: number,
  type: string,
): Promise<string> {
  assertEquals(response.status, status);
  const body = await response.json();
  assertEquals(Object.keys(body), ["error"]);
  assertEquals(Object.keys(body.error), ["code", "message", "type"]);
  assertEquals(body.error.code, status);
  assertEquals(body.error.type, type);
  return body.error.message;
}

Deno.test("the gateway forwards a signed request without prefix and signature", () =>
  withGateway(async ({ send, forwarded }) => {
    const response = await send({
      method: "POST",
      path: "/trips/namespaces/a%1Fb/tables?x=1%2F2",
      headers: { "content-type": "application/json", accept: "text/x-test" },
      body: '{"name":"zoë"}',
    });
    assertEquals(await response.json(), { namespaces: [] });
    const [seen] = forwarded;
    assert(seen);
    assertEquals(seen.method, "POST");
    assertEquals(seen.path, "/trips/v1/namespaces/a%1Fb/tables?x=1%2F2");
    assertEquals(seen.body, '{"name":"zoë"}');
    assertEquals(seen.headers.get("content-type"), "application/json");
    assertEquals(seen.headers.get("accept"), "text/x-test");
    assertFalse(seen.headers.has("x-amz-date"));
    assertMatch(seen.headers.get("authorization")!, /^Bearer [0-9a-f]{64}$/);
    assertEquals(forwarded.length, 1);
  }));

Deno.test("the gateway passes status, body and etag back", () =>
  withGateway(
    async ({ send }) => {
      const response = await send({ path: "/trips/namespaces/a/tables/t" });
      assertEquals(response.status, 202);
      assertEquals(response.headers.get("etag"), '"7"');
      assertEquals(response.headers.has("x-inner"), false);
      assertEquals(await response.text(), '{"id":9007199254740993}');
    },
    () =>
      new Response('{"id":9007199254740993}', {
        status: 202,
        headers: { etag: '"7"', "x-inner": "no" },
      }),
  ));

Deno.test("the gateway answers HEAD and DELETE without a body", () =>
  withGateway(
    async ({ send, forwarded }) => {
      const path = "/trips/namespaces/a";
      assertEquals((await send({ method: "HEAD", path })).status, 404);
      assertEquals((await send({ method: "DELETE", path })).status, 204);
      assertEquals(forwarded.map(({ method }) => method), ["HEAD", "DELETE"]);
    },
    ({ method }) =>
      new Response(null, { status: method === "HEAD" ? 404 : 204 }),
  ));

Deno.test("the gateway sets the prefix and leaves out the token endpoints", () =>
  withGateway(
    async ({ send }) => {
      const response = await send({ path: "/config?warehouse=trips" });
      assertEquals(await response.json(), {
        defaults: { a: "b" },
        overrides: { c: "d", prefix: "trips" },
        endpoints: ["GET /v1/{prefix}/namespaces"],
      });
    },
    () =>
      Response.json({
        defaults: { a: "b" },
        overrides: { c: "d" },
        endpoints: [
          "POST v1/oauth/tokens",
          "POST https://auth-server.com/token",
          "GET /v1/{prefix}/namespaces",
        ],
      }),
  ));

const REQUEST = {
  method: "POST",
  headers: { "content-type": "application/json" },
  body: '{"namespace":["a"]}',
};
const minutes = (n: number) => new Date(Date.now() + n * 60_000);

const REFUSED: [
  string,
  RegExp,
  Partial<Parameters<typeof signRequest>[1]> | undefined,
  ((headers: Record<string, string>) => Partial<HttpRequest>)?,
][] = [
  ["an unsigned request", /not signed/, undefined],
  ["an expired request", /15 minutes/, { date: minutes(-16) }],
  ["a request from the future", /15 minutes/, { date: minutes(16) }],
  ["a wrong access key", /access key/, { accessKey: "minioadmin" }],
  ["a wrong secret key", /secret key/, { secretKey: "minioadmin" }],
  ["a signature for another service", /"s3"/, { service: "s3" }],
  ["a tampered body", /body/, {}, () => ({ body: '{"namespace":["b"]}' })],
  ["a tampered header", /signature/, {}, (headers) => ({
    headers: { ...headers, "content-type": "text/plain" },
  })],
  ["a tampered method", /signature/, {}, () => ({ method: "PUT" })],
];

for (const [name, reason, sign, tamper] of REFUSED) {
  Deno.test(`the gateway refuses ${name} and forwards nothing`, () =>
    withGateway(async ({ base, forwarded }) => {
      for (
        const path of [
          "/trips/namespaces",
          "/warehouses",
          "/config?warehouse=trips",
          "/missing",
          "/../../elsewhere",
        ]
      ) {
        const request = { ...REQUEST, url: `${base}${path}` };
        const headers = sign
          ? await signRequest(request, { ...SIGN, ...sign })
          : request.headers;
        delete (headers as Record<string, string>).host;
        const sent = { ...request, headers, ...tamper?.(headers) };
        const response = await fetch(request.url, sent);
        const type = reason.test("15 minutes")
          ? "RequestTimeTooSkewed"
          : "ForbiddenException";
        assertMatch(await assertEnvelope(response, 403, type), reason);
      }
      assertEquals(forwarded, []);
    }));
}

Deno.test("the gateway does not read the body of a request it refuses by its headers", () =>
  withGateway(
    async ({ base }) => {
      const body = "x".repeat(1000);
      const response = await fetch(`${base}/warehouses`, {
        method: "POST",
        body,
      });
      await assertEnvelope(response, 403, "ForbiddenException");
    },
    undefined,
    { maxBody: 100 },
  ));

Deno.test("the gateway refuses a body over the limit, stated or not", () =>
  withGateway(
    async ({ send, base, forwarded }) => {
      const path = "/trips/namespaces";
      const body = "x".repeat(101);
      const method = "POST";
      await assertEnvelope(
        await send({ method, path, body }),
        413,
        "RequestEntityTooLarge",
      );
      const headers = await signRequest(
        { method, url: base + path, body },
        SIGN,
      );
      delete headers.host;
      const stream = ReadableStream.from([new TextEncoder().encode(body)]);
      await assertEnvelope(
        await fetch(base + path, { method, headers, body: stream }),
        413,
        "RequestEntityTooLarge",
      );
      assertEquals(forwarded, []);
      const fits = await send({ method, path, body: "x".repeat(100) });
      await fits.body?.cancel();
      assertEquals(fits.status, 200);
    },
    undefined,
    { maxBody: 100 },
  ));

Deno.test("the gateway knows no warehouse that is not on its list", () =>
  withGateway(async ({ send, forwarded }) => {
    for (
      const path of [
        "/missing/namespaces",
        "/config?warehouse=missing",
        "/warehouses/missing",
        "/oauth/tokens",
      ]
    ) {
      const response = await send({ path });
      const message = await assertEnvelope(
        response,
        404,
        "IcebergWarehouseNotFound",
      );
      assertStringIncludes(message, "does not exist");
    }
    await assertEnvelope(
      await send({ method: "DELETE", path: "/warehouses/missing" }),
      404,
      "IcebergWarehouseNotFound",
    );
    assertEquals(forwarded, []);
  }));

Deno.test("the gateway refuses requests that make no sense", () =>
  withGateway(async ({ send, forwarded }) => {
    const bad: [string, string, string, number, string?][] = [
      ["GET", "/config", "", 400],
      ["POST", "/config?warehouse=trips", "{}", 405],
      ["PUT", "/trips/namespaces", "{}", 405],
      ["DELETE", "/warehouses", "", 405],
      ["DELETE", "/warehouses/trips?preserve-bucket=maybe", "", 400],
      ["POST", "/warehouses", "{", 400],
      ["POST", "/warehouses", "null", 400, "IcebergWarehouseNameInvalid"],
      [
        "POST",
        "/warehouses",
        '{"name":"A B"}',
        400,
        "IcebergWarehouseNameInvalid",
      ],
      ["POST", "/warehouses", '{"name":"abc","upgrade-existing":"yes"}', 400],
      [
        "POST",
        "/warehouses",
        '{"name":"trips"}',
        409,
        "IcebergWarehouseAlreadyExists",
      ],
    ];
    for (const [method, path, body, status, type] of bad) {
      const request = { method, path, ...body ? { body } : {} };
      await assertEnvelope(
        await send(request),
        status,
        type ??
          (status === 405
            ? "MethodNotAllowedException"
            : "BadRequestException"),
      );
    }
    assertEquals(forwarded, []);
  }));

Deno.test("the gateway lists and shows warehouses", () =>
  withGateway(async ({ send }) => {
    assertEquals(await (await send({ path: "/warehouses" })).json(), {
      warehouses: ["trips"],
      "next-page-token": null,
    });
    assertEquals(
      await (await send({ path: "/warehouses/trips" })).json(),
      RECORD,
    );
  }));

Deno.test("the gateway keeps a warehouse that has namespaces", () =>
  withGateway(
    async ({ send }) => {
      for (const query of ["", "?preserve-bucket=true"]) {
        await assertEnvelope(
          await send({ method: "DELETE", path: `/warehouses/trips${query}` }),
          409,
          "IcebergWarehouseNotEmpty",
        );
      }
      const shown = await send({ path: "/warehouses/trips" });
      assertEquals(await shown.json(), RECORD);
    },
    () => Response.json({ namespaces: [["chicago"]] }),
  ));

Deno.test("the gateway adds and removes nothing while S3 is down", () =>
  withGateway(async ({ send, lines }) => {
    const body = '{"name":"other"}';
    await assertEnvelope(
      await send({ method: "POST", path: "/warehouses", body }),
      503,
      "ServiceUnavailableException",
    );
    await assertEnvelope(
      await send({ method: "DELETE", path: "/warehouses/trips" }),
      503,
      "ServiceUnavailableException",
    );
    const listed = await (await send({ path: "/warehouses" })).json();
    assertEquals(listed.warehouses, ["trips"]);
    assertMatch(lines[0]!, /object store does not answer/);
  }));

Deno.test("the gateway passes an error on without the Java stack", () =>
  withGateway(
    async ({ send }) => {
      const message = await assertEnvelope(
        await send({ path: "/trips/namespaces/a" }),
        404,
        "NoSuchNamespaceException",
      );
      assertEquals(message, "Namespace does not exist: a");
    },
    () =>
      Response.json({
        error: {
          code: 404,
          type: "NoSuchNamespaceException",
          message: "Namespace does not exist: a",
          stack: ["at Some.java"],
        },
      }, { status: 404 }),
  ));

Deno.test("the gateway turns an error page into the envelope", () =>
  withGateway(
    async ({ send, lines }) => {
      await assertEnvelope(
        await send({ path: "/trips/namespaces" }),
        500,
        "InternalServerError",
      );
      assertMatch(lines[0]!, / 500 \d+ ms InternalServerError: /);
    },
    () => new Response("<html>", { status: 500 }),
  ));

Deno.test("the gateway answers 503 while the catalog is down, 504 when it hangs", async () => {
  await withGateway(
    async ({ send }) => {
      await assertEnvelope(
        await send({ path: "/trips/namespaces" }),
        503,
        "ServiceUnavailableException",
      );
    },
    undefined,
    { backend: "http://127.0.0.1:1" },
  );
  const done = Promise.withResolvers<void>();
  await withGateway(
    async ({ send }) => {
      await assertEnvelope(
        await send({ path: "/trips/namespaces" }),
        504,
        "GatewayTimeoutException",
      );
      done.resolve();
    },
    async () => {
      await done.promise;
      return new Response();
    },
    { timeout: 50 },
  );
});

Deno.test("the gateway tells its health without a signature, and nothing else", () =>
  withGateway(async ({ port, forwarded, lines }) => {
    const health = await fetch(`http://127.0.0.1:${port}/healthz`);
    assertEquals([health.status, await health.text()], [200, "ok\n"]);
    assertEquals(lines, []);
    for (const path of ["", "/_iceberg", "/_iceberg/v2/x", "/trips"]) {
      await assertEnvelope(
        await fetch(`http://127.0.0.1:${port}${path}`),
        403,
        "ForbiddenException",
      );
    }
    assertEquals(forwarded, []);
  }));

Deno.test("the gateway logs one line a request, with no secret in it", () =>
  withGateway(async ({ send, base, lines }) => {
    const ok = await send({ path: "/trips/namespaces?parent=secret" });
    await ok.body?.cancel();
    const refused = await fetch(
      `${base}/trips/namespaces?X-Amz-Signature=secret`,
    );
    await refused.body?.cancel();
    assertEquals(lines.length, 2);
    assertMatch(
      lines[0]!,
      /^GET \/_iceberg\/v1\/trips\/namespaces 200 \d+ ms$/,
    );
    assertMatch(
      lines[1]!,
      /^GET \/_iceberg\/v1\/trips\/namespaces 403 \d+ ms$/,
    );
    for (const line of lines) assertFalse(/secret|[Ss]ignature/.test(line));
  }));

Deno.test("the gateway listens on 127.0.0.1 only", () =>
  withGateway(async ({ port }) => {
    const others = Deno.networkInterfaces().filter(({ family, address }) =>
      family === "IPv4" && address !== "127.0.0.1"
    );
    // 127.0.0.2 is this machine too, and on every Linux.
    const hosts = others.map(({ address }) => address);
    if (Deno.build.os === "linux") hosts.push("127.0.0.2");
    for (const hostname of hosts) {
      const refused = await Deno.connect({ hostname, port }).then(
        (connection) => (connection.close(), false),
        () => true,
      );
      assert(refused, hostname);
    }
  }));
