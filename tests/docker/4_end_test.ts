import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { containers } from "../../stack/docker/compose.ts";
import { docker } from "../../stack/docker/engine.ts";
import { ensureTrinoCatalog } from "../../lib/trino/catalog.ts";
import { count, PROJECT, refused, task, TRIPS, up } from "./lane.ts";
import { FOREIGN, removeLeftovers } from "./leftovers.ts";

async function must(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await docker(args);
  assertEquals(code, 0, stderr);
  return stdout;
}

/** A container, never started, of another Compose file. */
function foreignContainer(project: string, service: string): Promise<string> {
  const labels = {
    project,
    service,
    oneoff: "False",
    // Without one, Compose does not take it for a container of its own.
    "config-hash": "another",
    "project.working_dir": "/",
  };
  return must(
    "create",
    "--name",
    FOREIGN,
    "--network",
    FOREIGN,
    "--volume",
    `${FOREIGN}:/data`,
    ...Object.entries(labels).flatMap(([name, value]) => [
      "--label",
      `com.docker.compose.${name}=${value}`,
    ]),
    "lakehouse-test-base",
    "true",
  );
}

Deno.test("down keeps the data, and up counts it again", async () => {
  const down = await task("down");
  assertEquals(down.code, 0, down.text);
  assertEquals(await containers(), []);
  await up();
  await ensureTrinoCatalog();
  assertEquals(await count(), BigInt(TRIPS));
});

Deno.test("down --clean removes this project's containers, volumes and network only", async () => {
  await must("network", "create", FOREIGN);
  try {
    // Another folder named as ours gives its project the same name.
    await foreignContainer(PROJECT, "db");
    const { code, text } = await task("down", ["--clean"]);
    assertEquals(code, 0, text);
    assertEquals(await containers(), []);
    const names = async (...list: string[]) =>
      (await must(...list, "--format", "{{.Name}}")).split("\n");
    const volumes = await names("volume", "ls");
    assert(!volumes.some((name) => name.startsWith(PROJECT)), volumes.join());
    assert(volumes.includes(FOREIGN));
    const networks = await names("network", "ls");
    assert(!networks.includes(PROJECT));
    assert(networks.includes(FOREIGN));
    await must("container", "inspect", FOREIGN);
  } finally {
    await removeLeftovers(PROJECT);
  }
});

Deno.test("a project of the same name and service is left alone, and named", async () => {
  await must("network", "create", FOREIGN);
  try {
    const id = await foreignContainer(PROJECT, "minio");
    await refused({}, `its container ${FOREIGN} belongs to /`);
    const { code, text } = await task("down", ["--stack", "docker", "--clean"]);
    assertEquals(code, 1, text);
    assertStringIncludes(text, "LAKEHOUSE_PROJECT");
    assertEquals(
      await must("container", "inspect", "--format", "{{.Id}}", FOREIGN),
      id,
    );
  } finally {
    await removeLeftovers(PROJECT);
  }
});
