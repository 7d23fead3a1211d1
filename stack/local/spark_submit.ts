/**
 * spark-submit of this machine, from the pinned PySpark.
 *
 * @module
 */

import { PROJECT_DIR, settings } from "../../lib/core/settings.ts";
import { archiveOptions, type JavaProgram } from "./class_archive.ts";
import { java, SPARK_JAVA } from "../install/java.ts";
import { artifactPaths } from "../install/maven.ts";
import { run } from "../../lib/core/process.ts";
import { python } from "../install/python.ts";
import { driverOptions, type SparkJob } from "../stack.ts";

/** Spark's driver, as far as its archive depends on it. */
export async function sparkDriver(): Promise<JavaProgram> {
  return {
    name: "spark",
    javaHome: await java(SPARK_JAVA),
    // The second compiler makes no difference to an archive.
    options: driverOptions({}),
    classPath: [(await python()).sitePackages, ...artifactPaths("spark")],
  };
}

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
  const driver = await sparkDriver();
  const script = `${PROJECT_DIR}/spark/${job.script}`;
  return await run({
    command: `${bin}/spark-submit`,
    args: [
      "--master",
      master,
      "--driver-java-options",
      [...driverOptions(job), ...await archiveOptions(driver)].join(" "),
      "--driver-class-path",
      artifactPaths("spark").join(":"),
      ...(job.conf ?? []),
      script,
      ...job.args,
    ],
    env: {
      ...env,
      JAVA_HOME: driver.javaHome,
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
