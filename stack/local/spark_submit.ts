/**
 * spark-submit of this machine, from the pinned PySpark.
 *
 * @module
 */

import type { SparkSubmit } from "../../lib/core/running_stack.ts";
import { PROJECT_DIR } from "../../lib/core/settings.ts";
import { driverOptions } from "../../lib/spark/submit.ts";
import { java, SPARK_JAVA } from "../install/java.ts";
import { artifactPaths } from "../install/maven.ts";
import { python } from "../install/python.ts";
import {
  archiveOptions,
  archivePath,
  archiveUse,
  isRecording,
  type JavaProgram,
} from "./class_archive.ts";

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
 * How a job is submitted to the Spark of this machine.
 *
 * @param master Where Spark's executors run. @default {"local[*]"}
 */
export async function localSparkSubmit(
  master = "local[*]",
): Promise<SparkSubmit> {
  const { bin, sitePackages } = await python();
  const driver = await sparkDriver();
  const path = await archivePath(driver);
  return {
    command: [`${bin}/spark-submit`, "--master", master],
    jobs: `${PROJECT_DIR}/spark`,
    jars: artifactPaths("spark"),
    driverOptions: isRecording() ? await archiveOptions(driver) : [],
    // It may be made after the stack has started.
    ...isRecording() ? {} : { archive: { path, options: archiveUse(path) } },
    env: {
      JAVA_HOME: driver.javaHome,
      SPARK_HOME: `${sitePackages}/pyspark`,
      PYSPARK_PYTHON: `${bin}/python`,
      SPARK_LOCAL_IP: "127.0.0.1",
    },
  };
}
