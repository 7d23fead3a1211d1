import { assertEquals, assertStringIncludes } from "@std/assert";
import { closedPort, withEnv } from "../../tests/support/env.ts";
import type { Container, ServiceName } from "./compose.ts";
import { type Health, lookAt } from "./look.ts";

type Answers = Record<string, [status: number, body: string]>;

/** Looks at a service that answers so, path by path, and 404 elsewhere. */
async function look(service: ServiceName, answers: Answers): Promise<Health> {
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    ({ url }) => {
      const { pathname, search } = new URL(url);
      const [status, body] = answers[pathname + search] ?? [404, "none"];
      return new Response(body, { status });
    },
  );
  const { port } = server.addr;
  return await lookAt(container(service, port));
}

const container = (service: ServiceName, port: number): Container => ({
  id: "1",
  name: `docker-${service}-1`,
  service,
  state: "running",
  exitCode: 0,
  outOfMemory: false,
  published: { 9000: port, 8333: port, 8181: port, 8080: port },
  folder: "",
});

Deno.test("lookAt() waits for Trino until it says that it has started", async () => {
  const info = (text: string) => look("trino", { "/v1/info": [200, text] });
  assertEquals((await info('{"starting": false}')).state, "healthy");
  assertEquals((await info('{"starting":true}')).why, "it is starting");
  assertEquals((await info("<html>")).state, "starting");
  assertStringIncludes((await look("trino", {})).why, "answers 404");
});

Deno.test("lookAt() asks MinIO whether it lives", async () => {
  const live = (status: number) =>
    look("minio", { "/minio/health/live": [status, ""] });
  assertEquals((await live(200)).state, "healthy");
  assertStringIncludes((await live(503)).why, "answers 503");
});

Deno.test("lookAt() waits for SeaweedFS until its catalog opens the warehouse", async () => {
  const seaweedfs = (namespaces?: [number, string]) =>
    look("seaweedfs", {
      "/healthz": [200, ""],
      "/v1/config?warehouse=lake": [200, '{"overrides":{"prefix":"w"}}'],
      ...namespaces ? { "/v1/w/namespaces?pageSize=1": namespaces } : {},
    });
  await withEnv({ WAREHOUSE: "lake" }, async () => {
    assertEquals((await look("seaweedfs", {})).state, "starting");
    assertStringIncludes((await seaweedfs()).why, 'the warehouse "lake"');
    // Whoever asks next says that the keys are wrong.
    assertEquals((await seaweedfs([403, "{}"])).state, "healthy");
    assertEquals(
      (await seaweedfs([200, '{"namespaces":[]}'])).state,
      "healthy",
    );
  });
});

Deno.test("lookAt() says where nothing answers", async () => {
  const port = closedPort();
  assertEquals(await lookAt(container("minio", port)), {
    state: "starting",
    why: `nothing answers at http://127.0.0.1:${port}`,
  });
});
