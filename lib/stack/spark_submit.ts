/**
 * spark-submit of this machine, from the pinned PySpark.
 *
 * @module
 */

import { PROJECT_DIR, settings } from "../config.ts";
import { java, SPARK_JAVA } from "./java.ts";
import { artifactPaths } from "./maven.ts";
import { run } from "./process.ts";
import { python } from "./python.ts";
import type { SparkJob } from "./stack.ts";

/**
 * Runs spark-submit of this machine; resolves to its exit code.
 *
 * @param master Where Spark's executors run. @default {"local[*]"}
 * @throws {unknown} The signal's reason, once the job has ended.
 */
export async function sparkSubmit(
  job: SparkJob,
  master = "local[*]",
): Promise<number> {
  const { accessKey, secretKey, region } = settings();
  const { bin, sitePackages, env } = await python();
  const classPath = artifactPaths("spark").join(":");
  const script = `${PROJECT_DIR}/spark/${job.script}`;
  return await run({
    command: `${bin}/spark-submit`,
    args: [
      "--master",
      master,
      // A job of seconds ends before the second compiler pays for itself.
      "--driver-java-options",
      "-XX:+UseSerialGC -XX:TieredStopAtLevel=1",
      "--driver-class-path",
      classPath,
      ...(job.conf ?? []),
      script,
      ...job.args,
    ],
    env: {
      ...env,
      JAVA_HOME: await java(SPARK_JAVA),
      SPARK_HOME: `${sitePackages}/pyspark`,
      PYSPARK_PYTHON: `${bin}/python`,
      SPARK_LOCAL_IP: "127.0.0.1",
      AWS_ACCESS_KEY_ID: accessKey,
      AWS_SECRET_ACCESS_KEY: secretKey,
      AWS_REGION: region,
    },
    ...(job.signal ? { signal: job.signal } : {}),
    ...(job.kill ? { kill: job.kill } : {}),
    ...(job.input ? { input: job.input } : {}),
    ...(job.onLine ? { onLine: job.onLine } : {}),
  });
}
