/**
 * Check of Spark: which version answers, on which Java.
 *
 * @module
 */

import { submit } from "../../../lib/spark/submit.ts";
import { SPARK_JAVA } from "../../../stack/install/java.ts";
import { stackOf } from "../../../stack/mod.ts";
import type { Stack } from "../../../stack/stack.ts";
import type { Check, Outcome } from "../check.ts";
import { type CheckedStack, needsOf } from "../subject.ts";

const LIMIT_MS = 30_000;

/** What `spark-submit --version` says. */
export interface SubmitVersion {
  /** Version of Spark. */
  spark: string;
  /** Version of Scala. */
  scala: string;
  /** Version of Java. */
  java: string;
}

/**
 * Versions from what `spark-submit --version` prints, or `undefined`.
 *
 * @example Usage
 * ```ts
 * import { parseSparkVersion } from "./spark.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const text = `   /___/ .__/   version 3.5.9
 * Using Scala version 2.12.18, OpenJDK 64-Bit Server VM, 17.0.15`;
 * assertEquals(parseSparkVersion(text)?.java, "17.0.15");
 * ```
 */
export function parseSparkVersion(text: string): SubmitVersion | undefined {
  const spark = text.match(/\sversion (\d+\.\d+\S*)\s*$/m)?.[1];
  const [, scala, java] =
    text.match(/^Using Scala version ([\d.]+),.*, ([\d.]+)\S*\s*$/m) ?? [];
  return spark && scala && java ? { spark, scala, java } : undefined;
}

/** How to get a fitting Spark, by stack. */
function advice({ stack }: CheckedStack, what: "spark" | "java"): string {
  if (stack === "docker") {
    return "name an image of Spark 3.5, Scala 2.12 and Java 17 with SPARK_IMAGE in docker/.env, then deno task up --stack docker";
  }
  return what === "java"
    ? `point ${SPARK_JAVA.variable} at a JDK 17 or 21`
    : "remove the cache's python folders, then deno task up";
}

/** Whether these versions can run the ingest. */
export function sparkVerdict(
  found: SubmitVersion,
  subject: CheckedStack,
): Outcome {
  const { spark, scala, java } = found;
  const text = `${spark}, Scala ${scala}, Java ${java}`;
  if (!spark.startsWith("3.5.") || !scala.startsWith("2.12.")) {
    return {
      status: "failed",
      text: `${text}: the Iceberg runtime is for Spark 3.5 and Scala 2.12`,
      next: advice(subject, "spark"),
    };
  }
  const version = parseInt(java.replace(/^1\./, ""));
  if (SPARK_JAVA.versions.includes(version)) return { status: "passed", text };
  return {
    status: "failed",
    text: version >= 24
      ? `${text}: Spark 3.5 fails there ("getSubject is not supported")`
      : `${text}: Spark and Iceberg need Java 17 or 21`,
    next: advice(subject, "java"),
  };
}

async function versionLines(
  stack: Stack,
  signal: AbortSignal,
): Promise<string[]> {
  const lines: string[] = [];
  await submit({
    // It prints its version and ends before it looks at the script.
    script: "ingest.py",
    conf: ["--version"],
    args: [],
    signal,
    onLine: (line) => lines.push(line),
  }, await stack.sparkSubmit());
  return lines;
}

/** Check of Spark; `needs` are what it takes to run spark-submit here. */
export function sparkCheck(
  subject: CheckedStack,
  needs: string[],
): Check {
  return {
    name: "Spark",
    group: "Spark",
    needs: [...needsOf(subject.stack, "spark"), ...needs],
    limitMs: LIMIT_MS,
    run: async (signal) => {
      const stack = stackOf(subject.stack);
      const lines = await versionLines(stack, signal);
      const found = parseSparkVersion(lines.join("\n"));
      if (found) return sparkVerdict(found, subject);
      return {
        status: "failed",
        text: `spark-submit --version names no version: ${
          lines.filter((line) => line.trim()).at(-1) ?? "it says nothing"
        }`,
        next: advice(subject, "java"),
      };
    },
  };
}
