import { CreateBucketCommand, DeleteBucketCommand } from "@aws-sdk/client-s3";
import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { catalog } from "../../lib/catalog/config.ts";
import { ensureWarehouse } from "../../lib/catalog/warehouses.ts";
import { settings, stateDir } from "../../lib/core/settings.ts";
import { notedPorts, notePorts } from "../../stack/local/ports.ts";
import { s3Client } from "../../lib/store/s3.ts";
import { query } from "../../lib/trino/client.ts";
import {
  ensureTrinoCatalog,
  trinoCatalogSql,
} from "../../lib/trino/catalog.ts";
import { closedPort, withEnv } from "../support/env.ts";
import { taskArguments } from "../../tasks/dev/task.ts";

type Env = Record<string, string>;

interface Finding {
  name: string;
  status: "passed" | "warning" | "failed" | "skipped";
  text: string;
  next?: string;
}

async function run(env: Env, args: string[] = []) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: taskArguments("doctor", ...args),
    env: { NO_COLOR: "1", ...env },
  }).output();
  const decoder = new TextDecoder();
  const text = decoder.decode(stdout);
  return { code, text, all: text + decoder.decode(stderr) };
}

/** What the doctor finds, by name. */
async function examine(env: Env, args: string[] = []) {
  const { code, text, all } = await run(env, ["--json", ...args]);
  const { results } = JSON.parse(text) as { results: Finding[] };
  const found = new Map(results.map((result) => [result.name, result]));
  const names = (status: Finding["status"]) =>
    results.filter((result) => result.status === status)
      .map(({ name }) => name);
  return { code, all, names, of: (name: string) => found.get(name)! };
}

const SCHEMA = "doctor_test";
const OWN_TABLE = { NAMESPACE: SCHEMA, TABLE: "seen" };

/** Runs `body` with a table of its own, and in a catalog that Trino knows. */
async function withTable(body: () => Promise<void>): Promise<void> {
  await ensureWarehouse(catalog());
  await ensureTrinoCatalog();
  await query(`CREATE SCHEMA IF NOT EXISTS ${SCHEMA}`);
  try {
    await query(`CREATE TABLE ${SCHEMA}.seen AS SELECT 1 AS n`);
    await body();
  } finally {
    await query(`DROP TABLE IF EXISTS ${SCHEMA}.seen`);
    await query(`DROP SCHEMA ${SCHEMA}`);
  }
}

async function withState(
  body: (env: Env) => Promise<void>,
): Promise<void> {
  const dir = await Deno.makeTempDir();
  const ports = {
    S3_PORT: closedPort(),
    CATALOG_PORT: closedPort(),
    CATALOG_BACKEND_PORT: closedPort(),
    TRINO_PORT: closedPort(),
  };
  const env = Object.entries(ports).map(([name, port]) => [name, `${port}`]);
  try {
    await body({ LAKEHOUSE_STATE: dir, ...Object.fromEntries(env) });
    assertEquals([...Deno.readDirSync(dir)], [], "it wrote something");
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

Deno.test("doctor finds a healthy stack healthy, a line a check", async () => {
  await withTable(async () => {
    const { code, text } = await run(OWN_TABLE);
    assertEquals(code, 0, text);
    assert(!text.includes("✗"), text);
    for (
      const line of [
        /^✓ Java for Trino +Java 25 in/m,
        /^✓ kernel +Deno 2\.8\.1/m,
        /^✓ service gateway +healthy on/m,
        /^✓ S3 signature/m,
        /^✓ clock/m,
        /^✓ catalog +http/m,
        /^✓ endpoints +\d+ endpoints, with views/m,
        /^✓ warehouse/m,
        /^✓ trips table +doctor_test\.seen, 1 rows?, snapshot \d+$/m,
        /^✓ Trino version +483$/m,
        /^✓ Trino to catalog/m,
        /^✓ Trino to store/m,
        /^✓ Spark +3\.5\.9, Scala 2\.12\.\d+, Java (17|21)/m,
        /^– health +S3Proxy/m,
        /^\d+ checks in .*✓/m,
      ]
    ) assertMatch(text, line);
  });
});

Deno.test("doctor names MINIO_SECRET_KEY when it is wrong, and does not show it", async () => {
  const key = "Wrong/Secret+Key-1";
  const { code, all, of, names } = await examine({ MINIO_SECRET_KEY: key });
  assertEquals(code, 1);
  assertEquals(names("failed"), ["S3 signature", "catalog"]);
  for (const name of names("failed")) {
    assertStringIncludes(of(name).next!, "MINIO_SECRET_KEY");
  }
  assertEquals(of("warehouse").status, "skipped");
  assertEquals(of("Trino version").status, "passed");
  const lines = await run({ MINIO_SECRET_KEY: key });
  for (const output of [all, lines.all]) {
    assert(!output.includes(key) && !output.includes("Wrong"), output);
  }
});

Deno.test("doctor sends to deno task up when Trino does not answer", async () => {
  const uri = `http://127.0.0.1:${closedPort()}`;
  const { code, of, names } = await examine({ TRINO_URI: uri });
  assertEquals(code, 1);
  assertEquals(names("failed"), ["Trino"]);
  assertEquals(of("Trino").text, `nothing listens at ${uri}`);
  assertStringIncludes(of("Trino").next!, "deno task up");
  for (const name of ["Trino version", "Trino catalog", "Trino to store"]) {
    assertEquals(of(name).status, "skipped");
    assertEquals(of(name).text, "because Trino is down");
  }
});

Deno.test("doctor names one service that does not answer, and what hangs on it", async () => {
  const port = closedPort();
  // What runs is asked at the ports that were noted when it started.
  const dir = `${stateDir()}/local`;
  const noted = notedPorts(dir)!;
  await notePorts(dir, { ...noted, CATALOG_PORT: port });
  try {
    const { code, of, names } = await examine({});
    assertEquals(code, 1);
    assertEquals(names("failed"), ["service gateway"]);
    assertStringIncludes(of("service gateway").text, `127.0.0.1:${port}`);
    assertEquals(of("catalog").text, "because gateway is down");
    assertEquals(of("S3 signature").status, "passed");
    assertEquals(of("Trino").status, "passed");
  } finally {
    await notePorts(dir, noted);
  }
});

for (
  const { name, engineCatalog } of [
    { name: "Trino to store", engineCatalog: true },
    { name: "Trino to catalog", engineCatalog: false },
  ]
) {
  Deno.test(`doctor names the host that Trino was given when it cannot reach it: ${name}`, async () => {
    const host = "http://no-such-host.invalid:9000";
    const env = {
      TRINO_CATALOG: `doctor_${engineCatalog ? "store" : "catalog"}`,
      ENGINE_MINIO_HOST: host,
      ENGINE_CATALOG_URI: engineCatalog
        ? settings().engineCatalogUri
        : `${host}/_iceberg`,
    };
    await withTable(() =>
      withEnv(env, async () => {
        try {
          // Trino registers a catalog even if it cannot open it.
          await query(trinoCatalogSql()).catch(() => {});
          const { code, of, names } = await examine({ ...env, ...OWN_TABLE });
          assertEquals(code, 1);
          assertEquals(names("failed"), [name]);
          assertStringIncludes(of(name).text, host);
          assertStringIncludes(of(name).next!, "ENGINE_MINIO_HOST");
        } finally {
          await query(`DROP CATALOG IF EXISTS ${env.TRINO_CATALOG}`);
        }
      })
    );
  });
}

Deno.test("doctor names Trino 482 as unfit, with the reason", async () => {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    () => Response.json({ nodeVersion: { version: "482" }, starting: false }),
  );
  try {
    const uri = `http://127.0.0.1:${server.addr.port}`;
    const { code, of, names } = await examine({ TRINO_URI: uri });
    assertEquals(code, 1);
    assertEquals(names("failed"), ["Trino version"]);
    assertStringIncludes(of("Trino version").text, "NoClassDefFoundError");
    assertEquals(of("Trino catalog").text, "because Trino 482 is unfit");
  } finally {
    await server.shutdown();
  }
});

Deno.test("doctor measures the clock against the store's", async () => {
  const date = () => new Date(Date.now() - 20 * 60_000).toUTCString();
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    () => new Response("", { headers: { date: date() } }),
  );
  try {
    const uri = `http://127.0.0.1:${server.addr.port}`;
    const { of } = await examine({ MINIO_HOST: uri });
    assertEquals(of("clock").status, "failed");
    assertStringIncludes(of("clock").text, "20 min ahead of the store");
    assertStringIncludes(of("S3 signature").text, "not as S3 does");
  } finally {
    await server.shutdown();
  }
});

Deno.test("doctor gives up on an address that does not answer", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const uri = `http://127.0.0.1:${(listener.addr as Deno.NetAddr).port}`;
  const started = performance.now();
  const { of } = await examine({ MINIO_HOST: uri });
  listener.close();
  assertEquals(of("object store").text, `${uri} does not answer`);
  assert(performance.now() - started < 20_000);
});

Deno.test("doctor tells a plain bucket from a warehouse, and one that is not there", async () => {
  const bucket = `plain-${crypto.randomUUID().slice(0, 8)}`;
  const absent = await examine({ WAREHOUSE: bucket });
  assertEquals(absent.of("warehouse").status, "skipped");
  assertEquals(absent.of("trips table").status, "skipped");
  const client = await s3Client();
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  try {
    const { code, of } = await examine({ WAREHOUSE: bucket });
    assertEquals(code, 1);
    assertStringIncludes(of("warehouse").text, "no warehouse");
  } finally {
    await client.send(new DeleteBucketCommand({ Bucket: bucket }));
    client.destroy();
  }
});

Deno.test("doctor works when no stack runs, and starts nothing", async () => {
  await withState(async (env) => {
    const { code, of, names } = await examine(env, ["--stack", "local"]);
    assertEquals(code, 1);
    assertEquals(names("failed"), ["local stack"]);
    assertEquals(of("local stack").next, "deno task up");
    assertEquals(of("Trino").text, "because the local stack is not running");
    assertStringIncludes(of("ports").text, "are free");
    assertEquals(of("Spark").status, "passed");
  });
});

Deno.test("doctor names the program that has a port, and another port", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  await withState(async (env) => {
    const { of } = await examine({ ...env, S3_PORT: `${port}` });
    assertEquals(of("ports").status, "failed");
    assertStringIncludes(of("ports").text, `${port} is taken by`);
    assertStringIncludes(of("ports").text, `process ${Deno.pid}`);
    assertMatch(of("ports").next!, /^S3_PORT=\d+ deno task up/);
  });
  listener.close();
});

Deno.test("doctor fetches nothing when the cache is empty", async () => {
  const dir = await Deno.makeTempDir();
  try {
    await withState(async (env) => {
      const { of } = await examine({ ...env, LAKEHOUSE_CACHE: dir });
      assertStringIncludes(of("Python").text, "will be installed");
      assertMatch(of("jars").text, /^(\d+) of \1 will be fetched/);
      assertEquals(of("Spark").status, "skipped");
    });
    assertEquals([...Deno.readDirSync(dir)], []);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("doctor works on a machine without docker", async () => {
  await withState(async (env) => {
    const { code, of, names } = await examine(
      { ...env, PATH: "/nonexistent", MINIO_LICENSE: "" },
      ["--stack", "docker"],
    );
    assertEquals(code, 1);
    assertStringIncludes(of("Docker").text, "there is no docker command");
    assertEquals(of("service spark").text, "because Docker does not answer");
    assert(!names("failed").includes("Trino"));
  });
});

Deno.test("doctor looks at a remote stack by its addresses alone", async () => {
  await ensureWarehouse(catalog());
  await withState(async (env) => {
    const { trinoUri, minioHost, catalogUri } = settings();
    const { code, of, names } = await examine({
      ...env,
      STACK: "remote",
      TRINO_URI: trinoUri,
      MINIO_HOST: minioHost,
      CATALOG_URI: catalogUri,
    });
    assertEquals([code, names("failed")], [0, []]);
    assertStringIncludes(of("health").text, "no MinIO server");
    for (const name of ["S3 signature", "warehouse", "Trino", "Spark"]) {
      assertEquals(of(name).status, "passed", name);
    }
  });
});

Deno.test("doctor names a setting that cannot be used, without a key in it", async () => {
  const key = "Wrong/Secret+Key-1";
  const { code, all, of, names } = await examine({
    MINIO_HOST: `admin:${key}@localhost:9000`,
    MINIO_SECRET_KEY: key,
    DEBUG: "1",
  });
  assertEquals(code, 1);
  assertEquals(names("failed"), ["settings"]);
  assertStringIncludes(of("settings").text, "MINIO_HOST");
  assert(!all.includes(key), all);
});
