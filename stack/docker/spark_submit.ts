/**
 * spark-submit inside the spark container.
 *
 * @module
 */

import type { SparkSubmit } from "../../lib/core/running_stack.ts";
import { masterArguments } from "./workers.ts";
import mavenSets from "../install/maven.json" with { type: "json" };

/** What Spark fetches by `--packages` at the first job; the volume keeps it. */
const PACKAGES: readonly string[] = mavenSets.spark.roots;

/**
 * How a job is submitted in this container.
 *
 * @param workers How many workers of Spark's do the work; with none, the container itself. @default {0}
 */
export function sparkSubmitIn(container: string, workers = 0): SparkSubmit {
  return {
    container,
    command: [
      "/opt/spark/bin/spark-submit",
      ...masterArguments(workers),
      "--packages",
      PACKAGES.join(","),
      // hadoop-aws asks for all of AWS in one jar of 281 MB; the parts above do.
      "--exclude-packages",
      "com.amazonaws:aws-java-sdk-bundle",
      "--conf",
      "spark.jars.ivy=/opt/spark/work-dir/.ivy2",
    ],
    jobs: "/app/spark",
    jars: [],
    driverOptions: [],
    // The keys are in the container's environment.
    env: {},
  };
}
