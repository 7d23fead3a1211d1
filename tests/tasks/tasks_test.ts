import { taskArguments } from "../../tasks/dev/task.ts";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { catalog } from "../../lib/catalog/config.ts";
import { ensureWarehouse } from "../../lib/catalog/warehouses.ts";
import { takeLock } from "../../lib/core/lock.ts";
import { settings, stateDir } from "../../lib/core/settings.ts";
import { query } from "../../lib/trino/client.ts";
import { ensureTrinoCatalog } from "../../lib/trino/catalog.ts";

interface Ended {
  code: number;
  text: string;
}

/** Runs a task to its end; with `stopAt`, sends Ctrl+C when that text shows. */
async function task(
  name: string,
  args: string[] = [],
  options: { stopAt?: string; env?: Record<string, string> } = {},
): Promise<Ended> {
  const child = new Deno.Command(Deno.execPath(), {
    args: taskArguments(name, ...args),
    stdout: "piped",
    stderr: "piped",
    env: { NO_COLOR: "1", ...options.env },
  }).spawn();
  let text = "";
  let isStopped = false;
  const read = async (stream: ReadableStream<Uint8Array<ArrayBuffer>>) => {
    for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      if (options.stopAt && !isStopped && text.includes(options.stopAt)) {
        isStopped = true;
        setTimeout(() => child.kill("SIGINT"), 3_000);
      }
    }
  };
  await Promise.all([read(child.stdout), read(child.stderr)]);
  const { code } = await child.status;
  return { code, text };
}

async function processesWith(text: string): Promise<string[]> {
  const { stdout } = await new Deno.Command("ps", { args: ["-eo", "args"] })
    .output();
  return new TextDecoder().decode(stdout).split("\n")
    .filter((line) => line.includes(text) && !line.includes("ps -eo"));
}

for (const rows of ["0", "-1", "NaN", "many", "", "1e9"]) {
  Deno.test(`generate refuses --rows "${rows}" before it writes`, async () => {
    const dir = await Deno.makeTempDir();
    try {
      const { code, text } = await task("generate", [
        `--rows=${rows}`,
        "--dir",
        dir,
      ]);
      assertEquals(code, 1, text);
      assertStringIncludes(text, "error: Cannot generate");
      assertEquals([...Deno.readDirSync(dir)], []);
    } finally {
      await Deno.remove(dir, { recursive: true });
    }
  });
}

Deno.test("generate and analyze work without a notebook open", async () => {
  const generated = await task("generate", ["--rows", "0.02"]);
  assertEquals(generated.code, 0, generated.text);
  assertStringIncludes(generated.text, "20,000 trips");
  const { code, text } = await task("analyze");
  assertEquals(code, 0, text);
  assertStringIncludes(text, "Flash Cab");
  assertStringIncludes(text, "Seconds per step");
});

Deno.test("Ctrl+C ends analyze and what it started, and the table stays", async () => {
  await ensureTrinoCatalog();
  const count = async () =>
    (await query("SELECT count(*) AS n FROM taxi_trips")).first.n;
  const before = await count();
  const { code, text } = await task("analyze", [], {
    stopAt: "04-ingest.ipynb",
  });
  assertEquals(code, 130, text);
  assertStringIncludes(text, "Stopped by the user");
  const mark = "--namespace chicago --table taxi_trips";
  for (let i = 0; i < 50 && (await processesWith(mark)).length > 0; i++) {
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  assertEquals(await processesWith(mark), []);
  assertEquals(await count(), before);
});

Deno.test("a second demo says that one is running", async () => {
  using _lock = takeLock(`${stateDir()}/demo.lock`, "", "another demo");
  const { code, text } = await task("demo");
  assertEquals(code, 1);
  assertStringIncludes(
    text,
    `Cannot start the demo: another demo (process ${Deno.pid}`,
  );
});

Deno.test("status shows every service, logs the end of a log", async () => {
  const status = await task("status");
  assertEquals(status.code, 0, status.text);
  for (const name of ["s3", "catalog", "gateway", "trino"]) {
    assertStringIncludes(status.text, `✓ ${name}`);
  }
  const logs = await task("logs", ["trino", "--lines", "5"]);
  assertEquals(logs.code, 0);
  assert(logs.text.trim().split("\n").length >= 5, logs.text);
  const none = await task("logs", ["nothing"]);
  assertEquals(none.code, 1);
  assertStringIncludes(none.text, "deno task status");
});

Deno.test("after down and up Trino knows its catalog without a notebook", async () => {
  await ensureWarehouse(catalog());
  const { trinoCatalog } = settings();
  const isKnown = async () =>
    (await query("SHOW CATALOGS")).rows.some(({ Catalog }) =>
      Catalog === trinoCatalog
    );
  const down = await task("down");
  assertEquals(down.code, 0, down.text);
  const up = await task("up", ["--stack", "local"]);
  assertEquals(up.code, 0, up.text);
  assertEquals(await isKnown(), true, up.text);
  assertStringIncludes(up.text, `Trino knows the catalog ${trinoCatalog}`);

  // Where Trino cannot reach it, the stack is up all the same.
  await query(`DROP CATALOG "${trinoCatalog}"`);
  const { code, text } = await task("up", ["--stack", "local"], {
    env: { ENGINE_CATALOG_URI: "http://127.0.0.1:1/_iceberg" },
  });
  assertEquals(code, 0, text);
  assertStringIncludes(text, `Trino does not know the catalog ${trinoCatalog}`);
  assertEquals(await isKnown(), false);
  assertEquals(await ensureTrinoCatalog(), true);
});
