import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { catalog } from "../../lib/catalog/config.ts";
import { ensureWarehouse } from "../../lib/catalog/warehouses.ts";
import { takeLock } from "../../lib/core/lock.ts";
import { settings, stateDir } from "../../lib/core/settings.ts";
import { LakehouseError } from "../../lib/core/errors.ts";
import { localStack } from "../../stack/local/local.ts";
import { query } from "../../lib/trino/client.ts";
import { ensureTrinoCatalog } from "../../lib/trino/catalog.ts";
import { withEnv } from "../support/env.ts";
import { taskArguments } from "../../tasks/dev/task.ts";

async function pidOf(name: string): Promise<number> {
  const { stdout } = await new Deno.Command("pgrep", {
    args: ["-f", name],
  }).output();
  return Number(new TextDecoder().decode(stdout).trim().split("\n")[0]);
}

async function isListening(port: number): Promise<boolean> {
  try {
    (await Deno.connect({ hostname: "127.0.0.1", port })).close();
    return true;
  } catch {
    return false;
  }
}

Deno.test("every service is healthy, within 4 GB, on loopback only", async () => {
  const services = await localStack.status();
  assertEquals(services.map(({ name }) => name), [
    "s3",
    "catalog",
    "gateway",
    "trino",
  ]);
  assert(services.every(({ healthy }) => healthy));
  const memory = services.reduce((sum, { memory = 0 }) => sum + memory, 0);
  assert(memory > 0 && memory < 4e9, String(memory));
  const { stdout } = await new Deno.Command("cat", {
    args: ["/proc/net/tcp", "/proc/net/tcp6"],
  }).output();
  const ports = services.map(({ address }) =>
    Number(address.split(":")[1]).toString(16).toUpperCase().padStart(4, "0")
  );
  const open = new TextDecoder().decode(stdout).split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local, , state]) =>
      state === "0A" && ports.includes(local?.split(":")[1] ?? "")
    );
  assertEquals(open.length >= 4, true);
  for (const [, local] of open) {
    const host = local!.split(":")[0]!;
    assert(host === "0100007F" || host.endsWith("FFFF00000100007F"), host);
  }
});

async function task(name: string, env: Record<string, string>) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: taskArguments(name),
    env: { NO_COLOR: "1", ...env },
  }).output();
  const decoder = new TextDecoder();
  return { code, text: decoder.decode(stdout) + decoder.decode(stderr) };
}

Deno.test("up with other ports knows what runs, and stops nothing", async () => {
  const before = await localStack.status();
  const { code, text } = await task("up", { S3_PORT: "19900" });
  assertEquals(code, 0, text);
  assertStringIncludes(text, "It runs with S3_PORT 19000");
  await withEnv({ S3_PORT: "19900" }, async () => {
    const after = await localStack.status();
    assert(after.every(({ healthy }) => healthy));
    assertEquals(
      after.map(({ address }) => address),
      before.map(({ address }) => address),
    );
  });
});

Deno.test("while one starts or stops the stack, others are told who does", async () => {
  using _lock = takeLock(`${stateDir()}/up-or-down.lock`, "", "a test");
  for (const name of ["up", "down"]) {
    const { code, text } = await task(name, {});
    assertEquals(code, 1);
    assertStringIncludes(text, `a test (process ${Deno.pid}`);
  }
  const services = await localStack.status();
  assert(services.every(({ healthy }) => healthy));
});

Deno.test("up() on a running stack changes nothing", async () => {
  const before = await localStack.status();
  await localStack.up();
  const after = await localStack.status();
  assertEquals(
    after.map(({ state }) => state),
    before.map(({ state }) => state),
  );
});

Deno.test("up() names the port that is taken and the setting that changes it", async () => {
  const dir = await Deno.makeTempDir();
  try {
    await withEnv({ LAKEHOUSE_STATE: dir }, async () => {
      await assertRejects(() => localStack.up(), LakehouseError, "S3_PORT");
    });
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("a service that is killed comes back", async () => {
  const { minioHost } = settings();
  const port = Number(new URL(minioHost).port);
  const pid = await pidOf(`${stateDir()}/local/s3/s3proxy.properties`);
  Deno.kill(pid, "SIGKILL");
  await localStack.up();
  assert(await isListening(port));
});

Deno.test("down() keeps the data, and the table answers the same after up()", async () => {
  await ensureWarehouse(catalog());
  await ensureTrinoCatalog();
  await query("CREATE SCHEMA IF NOT EXISTS chicago");
  await query(
    "CREATE TABLE kept AS SELECT n FROM UNNEST(sequence(1, 5000)) t(n)",
  );
  await localStack.down();
  for (const { state, healthy } of await localStack.status()) {
    assertEquals([state, healthy], ["STOPPED", false]);
  }
  assertEquals(
    await isListening(Number(new URL(settings().trinoUri).port)),
    false,
  );
  await localStack.up();
  await ensureTrinoCatalog();
  const { first } = await query("SELECT count(*) AS n FROM kept");
  assertEquals(first.n, 5000n);
  await query("DROP TABLE kept");
});

Deno.test("a supervisor that is killed leaves nothing behind, and up() starts again", async () => {
  const pid = Number(
    await Deno.readTextFile(`${stateDir()}/local/supervisord.pid`),
  );
  Deno.kill(pid, "SIGKILL");
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  await localStack.up();
  assert((await localStack.status()).every(({ healthy }) => healthy));
});
