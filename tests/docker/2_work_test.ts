import { submit } from "../../lib/spark/submit.ts";
import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { settings } from "../../lib/core/settings.ts";
import { LakehouseError } from "../../lib/core/errors.ts";
import { submitIngest } from "../../lib/spark/ingest.ts";
import { sparkSession } from "../../lab/engines/spark_session.ts";
import { docker } from "../../stack/docker/engine.ts";
import { query } from "../../lib/trino/client.ts";
import {
  ensureTrinoCatalog,
  trinoCatalogSql,
} from "../../lib/trino/catalog.ts";
import { notebooksOfLane, runsUnchanged } from "../kernel/unchanged.ts";
import { withEnv } from "../support/env.ts";
import { containerOf, count, sparkProcesses, TRIPS, wrong } from "./lane.ts";

for (const number of notebooksOfLane()) {
  Deno.test(`notebook ${number} runs unchanged`, async () => {
    const text = await runsUnchanged(number, [settings().secretKey]);
    if (number !== "01") return;
    // Which name is used where.
    assertStringIncludes(text, "http://minio:9000");
    assertStringIncludes(text, "http://localhost:29000");
  });
}

Deno.test("the doctor finds nothing wrong", async () => {
  assertEquals(await wrong(), {});
});

Deno.test("the doctor knows the name under which containers cannot find the object store", async () => {
  // The name that this machine uses: the mistake docs/troubleshooting.md warns of.
  const env = {
    TRINO_CATALOG: "wrong_name",
    ENGINE_MINIO_HOST: settings().minioHost,
    ENGINE_CATALOG_URI: settings().catalogUri,
  };
  await withEnv(env, () => query(trinoCatalogSql()).catch(() => {}));
  const found = await wrong(env);
  assertEquals(Object.keys(found), ["Trino to catalog"]);
  assertStringIncludes(
    found["Trino to catalog"]!,
    "set ENGINE_MINIO_HOST=http://minio:9000",
  );
  await query("DROP CATALOG wrong_name");
});

Deno.test("packages that cannot be fetched are named, with the host", async () => {
  const error = await assertRejects(
    () =>
      submit({
        script: "ingest.py",
        // An empty cache, and a way out that leads nowhere.
        conf: [
          "--conf",
          "spark.jars.ivy=/tmp/empty",
          "--driver-java-options",
          "-Dhttps.proxyHost=127.0.0.1 -Dhttps.proxyPort=9",
        ],
        args: [],
      }),
    LakehouseError,
    "Spark could not fetch its packages",
  );
  assertStringIncludes(error.message, "Maven Central");
});

Deno.test("an abort ends the job inside the container, and the table stays; no secret was to be seen", async () => {
  await ensureTrinoCatalog();
  const stop = new AbortController();
  let stopped = 0;
  let look: Promise<string> | undefined;
  const error = await submitIngest({
    signal: stop.signal,
    onProgress: () => {
      look ??= sparkProcesses().finally(() => {
        stopped = performance.now();
        stop.abort(new Error("stopped by the test"));
      });
    },
  }).then(() => undefined, (error) => error);
  assertEquals(error?.message, "stopped by the test");
  const seconds = (performance.now() - stopped) / 1000;
  assert(seconds < 8, `${seconds} s`);
  const left = await sparkProcesses();
  assertStringIncludes(left, "sleep infinity");
  assert(!left.includes("ingest.py"), left);
  assertEquals(await count(), BigInt(TRIPS));

  const commands = await look ?? "";
  assertStringIncludes(commands, "ingest.py");
  const { stdout, stderr } = await docker([
    "logs",
    (await containerOf("trino")).id,
  ]);
  for (const text of [commands, stdout, stderr]) {
    assert(!text.includes(settings().secretKey));
  }
});

Deno.test("a Spark session answers from the container, and a kill leaves none of it", async () => {
  const spark = await sparkSession({ name: "lane" });
  const { rows } = await spark.sql("SELECT count(*) AS n FROM taxi_trips");
  assertEquals(rows[0]?.n, BigInt(TRIPS));
  assertStringIncludes(await sparkProcesses(), "session.py");
  await spark.kill();
  const left = await sparkProcesses();
  assert(!left.includes("session.py"), left);
});
