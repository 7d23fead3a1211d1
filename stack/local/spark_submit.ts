/**
 * spark-submit of this machine, from the pinned PySpark.
 *
 * @module
 */

import type { SparkSubmit } from "../../lib/core/running_stack.ts";
import { PROJECT_DIR, type SparkVersion } from "../../lib/core/settings.ts";
import { driverOptions } from "../../lib/spark/submit.ts";
import { java, SPARK_JAVA } from "../install/java.ts";
import { artifactPaths, fetchArtifacts } from "../install/maven.ts";
import { type PackageList, python } from "../install/python.ts";
import type { UpOptions } from "../stack.ts";
import {
  archiveOptions,
  archivePath,
  archiveUse,
  isRecording,
  type JavaProgram,
} from "./class_archive.ts";

/** Where each version's packages and jars come from. */
const SPARKS: Record<SparkVersion, { packages: PackageList; jars: string }> = {
  "3.5": { packages: "jupyter", jars: "spark" },
  "4.1": { packages: "spark-4.1", jars: "spark-4.1" },
};

/** Downloads what a version of Spark needs; does nothing when all is there. */
export async function prepareSpark(
  version: SparkVersion,
  { signal, onStep, onDownload }: UpOptions = {},
): Promise<void> {
  const { packages, jars } = SPARKS[version];
  await python({
    packages,
    ...(signal ? { signal } : {}),
    onInstall: () => onStep?.(`Installing Spark ${version}`),
  });
  await fetchArtifacts([jars], {
    ...(signal ? { signal } : {}),
    ...(onDownload ? { onProgress: onDownload } : {}),
  });
  await java(SPARK_JAVA, signal);
}

/** Spark's driver, as far as its archive depends on it. */
export async function sparkDriver(
  version: SparkVersion = "3.5",
): Promise<JavaProgram> {
  const { packages, jars } = SPARKS[version];
  return {
    name: jars,
    javaHome: await java(SPARK_JAVA),
    // The second compiler makes no difference to an archive.
    options: driverOptions({}),
    classPath: [
      (await python({ packages })).sitePackages,
      ...artifactPaths(jars),
    ],
  };
}

/**
 * How a job is submitted to a Spark of this machine.
 *
 * @param master Where Spark's executors run. @default {"local[*]"}
 * @param version Which Spark. @default {"3.5"}
 */
export async function localSparkSubmit(
  master = "local[*]",
  version: SparkVersion = "3.5",
): Promise<SparkSubmit> {
  const { packages, jars } = SPARKS[version];
  const { bin, sitePackages } = await python({ packages });
  const driver = await sparkDriver(version);
  const path = await archivePath(driver);
  return {
    command: [`${bin}/spark-submit`, "--master", master],
    jobs: `${PROJECT_DIR}/spark`,
    jars: artifactPaths(jars),
    driverOptions: isRecording() ? await archiveOptions(driver) : [],
    // It may be made after the stack has started.
    ...isRecording() ? {} : { archive: { path, options: archiveUse(path) } },
    env: {
      JAVA_HOME: driver.javaHome,
      SPARK_HOME: `${sitePackages}/pyspark`,
      PYSPARK_PYTHON: `${bin}/python`,
      SPARK_LOCAL_IP: "127.0.0.1",
      // Of the Java that only puts the command together.
      SPARK_LAUNCHER_OPTS: "-XX:+UseSerialGC -XX:TieredStopAtLevel=1",
      // Where it is set, Python would compile PySpark at each start.
      PYTHONDONTWRITEBYTECODE: "",
    },
  };
}
