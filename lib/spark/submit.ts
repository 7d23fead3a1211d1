/**
 * spark-submit, run as the running stack says: a process of this machine, or
 * one inside a container.
 *
 * @module
 */

import { LakehouseError } from "../core/errors.ts";
import { ifThere } from "../core/files.ts";
import { run, type RunOptions } from "../core/process.ts";
import { runningStack, type SparkSubmit } from "../core/running_stack.ts";
import { settings, SPARK_VERSIONS } from "../core/settings.ts";
import type { SparkVersion } from "../core/settings.ts";
import { runInContainer } from "./container.ts";

/** A job for spark-submit. */
export interface SparkJob
  extends Pick<RunOptions, "signal" | "kill" | "input" | "onLine"> {
  /** The script under `spark/`. */
  script: string;
  /** Arguments of spark-submit itself, such as `--conf`. @default {[]} */
  conf?: string[];
  /** Its arguments; no secret may stand here. */
  args: string[];
  /** Whether it works for a minute or more. @default {false} */
  isLong?: boolean;
}

/** Options of the Java virtual machine that a job's driver runs with. */
export function driverOptions({ isLong }: Pick<SparkJob, "isLong">): string[] {
  const options = ["-XX:+UseSerialGC"];
  // A job of seconds ends before the second compiler pays for itself.
  return isLong ? options : [...options, "-XX:TieredStopAtLevel=1"];
}

const isThere = (path: string) => Boolean(ifThere(() => Deno.statSync(path)));

/** Fails when what was recorded is gone, as after the cache was cleared. */
function refuseStale(spark: SparkSubmit): void {
  if (spark.container) return;
  const needed = [spark.command[0], spark.env.JAVA_HOME, ...spark.jars];
  const missing = needed.find((path) => path && !isThere(path));
  if (!missing) return;
  throw new LakehouseError({
    what: "Cannot run Spark",
    why: `${missing} is not there any more`,
    next: "deno task up, which fetches what is missing",
  });
}

/** An option as spark-submit reads it among others: quoted where a folder's name has a space. */
const quoted = (option: string) =>
  /[\s"'\\]/.test(option) ? `"${option.replace(/["\\]/g, "\\$&")}"` : option;

function submitArguments(job: SparkJob, spark: SparkSubmit): string[] {
  const { archive, jars } = spark;
  const options = [...driverOptions(job), ...spark.driverOptions];
  if (archive && isThere(archive.path)) options.push(...archive.options);
  return [
    ...spark.command.slice(1),
    ...["--driver-java-options", options.map(quoted).join(" ")],
    ...jars.length > 0 ? ["--driver-class-path", jars.join(":")] : [],
    ...job.conf ?? [],
    `${spark.jobs}/${job.script}`,
    ...job.args,
  ];
}

/**
 * How a job is submitted: to the stack's own Spark, or to another version that
 * was fetched beside it.
 *
 * @param version Which Spark. @default {settings().spark}
 * @throws {LakehouseError} When no stack runs, or that version was not fetched.
 */
export function sparkSubmit(
  version: SparkVersion = settings().spark,
): SparkSubmit {
  const running = runningStack();
  if (!running) {
    throw new LakehouseError({
      what: "Cannot find a running stack",
      why: "none was started, or it was stopped",
      next: "deno task up",
    });
  }
  const spark = version === SPARK_VERSIONS[0]
    ? running.spark
    : running.tools?.sparks?.[version];
  if (spark) return spark;
  throw new LakehouseError({
    what: `Cannot run Spark ${version}`,
    why: "it was not fetched",
    next: `deno task up --spark ${version}`,
  });
}

/** Arguments of a job that say where the lake is, as that Spark sees it. */
export function lakeArguments(spark: SparkSubmit = sparkSubmit()): string[] {
  const given = settings();
  const { isOutside = false } = spark;
  return [
    ["--warehouse", given.warehouse],
    ["--minio-host", isOutside ? given.minioHost : given.engineMinioHost],
    ["--s3-addressing", given.s3Addressing],
    ["--catalog-uri", isOutside ? given.catalogUri : given.engineCatalogUri],
    ["--signing-name", given.signingName],
    ["--namespace", given.namespace],
  ].flat();
}

/** The keys and the region as the clients of AWS read them. */
export function keyVariables(): Record<string, string> {
  const { accessKey, secretKey, sessionToken, region } = settings();
  return {
    AWS_ACCESS_KEY_ID: accessKey,
    AWS_SECRET_ACCESS_KEY: secretKey,
    ...sessionToken ? { AWS_SESSION_TOKEN: sessionToken } : {},
    AWS_REGION: region,
  };
}

/**
 * Runs spark-submit; resolves to its exit code.
 *
 * @param spark To which Spark. @default {sparkSubmit()}
 * @throws {LakehouseError} When no stack runs, or what it needs is gone.
 * @throws {unknown} The signal's reason, once the job has ended.
 */
export async function submit(
  job: SparkJob,
  spark: SparkSubmit = sparkSubmit(),
): Promise<number> {
  const { script: _script, conf: _conf, isLong: _isLong, ...running } = job;
  refuseStale(spark);
  const [command = ""] = spark.command;
  const args = submitArguments(job, spark);
  if (spark.container) {
    return await runInContainer(spark.container, { ...running, command, args });
  }
  const env = { ...spark.env, ...keyVariables() };
  return await run({ ...running, command, args, env });
}
