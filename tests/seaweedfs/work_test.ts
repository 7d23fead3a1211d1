/**
 * The files run on a store that holds nothing; see tests/run/seaweedfs.ts.
 *
 * @module
 */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { settings, stateDir } from "../../lib/core/settings.ts";
import { listObjects, s3Client } from "../../lib/store/s3.ts";
import { query } from "../../lib/trino/client.ts";
import { notebooksOfLane, runsUnchanged } from "../kernel/unchanged.ts";
import { taskArguments } from "../../tasks/dev/task.ts";
import { startSparkCluster } from "../servers/spark_cluster.ts";
import {
  type SeaweedFsOptions,
  startSeaweedFs,
  stopSeaweedFs,
} from "./server.ts";

const TRIPS = 50_000n;

async function taskWith(
  env: Record<string, string>,
  name: string,
  ...args: string[]
): Promise<{ code: number; text: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: taskArguments(name, ...args),
    env: { NO_COLOR: "1", ...env },
  }).output();
  const decoder = new TextDecoder();
  return { code, text: decoder.decode(stdout) + decoder.decode(stderr) };
}

const task = (name: string, ...args: string[]) => taskWith({}, name, ...args);

for (const number of notebooksOfLane()) {
  Deno.test(`notebook ${number} runs unchanged`, async () => {
    await runsUnchanged(number, [settings().secretKey]);
    if (number !== "03") return;
    // Before there is a table.
    const doctor = await task("doctor");
    assertEquals(doctor.code, 0, doctor.text);
  });
}

Deno.test("the doctor finds nothing wrong", async () => {
  const { code, text } = await task("doctor");
  assertEquals(code, 0, text);
});

Deno.test("the doctor says what keys may not do that may only read", async () => {
  const { reader }: SeaweedFsOptions = JSON.parse(
    Deno.env.get("LANE_SEAWEEDFS") ?? "",
  );
  const { text } = await taskWith({
    MINIO_ACCESS_KEY: reader!.accessKey,
    MINIO_SECRET_KEY: reader!.secretKey,
  }, "doctor");
  const { stagingBucket } = settings();
  assertStringIncludes(
    text,
    `may not write in ${stagingBucket}: it answers 403`,
  );
  // Nothing is left of what those that may write have tried.
  const client = await s3Client();
  try {
    const left = await Array.fromAsync(
      listObjects(client, stagingBucket, "_doctor/"),
    );
    assertEquals(left, []);
  } finally {
    client.destroy();
  }
});

Deno.test({
  name: "the notebooks run with Spark on a cluster, by settings alone",
  ignore: Deno.env.get("LANE_ALL") !== "1",
  fn: async () => {
    await using cluster = await startSparkCluster();
    const dir = await Deno.makeTempDir();
    const env = {
      ...{ SPARK_MASTER: cluster.master, SPARK_PROPERTIES: cluster.properties },
      ...{ LAKEHOUSE_STATE: dir, TABLE: "cluster_trips" },
    };
    try {
      const up = await taskWith(env, "up", "--stack", "remote");
      assertEquals(up.code, 0, up.text);
      const numbers = notebooksOfLane()
        .filter((number) => number >= "01" && number <= "13");
      const run = await taskWith(
        env,
        "report",
        ...[...numbers, "--out", `${dir}/reports`],
      );
      assertEquals(run.code, 0, run.text);
      for (const worker of cluster.workers) {
        const apps = await Array.fromAsync(Deno.readDir(worker.dir));
        assert(apps.some(({ name }) => name.startsWith("app-")), "no work");
      }
    } finally {
      await query("DROP TABLE IF EXISTS cluster_trips");
      await Deno.remove(dir, { recursive: true });
    }
  },
});

Deno.test("the analysis runs without a notebook open", async () => {
  const { code, text } = await task("analyze");
  assertEquals(code, 0, text);
});

Deno.test("no capability got worse than what was recorded", async () => {
  const isAll = Deno.env.get("LANE_ALL") === "1";
  const { code, text } = await task(
    "compat",
    ...["--expect", "docs/compatibility/seaweedfs.json"],
    ...["--out", `${stateDir()}/compat`],
    // In its short form what is the store's own; engines take minutes.
    ...isAll ? [] : [
      ...["--no-catalog-tests", "--engines", "trino,typescript"],
      ...["--only", "catalog,store,access"],
    ],
  );
  console.log(text.slice(-2_000));
  assertEquals(code, 0, text);
});

Deno.test("a restart loses no trip", async () => {
  const count = async () =>
    (await query("SELECT count(*) AS n FROM taxi_trips")).first.n;
  assertEquals(await count(), TRIPS);
  const options: SeaweedFsOptions = JSON.parse(
    Deno.env.get("LANE_SEAWEEDFS") ?? "",
  );
  await stopSeaweedFs(options.dir);
  await startSeaweedFs(options);
  assertEquals(await count(), TRIPS);
});
