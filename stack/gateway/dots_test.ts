import { assertEquals, assertThrows } from "@std/assert";
import type { GatewayCall } from "./backend.ts";
import { refuseDots } from "./dots.ts";
import { Refusal } from "./refusal.ts";

function call(method: string, path: string, body: unknown = undefined) {
  const url = new URL(`http://127.0.0.1/_iceberg/v1/wh/${path}`);
  const text = body === undefined ? "" : JSON.stringify(body);
  const sent: GatewayCall = {
    method,
    url,
    headers: new Headers(),
    body: new TextEncoder().encode(text),
  };
  return () => refuseDots(url.pathname.slice("/_iceberg/v1/wh/".length), sent);
}

Deno.test("refuseDots() refuses to make a namespace with a dot, as AIStor does", () => {
  const refusal = assertThrows(
    call("POST", "namespaces", { namespace: ["sales", "north.west"] }),
    Refusal,
    '"north.west"',
  );
  assertEquals(
    [refusal.status, refusal.type],
    [400, "IcebergNamespaceNameInvalid"],
  );
});

const ELSEWHERE: [string, string, unknown?][] = [
  ["GET", "namespaces/a.b"],
  ["HEAD", "namespaces/a%1Fb.c"],
  ["DELETE", "namespaces/a%2Eb"],
  ["GET", "namespaces?parent=a.b"],
  ["POST", "namespaces/a.b/tables", { name: "t" }],
  ["GET", "namespaces/a.b/views/v"],
  ["POST", "tables/rename", {
    source: { namespace: ["a"], name: "t" },
    destination: { namespace: ["a.b"], name: "t" },
  }],
  ["POST", "views/rename", { source: { namespace: ["a.b"], name: "v" } }],
  ["POST", "transactions/commit", {
    "table-changes": [{ identifier: { namespace: ["a.b"], name: "t" } }],
  }],
];

for (const [method, path, body] of ELSEWHERE) {
  Deno.test(`refuseDots() knows no namespace with a dot: ${method} ${path}`, () => {
    const refusal = assertThrows(call(method, path, body), Refusal);
    assertEquals(
      [refusal.status, refusal.type],
      [404, "NoSuchNamespaceException"],
    );
  });
}

Deno.test("refuseDots() lets dots be that are in no namespace", () => {
  call("GET", "namespaces/a%1Fb/tables/t.metadata")();
  call("POST", "namespaces", {
    namespace: ["a"],
    properties: { "x.y": "." },
  })();
  call("POST", "namespaces/a/register", {
    name: "t",
    "metadata-location": "s3://wh/a/t/1.metadata.json",
  })();
  call("POST", "tables/rename", {
    source: { namespace: ["a"], name: "t.1" },
    destination: { namespace: ["a"], name: "t.2" },
  })();
  call("POST", "namespaces", "no object")();
});
