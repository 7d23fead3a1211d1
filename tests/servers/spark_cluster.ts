/**
 * A standalone Spark cluster of processes, with a shared secret: a master and
 * two workers, each at a loopback address of its own.
 *
 * @module
 */

import { localSparkSubmit } from "../../stack/local/spark_submit.ts";
import { closedPort } from "../support/env.ts";

/** A cluster that runs; see {@linkcode startSparkCluster}. */
export interface SparkCluster extends AsyncDisposable {
  /** Its address, `spark://127.0.0.1:7077`. */
  master: string;
  /** A file of settings with which drivers are let in. */
  properties: string;
  /** The secret in that file. */
  secret: string;
  /** Folder of each worker: its executors' outputs. */
  workers: { dir: string; process: Deno.ChildProcess }[];
  /** What the master tells everybody of itself. */
  page(): Promise<string>;
}

/** Starts one, with room for two jobs; its executors have 512 MB and one core each. */
export async function startSparkCluster(): Promise<SparkCluster> {
  const { env } = await localSparkSubmit();
  const dir = await Deno.makeTempDir();
  const [port, web] = [closedPort(), closedPort()];
  const master = `spark://127.0.0.1:${port}`;
  const properties = `${dir}/spark.properties`;
  const secret = crypto.randomUUID();
  await Deno.writeTextFile(
    properties,
    [
      "spark.authenticate true",
      `spark.authenticate.secret ${secret}`,
      "spark.executor.memory 512m",
      "spark.executor.cores 1",
      // Without it the first session takes all, and the second waits for ever.
      "spark.cores.max 2",
      "",
    ].join("\n"),
    { mode: 0o600 },
  );
  const start = async (host: string, program: string, ...args: string[]) => {
    const log = await Deno.open(`${dir}/${host}.log`, {
      create: true,
      append: true,
    });
    const process = new Deno.Command(`${env.SPARK_HOME}/bin/spark-class`, {
      args: [
        `org.apache.spark.deploy.${program}`,
        ...["--host", host, "--properties-file", properties],
        ...args,
      ],
      env: { ...env, SPARK_LOCAL_IP: host, SPARK_DAEMON_MEMORY: "256m" },
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    process.stderr.pipeTo(log.writable).catch(() => {});
    return process;
  };
  const leader = await start(
    "127.0.0.1",
    "master.Master",
    ...["--port", String(port), "--webui-port", String(web)],
  );
  const workers: SparkCluster["workers"] = [];
  const page = async () => {
    const response = await fetch(`http://127.0.0.1:${web}/json/`);
    return await response.text();
  };
  const cluster: SparkCluster = {
    ...{ master, properties, secret, workers, page },
    async [Symbol.asyncDispose]() {
      for (const { process } of [...workers, { process: leader }]) {
        try {
          process.kill("SIGTERM");
        } catch { /* it has ended */ }
        await process.status;
      }
      await Deno.remove(dir, { recursive: true });
    },
  };
  try {
    for (const host of ["127.0.0.2", "127.0.0.3"]) {
      const work = `${dir}/${host}`;
      await Deno.mkdir(work);
      const process = await start(
        host,
        "worker.Worker",
        ...["--cores", "2", "--memory", "2g", "--webui-port", "0"],
        ...["--work-dir", work, master],
      );
      workers.push({ dir: work, process });
    }
    const last = performance.now() + 60_000;
    while (!/"aliveworkers"\s*:\s*2/.test(await page().catch(() => ""))) {
      if (performance.now() > last) throw new Error("No two workers came");
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    return cluster;
  } catch (error) {
    await cluster[Symbol.asyncDispose]();
    throw error;
  }
}
