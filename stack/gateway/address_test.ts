import { assertEquals, assertThrows } from "@std/assert";
import { addressOf } from "./address.ts";
import { Refusal } from "./refusal.ts";

const BASE = "http://127.0.0.1:9002";

function statusOf(url: string, host?: string): number {
  const headers = new Headers(host === undefined ? {} : { host });
  return assertThrows(() => addressOf({ url, headers }), Refusal).status;
}

Deno.test("addressOf() takes this machine's own names, and a query as it is", () => {
  const headers = new Headers({ host: "localhost:9002" });
  for (const host of ["127.0.0.1:9002", "LOCALHOST:1", "[::1]", "localhost"]) {
    const url = `http://${host}/a%1Fb?c=d%2Fe`;
    assertEquals(addressOf({ url, headers }).pathname, "/a%1Fb");
    assertEquals(addressOf({ url, headers }).search, "?c=d%2Fe");
  }
});

Deno.test("addressOf() answers under no other name", () => {
  for (
    const host of ["evil.example", "127.0.0.1.evil.example", "a@127.0.0.1", "["]
  ) {
    assertEquals(statusOf(`http://${host}/`), 421, host);
    assertEquals(statusOf(`${BASE}/`, host), 421, host);
  }
  assertEquals(statusOf(`${BASE}/`, "127.0.0.1, 127.0.0.1"), 421);
});

Deno.test("addressOf() refuses a path that can be read in two ways", () => {
  for (
    const path of ["/a/../b", "/./a", "/a/%2e%2E/b", "/a\\b", "/%zz", "/%ff"]
  ) {
    assertEquals(statusOf(BASE + path), 400, path);
  }
  assertEquals(statusOf("http://127.0.0.1:99999/"), 400);
});

Deno.test("addressOf() answers under names that it is given", () => {
  const headers = new Headers({ host: "minio:9000" });
  const request = { url: "http://minio:9000/_iceberg/v1/config", headers };
  assertEquals(addressOf(request, ["minio"]).pathname, "/_iceberg/v1/config");
  assertEquals(statusOf(request.url, "minio:9000"), 421);
});
