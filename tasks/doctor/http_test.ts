import { assertEquals, assertStringIncludes } from "@std/assert";
import { closedPort } from "../../tests/support/env.ts";
import { unreachable } from "./http.ts";

async function failureAt(address: string, init: RequestInit = {}) {
  try {
    await fetch(address, init);
  } catch (error) {
    return unreachable(error, address);
  }
  throw new Error("expected fetch to fail");
}

Deno.test("unreachable() tells a closed port", async () => {
  const address = `http://127.0.0.1:${closedPort()}`;
  assertEquals(await failureAt(address), `nothing listens at ${address}`);
});

Deno.test("unreachable() tells a name that is not known", async () => {
  assertStringIncludes(
    await failureAt("http://no-such-host.invalid:9000"),
    "does not know the name no-such-host.invalid",
  );
});

Deno.test("unreachable() tells a server that takes no TLS", async () => {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    () => new Response(),
  );
  const address = `https://127.0.0.1:${server.addr.port}`;
  assertStringIncludes(await failureAt(address), "speaks no TLS");
  await server.shutdown();
});

Deno.test("unreachable() tells a server that does not answer", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  const address = `http://127.0.0.1:${port}`;
  const signal = AbortSignal.timeout(50);
  assertEquals(
    await failureAt(address, { signal }),
    `${address} does not answer`,
  );
  listener.close();
});
