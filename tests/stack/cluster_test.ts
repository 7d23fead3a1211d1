// Spark on a cluster: a standalone one, of which the product knows the address
// and a file with the secret.
import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { sparkSession } from "../../lab/engines/spark_session.ts";
import { catalog } from "../../lib/catalog/config.ts";
import { ensureWarehouse } from "../../lib/catalog/warehouses.ts";
import { LakehouseError } from "../../lib/core/errors.ts";
import { runningStack } from "../../lib/core/running_stack.ts";
import { settings, stateDir } from "../../lib/core/settings.ts";
import { submitIngest } from "../../lib/spark/ingest.ts";
import { uploadFiles } from "../../lib/store/staging.ts";
import { ensureTrinoCatalog } from "../../lib/trino/catalog.ts";
import { query } from "../../lib/trino/client.ts";
import { generateTrips } from "../../lib/trips/generate.ts";
import { doctor } from "../../tasks/doctor/doctor.ts";
import { remoteStack } from "../../stack/remote/remote.ts";
import { closedPort, withEnv } from "../support/env.ts";
import {
  type SparkCluster,
  startSparkCluster,
} from "../servers/spark_cluster.ts";

const ROWS = 60_000;

/** Runs `body` as somebody who knows endpoints, a master and its properties. */
async function onCluster(
  { master, properties }: Pick<SparkCluster, "master" | "properties">,
  body: () => Promise<void>,
): Promise<void> {
  const { trinoUri, minioHost, catalogUri } = settings();
  const dir = await Deno.makeTempDir();
  try {
    await withEnv({
      ...{ STACK: "remote", LAKEHOUSE_STATE: `${stateDir()}/cluster` },
      ...{ TRINO_URI: trinoUri, MINIO_HOST: minioHost },
      ...{ CATALOG_URI: catalogUri, TABLE: "cluster_trips", PARQUET_DIR: dir },
      ...{ SPARK_MASTER: master, SPARK_PROPERTIES: properties },
    }, body);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

/** Every process's command line. */
function commandLines(): string[] {
  return [...Deno.readDirSync("/proc")].flatMap(({ name }) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      return Deno.readTextFileSync(`/proc/${name}/cmdline`);
    } catch {
      return []; // It has ended.
    }
  });
}

async function executorsOf({ dir }: SparkCluster["workers"][number]) {
  const apps = await Array.fromAsync(Deno.readDir(dir));
  return apps.filter(({ name }) => name.startsWith("app-")).length;
}

Deno.test({
  name:
    "jobs run on a cluster's executors, which get jars and keys; a lost one costs time alone",
  // test:cluster does as much on containers; here nothing of it needs Docker.
  ignore: !Deno.env.get("TEST_ALL"),
  fn: onExecutors,
});

async function onExecutors(): Promise<void> {
  await using cluster = await startSparkCluster();
  const { secretKey } = settings();
  await onCluster(cluster, async () => {
    await remoteStack.up();
    const { spark } = runningStack()!;
    assert(!spark.command.join(" ").includes(secretKey));
    await ensureWarehouse(catalog());
    await generateTrips({ rows: ROWS, dir: settings().parquetDir });
    await uploadFiles();

    let shown = "";
    const lines = new Set<string>();
    const first = await submitIngest({
      onProgress: async ({ tasks }) => {
        for (const line of commandLines()) lines.add(line);
        if (tasks > 0) shown ||= await cluster.page();
      },
    });
    assertEquals(first.rows, ROWS);
    for (const worker of cluster.workers) {
      assertEquals(await executorsOf(worker), 1, "every worker has worked");
    }
    const told = [...lines, shown].filter((text) =>
      text.includes(secretKey) || text.includes(cluster.secret)
    );
    assertEquals(told, []);

    // A worker and its executor are gone in the middle of the work.
    const [lost] = cluster.workers;
    let isLost = false;
    const second = await submitIngest({
      onProgress: ({ tasks }) => {
        if (tasks === 0 || isLost) return;
        isLost = true;
        for (const { name } of Deno.readDirSync("/proc")) {
          if (!/^\d+$/.test(name)) continue;
          try {
            const line = Deno.readTextFileSync(`/proc/${name}/cmdline`);
            if (
              line.includes("CoarseGrainedExecutorBackend") &&
              line.includes("127.0.0.2")
            ) Deno.kill(Number(name), "SIGKILL");
          } catch { /* it has ended */ }
        }
        lost!.process.kill("SIGKILL");
      },
    });
    assert(isLost);
    assertEquals(second.rows, ROWS);
    await ensureTrinoCatalog();
    const { first: counted } = await query(
      "SELECT count(*) AS n FROM cluster_trips",
    );
    assertEquals(counted.n, BigInt(ROWS));

    const session = await sparkSession({ name: "cluster" });
    const { namespace } = settings();
    const { rows } = await session.sql(
      `SELECT count(DISTINCT unique_key) AS n FROM ${namespace}.cluster_trips`,
    );
    assertEquals(rows[0]?.n, BigInt(ROWS));
    await session.stop();

    // What is not on this machine is looked at, too.
    const found = Object.fromEntries(
      (await doctor("remote")).map(({ name, status, text }) => [
        name,
        `${status}: ${text}`,
      ]),
    );
    assertStringIncludes(
      found["Spark executors"] ?? "",
      `passed: 3.5.9 at ${cluster.master}: they read a row of `,
    );
    assertStringIncludes(found["Trino workers"] ?? "", "passed: one server");
    await query("DROP TABLE cluster_trips");
    await remoteStack.down();
  });
}

Deno.test("a master that does not answer, and properties that are not there, are told by up", async () => {
  const properties = await Deno.makeTempFile();
  const master = `spark://127.0.0.1:${closedPort()}`;
  await onCluster({ master, properties }, async () => {
    await assertRejects(() => remoteStack.up(), LakehouseError, master);
  });
  await Deno.remove(properties);
  await onCluster({ master, properties }, async () => {
    const error = await assertRejects(() => remoteStack.up(), LakehouseError);
    assert(error.message.includes("SPARK_PROPERTIES"), error.message);
  });
});
