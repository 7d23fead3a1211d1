// Object store and catalog behind TLS, with an authority of their own: every
// program trusts it by one setting, and without it says what is wrong.
import { assertEquals, assertStringIncludes } from "@std/assert";
import { ensureTools } from "../../stack/tools.ts";
import { catalog } from "../../lib/catalog/config.ts";
import { ensureWarehouse } from "../../lib/catalog/warehouses.ts";
import { PROJECT_DIR, settings, stateDir } from "../../lib/core/settings.ts";
import { ensureTrinoCatalog } from "../../lib/trino/catalog.ts";
import { query } from "../../lib/trino/client.ts";
import { makeAuthority, tlsFront } from "../servers/authority.ts";
import { startSparkCluster } from "../servers/spark_cluster.ts";
import { taskArguments } from "../../tasks/dev/task.ts";

/** What Deno prints in a process of its own with these variables. */
async function output(
  args: string[],
  env: Record<string, string>,
): Promise<{ code: number; text: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    env: { NO_COLOR: "1", ...env },
  }).output();
  const decoder = new TextDecoder();
  return { code, text: decoder.decode(stdout) + decoder.decode(stderr) };
}

/** What a task prints; it is to succeed. */
async function task(
  env: Record<string, string>,
  name: string,
  ...args: string[]
) {
  const { code, text } = await output(taskArguments(name, ...args), env);
  assertEquals(code, 0, text);
  return text;
}

/** The message of what `code` throws, which may use lib as `lib`. */
async function said(env: Record<string, string>, code: string) {
  const at = (path: string) => JSON.stringify(`file://${PROJECT_DIR}/${path}`);
  const { text } = await output([
    ...["eval", "--no-lock", `--config=${PROJECT_DIR}/deno.json`],
    `const lib = await import(${at("lib/mod.ts")});
     try { ${code}; console.log("no error"); }
     catch (error) { console.log(error.message); }
     Deno.exit();`,
  ], env);
  return text;
}

const ASK_STORE = "await lib.stagedFiles()";
const ASK_CATALOG = "await lib.getConfig(lib.catalog())";
const ASK_TRINO =
  'await lib.ensureTrinoCatalog(); await lib.ask("SHOW SCHEMAS FROM untrusted")';
const UNKNOWN = "an authority that is not known here";

Deno.test("by CA_BUNDLE tasks, notebooks, a cluster's Spark, DuckDB and PyIceberg trust an authority of one's own", async () => {
  await ensureWarehouse(catalog());
  await ensureTrinoCatalog();
  const { minioHost, catalogUri, trinoUri } = settings();
  const { pathname } = new URL(catalogUri);
  await using authority = await makeAuthority();
  const pair = await authority.certify();
  using store = tlsFront(minioHost, pair);
  using door = tlsFront(catalogUri, pair);
  await using cluster = await startSparkCluster();
  const dir = await Deno.makeTempDir();
  const unknown = {
    ...{ STACK: "remote", LAKEHOUSE_STATE: `${stateDir()}/authority` },
    ...{ TRINO_URI: trinoUri, MINIO_HOST: store.uri },
    ...{ CATALOG_URI: door.uri + pathname, TABLE: "trusted_trips" },
    // What others see is what this machine sees.
    ...{ ENGINE_MINIO_HOST: "", ENGINE_CATALOG_URI: "" },
    ...{ PARQUET_DIR: dir, ROWS: "0.02" },
    ...{ SPARK_MASTER: cluster.master, SPARK_PROPERTIES: cluster.properties },
  };
  const env = { ...unknown, CA_BUNDLE: authority.path };
  try {
    await task(env, "up", "--stack", "remote");
    await task(env, "generate");
    const analysed = await task(env, "analyze");
    assertStringIncludes(analysed, "20,000");
    const { first } = await query("SELECT count(*) AS n FROM trusted_trips");
    assertEquals(first.n, 20_000n);
    for (const worker of cluster.workers) {
      const apps = await Array.fromAsync(Deno.readDir(worker.dir));
      assertEquals(apps.some(({ name }) => name.startsWith("app-")), true);
    }

    await ensureTools({ python: true });
    const compared = await task(
      env,
      "compat",
      ...["--engines", "duckdb,pyiceberg", "--only", "insert"],
      ...["--no-catalog-tests", "--out", `${dir}/compat`],
    );
    assertStringIncludes(compared, "2 of 2");

    // Nothing of it is trusted without the setting.
    assertStringIncludes(await said(unknown, ASK_STORE), UNKNOWN);
    assertStringIncludes(await said(unknown, ASK_CATALOG), UNKNOWN);
    assertStringIncludes(await said(unknown, ASK_CATALOG), "CA_BUNDLE");
    const gone = { ...env, CA_BUNDLE: `${dir}/none.pem` };
    assertStringIncludes(
      await said(gone, ASK_CATALOG),
      "there is no such file",
    );

    // Trino's own Java knows nothing of the setting.
    const untrusted = { ...env, TRINO_CATALOG: "untrusted" };
    const told = await said(untrusted, ASK_TRINO);
    assertStringIncludes(told, "Trino does not trust the certificate");

    // Spark and PyIceberg are on their own when they ask.
    using late = tlsFront(catalogUri, await authority.certify("a year ago"));
    const expired = { ...env, CATALOG_URI: late.uri + pathname };
    const EXPIRED = "the server's certificate has expired";
    assertStringIncludes(await said(expired, ASK_CATALOG), EXPIRED);
    assertStringIncludes(await said(expired, "await lib.ingest()"), EXPIRED);
    assertStringIncludes(await said(unknown, "await lib.ingest()"), UNKNOWN);
  } finally {
    await query("DROP TABLE IF EXISTS trusted_trips");
    await query("DROP CATALOG IF EXISTS untrusted");
    await task(env, "down");
    await Deno.remove(dir, { recursive: true });
  }
});
