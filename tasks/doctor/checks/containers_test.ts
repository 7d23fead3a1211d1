import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Container } from "../../../stack/docker/compose.ts";
import type { Health } from "../../../stack/docker/look.ts";
import { containerVerdict, publishedVerdict } from "./containers.ts";

const container = (changes: Partial<Container> = {}): Container => ({
  id: "1",
  name: "docker-trino-1",
  service: "trino",
  state: "running",
  exitCode: 0,
  outOfMemory: false,
  published: { 8080: 9999 },
  folder: "",
  ...changes,
});

Deno.test("containerVerdict() tells missing, ended, starting and unhealthy", () => {
  const verdict = (
    found: Container | undefined,
    health: Health = { state: "healthy", why: "" },
    log: string[] = [],
  ) => {
    const outcome = containerVerdict("trino", found, health, log);
    if (outcome.status === "failed") {
      assertEquals(outcome.effect, "trino is down");
    }
    return outcome.text;
  };
  assertEquals(verdict(container()), "docker-trino-1 is healthy");
  assertStringIncludes(verdict(undefined), "No such container");
  assertEquals(
    verdict(container({ state: "exited", exitCode: 137, outOfMemory: true })),
    "the container docker-trino-1 has ended with code 137, out of memory",
  );
  const ended = container({ state: "exited", exitCode: 3 });
  const known = containerVerdict("trino", ended, undefined, [
    "no space left on device",
  ]);
  assert(known.status === "failed");
  assertStringIncludes(known.text, "with code 3: the disk is full");
  const unknown = containerVerdict("trino", ended, undefined, [
    "something new",
  ]);
  assert(unknown.status === "failed");
  assertStringIncludes(unknown.next, "deno task logs trino");
  assertEquals(
    verdict(container(), { state: "starting", why: "nothing answers at x" }),
    "docker-trino-1 runs, but: nothing answers at x",
  );
  assertStringIncludes(
    verdict(container(), { state: "unhealthy", why: "no trino" }, [
      "OutOfMemoryError",
    ]),
    "no trino: memory ran out",
  );
});

Deno.test("publishedVerdict() names the setting that leads past the container", () => {
  const found = [container()];
  const verdict = (address: string) =>
    publishedVerdict(found, { trino: { setting: "TRINO_URI", address } });
  assertEquals(verdict("http://localhost:9999").text, "9999 trino");
  const none = { trino: { setting: "TRINO_URI", address: "http://localhost" } };
  assertEquals(publishedVerdict([], none).status, "skipped");
  const outcome = verdict("http://localhost:8080");
  assertEquals(outcome.status, "failed");
  assertEquals(
    outcome.text,
    "TRINO_URI leads to port 8080, trino publishes 9999",
  );
});
