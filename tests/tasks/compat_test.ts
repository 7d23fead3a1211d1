// `deno task compat` where something is missing, refused or stopped.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { listNamespaces } from "../../lab/catalog/namespaces.ts";
import type { CompatResult } from "../../lab/compat/result.ts";
import { catalog } from "../../lib/catalog/config.ts";
import { ensureWarehouse } from "../../lib/catalog/warehouses.ts";
import { settings } from "../../lib/core/settings.ts";
import { listObjects, s3Client } from "../../lib/store/s3.ts";
import { startGateway } from "../../stack/gateway/gateway.ts";
import { closedPort } from "../support/env.ts";
import { taskArguments } from "../../tasks/dev/task.ts";

type Env = Record<string, string>;

interface Ended {
  code: number;
  text: string;
  result: CompatResult | undefined;
}

/** Runs the task with a folder of its own for page and data. */
async function compat(env: Env, ...args: string[]): Promise<Ended> {
  const out = await Deno.makeTempDir();
  try {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: taskArguments(
        "compat",
        ...["--no-catalog-tests", "--out", out, ...args],
      ),
      env: { NO_COLOR: "1", ...env },
    }).output();
    const decoder = new TextDecoder();
    const json = await Deno.readTextFile(`${out}/compat.json`)
      .catch(() => undefined);
    return {
      code,
      text: decoder.decode(stdout) + decoder.decode(stderr),
      result: json === undefined ? undefined : JSON.parse(json),
    };
  } finally {
    await Deno.remove(out, { recursive: true });
  }
}

const verdictsOf = (result: CompatResult | undefined, engine: string) =>
  Object.fromEntries(
    (result?.capabilities ?? []).map(({ id, cells }) => [
      id,
      cells[engine as keyof typeof cells]?.verdict,
    ]),
  );

/** What probes may have left: namespaces, files of tables, staged objects. */
async function leftBehind(): Promise<string[]> {
  const { bucket } = await ensureWarehouse(catalog());
  const client = await s3Client();
  const named = (name: string) => name.startsWith("compat_");
  try {
    const namespaces = (await listNamespaces(catalog()))
      .map((levels) => levels.join("."));
    const files = await Array.fromAsync(listObjects(client, bucket, "compat_"));
    const { stagingBucket } = settings();
    const staged = await Array.fromAsync(listObjects(client, stagingBucket))
      .catch(() => []);
    return [...namespaces, ...files.map(({ key }) => key)].filter(named)
      .concat(
        staged.map(({ key }) => key).filter((key) => /compat/.test(key)),
      );
  } finally {
    client.destroy();
  }
}

Deno.test("no capability got worse than what was recorded, and nothing is left", async () => {
  const { code, text, result } = await compat(
    {},
    ...["--expect", "docs/compatibility/local.json"],
    // A second Spark takes minutes; `test --all` asks it too.
    ...Deno.env.get("TEST_ALL")
      ? []
      : ["--engines", "spark-3.5,trino,duckdb,pyiceberg,typescript"],
  );
  assertEquals(code, 0, text);
  assertEquals(result?.errors, []);
  assertEquals(result?.missing, []);
  assertEquals(await leftBehind(), []);
});

Deno.test("without a stack there is a sentence", async () => {
  const state = await Deno.makeTempDir();
  const { code, text, result } = await compat({ LAKEHOUSE_STATE: state });
  assertEquals(code, 1);
  assertStringIncludes(text, "deno task up");
  assert(!text.includes("    at "), text);
  assertEquals(result, undefined);
});

Deno.test("an engine that is down is named, and the others are asked", async () => {
  const { code, text, result } = await compat(
    { TRINO_URI: `http://127.0.0.1:${closedPort()}` },
    ...["--engines", "trino,typescript", "--only", "config,object_list"],
  );
  assertEquals(code, 0, text);
  assertEquals(result?.missing.map(({ name }) => name), ["trino"]);
  assertStringIncludes(text, "Cannot reach Trino");
  assertEquals(result?.engines.map(({ name }) => name), ["typescript"]);
});

Deno.test("a store that is down is a sentence, and no column of crosses", async () => {
  const { code, text, result } = await compat(
    { MINIO_HOST: `http://127.0.0.1:${closedPort()}` },
    ...["--engines", "typescript", "--only", "store"],
  );
  assertEquals(code, 1);
  assertStringIncludes(text, "Cannot reach the object store at http://127");
  assertEquals(result, undefined);
});

Deno.test("a catalog that answers with a web page is a sentence", async () => {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    () =>
      new Response("<!doctype html><title>Sign in</title>", {
        headers: { "content-type": "text/html" },
      }),
  );
  try {
    const uri = `http://127.0.0.1:${server.addr.port}/_iceberg`;
    const { code, text, result } = await compat(
      { CATALOG_URI: uri },
      ...["--engines", "typescript"],
    );
    assertEquals(code, 1);
    assertStringIncludes(text, uri);
    assert(!text.includes("    at "), text);
    assertEquals(result, undefined);
  } finally {
    await server.shutdown();
  }
});

Deno.test("keys that may only read fill the cells that need no more", async () => {
  await ensureWarehouse(catalog());
  const { minioHost, accessKey, secretKey, region } = settings();
  const backend = `http://127.0.0.1:${Deno.env.get("CATALOG_BACKEND_PORT")}`;
  const message = "This key may only read";
  const readOnly = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const { pathname, search } = new URL(request.url);
      if (["GET", "HEAD"].includes(request.method)) {
        return await fetch(`${backend}${pathname}${search}`, {
          method: request.method,
          headers: request.headers,
        });
      }
      const error = { code: 403, type: "ForbiddenException", message };
      return Response.json({ error }, { status: 403 });
    },
  );
  const state = `${Deno.env.get("LAKEHOUSE_STATE")}/local/gateway`;
  const gateway = await startGateway({
    port: 0,
    backend: `http://127.0.0.1:${readOnly.addr.port}`,
    s3: minioHost,
    state: `${state}/warehouses.json`,
    accessKey,
    secretKey,
    region,
    log: () => {},
  });
  try {
    const { code, text, result } = await compat(
      { CATALOG_URI: `http://127.0.0.1:${gateway.port}/_iceberg` },
      ...["--engines", "typescript"],
      ...["--only", "config,object_put,namespaces,access"],
    );
    assertEquals(code, 0, text);
    assertStringIncludes(text, message);
    assertEquals(result?.errors, []);
    const verdicts = verdictsOf(result, "typescript");
    assertEquals(verdicts.config, "works");
    assertEquals(verdicts.object_put, "works");
    assertEquals(verdicts.namespaces, "fails");
  } finally {
    await gateway.shutdown();
    await readOnly.shutdown();
  }
});

Deno.test({
  name: "Ctrl+C ends a run, and removes what it had made",
  ignore: !Deno.env.get("TEST_ALL"),
  fn: async () => {
    const child = new Deno.Command(Deno.execPath(), {
      args: taskArguments(
        "compat",
        ...["--no-catalog-tests", "--engines", "trino,typescript"],
      ),
      stdout: "piped",
      stderr: "null",
    }).spawn();
    for (let i = 0; i < 300; i++) {
      const made = await listNamespaces(catalog());
      if (made.some(([name = ""]) => name.startsWith("compat_trino"))) break;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    child.kill("SIGINT");
    await child.stdout.cancel();
    assertEquals((await child.status).code, 130);
    assertEquals(await leftBehind(), []);
  },
});
