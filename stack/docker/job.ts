/**
 * spark-submit inside the spark container.
 *
 * @module
 */

import { LakehouseError } from "../../lib/core/errors.ts";
import mavenSets from "../install/maven.json" with { type: "json" };
import { run } from "../../lib/core/process.ts";
import { driverOptions, type SparkJob } from "../stack.ts";
import { containerProblem, containers, runningContainer } from "./compose.ts";
import { docker } from "./engine.ts";

const SPARK_SUBMIT = "/opt/spark/bin/spark-submit";
const JOBS = "/app/spark";
const IVY = "/opt/spark/work-dir/.ivy2";
const KILL_AFTER_MS = 5_000;
const GIVE_UP_MS = 20_000;
const POLL_MS = 200;
/** Exit code of what SIGKILL has ended. */
const KILLED = 137;
/** Within this time the engine knows that a container has ended. */
const NOTICED_MS = 3_000;
/** How Ivy says that it could not fetch what `--packages` names. */
const NOT_FETCHED =
  /unresolved dependency: |Server access error at|download failed: /i;

/** What Spark fetches by `--packages` at the first job; the volume keeps it. */
export const PACKAGES: readonly string[] = mavenSets.spark.roots;

/** Arguments of spark-submit for a job in the container. */
export function submitArguments(job: SparkJob): string[] {
  return [
    "--master",
    "local[*]",
    "--packages",
    PACKAGES.join(","),
    // hadoop-aws asks for all of AWS in one jar of 281 MB; the parts above do.
    "--exclude-packages",
    "com.amazonaws:aws-java-sdk-bundle",
    "--conf",
    `spark.jars.ivy=${IVY}`,
    "--driver-java-options",
    driverOptions(job).join(" "),
    ...(job.conf ?? []),
    `${JOBS}/${job.script}`,
    ...job.args,
  ];
}

/**
 * Ends a job in the container: its process group is asked to, then killed.
 *
 * Ending `docker exec` alone would leave the job running.
 */
async function endJob(
  container: string,
  group: string,
  first: "TERM" | "KILL",
): Promise<void> {
  const kill = (signal: string) =>
    docker(["exec", container, "sh", "-c", `kill -s ${signal} -- -${group}`]);
  const started = performance.now();
  const elapsed = () => performance.now() - started;
  await kill(first);
  while ((await kill("0")).code === 0 && elapsed() < GIVE_UP_MS) {
    if (elapsed() > KILL_AFTER_MS) await kill("KILL");
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** What is wrong with the container of a job that has failed, if anything. */
async function containerFault(
  id: string,
  code: number,
): Promise<string | undefined> {
  for (let waited = 0;; waited += POLL_MS) {
    const container = (await containers()).find((one) => one.id === id);
    const problem = containerProblem("spark", container);
    // The job of a container that ends may be gone before the engine says so.
    if (problem || code !== KILLED || waited >= NOTICED_MS) return problem;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** Why a job failed that could not say so itself, or `undefined`. */
async function failureOf(
  code: number,
  id: string,
  notFetched: string,
): Promise<LakehouseError | undefined> {
  const what = "Spark could not finish the job";
  const why = await containerFault(id, code);
  if (why) {
    return new LakehouseError({
      what,
      why,
      next: "deno task up --stack docker, then the same again",
    });
  }
  if (code === KILLED) {
    return new LakehouseError({
      what,
      why: "it was killed, as happens when the container's memory runs out",
      next:
        "give it more with SPARK_MEMORY in docker/.env, then deno task up --stack docker",
    });
  }
  return notFetched === "" ? undefined : new LakehouseError({
    what: "Spark could not fetch its packages",
    why: notFetched,
    next:
      "let the spark container reach Maven Central, then the same again; what has come is kept in a volume",
  });
}

/**
 * Runs spark-submit in the container; resolves to its exit code.
 *
 * @throws {LakehouseError} When the container does not run, or ends meanwhile.
 * @throws {unknown} The signal's reason, once the job has ended.
 */
export async function submitInContainer(job: SparkJob): Promise<number> {
  const { signal, kill, input } = job;
  signal?.throwIfAborted();
  const { id } = await runningContainer("spark", "Cannot run Spark");
  let group: string | undefined;
  let ended: Promise<void> | undefined;
  const end = () => {
    if (!group) return;
    ended ??= endJob(id, group, kill?.aborted ? "KILL" : "TERM")
      .catch(() => {});
  };
  signal?.addEventListener("abort", end, { once: true });
  kill?.addEventListener("abort", end, { once: true });
  let code = 1;
  let notFetched = "";
  try {
    code = await run({
      command: "docker",
      // A process that docker exec starts leads a session of its own: its id
      // names the group that all its children belong to.
      args: [
        "exec",
        ...input ? ["--interactive"] : [],
        id,
        "sh",
        "-c",
        'echo "spark-submit group $$"; exec "$@"',
        "sh",
        SPARK_SUBMIT,
        ...submitArguments(job),
      ],
      ...(signal ? { signal } : {}),
      ...(input ? { input } : {}),
      onLine: (line) => {
        const match = group ? null : line.match(/^spark-submit group (\d+)$/);
        if (!match) {
          if (NOT_FETCHED.test(line)) notFetched ||= line.trim();
          return job.onLine?.(line);
        }
        group = match[1];
        if (signal?.aborted || kill?.aborted) end();
      },
    });
  } finally {
    signal?.removeEventListener("abort", end);
    kill?.removeEventListener("abort", end);
    await ended;
  }
  if (code !== 0 && !kill?.aborted) {
    const failure = await failureOf(code, id, notFetched);
    if (failure) throw failure;
  }
  return code;
}
