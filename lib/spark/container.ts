/**
 * A program run inside a container, and ended there when asked to.
 *
 * @module
 */

import { LakehouseError } from "../core/errors.ts";
import { KILLED, run, type RunOptions } from "../core/process.ts";

const KILL_AFTER_MS = 5_000;
const GIVE_UP_MS = 20_000;
const POLL_MS = 200;
/** Within this time the engine knows that a container has ended. */
const NOTICED_MS = 3_000;
const UP = "deno task up --stack docker";
/** How Ivy says that it could not fetch what `--packages` names. */
const NOT_FETCHED =
  /unresolved dependency: |Server access error at|download failed: /i;

/** How a container is. */
export interface ContainerState {
  /** Its name, which differs between versions of Compose. */
  name: string;
  /** `running`, `exited`, `created`, `paused`, `restarting`, `dead`. */
  state: string;
  /** Exit code of a container that has ended. */
  exitCode: number;
  /** Whether the kernel ended it for its memory limit. */
  outOfMemory: boolean;
}

/** A container's state in the words of `docker inspect`, as JSON. */
const STATE = `{"name": {{json .Name}}, "state": {{json .State.Status}},
  "exitCode": {{.State.ExitCode}}, "outOfMemory": {{.State.OOMKilled}}}`;

/** What is wrong with a container, or `undefined` when it runs. */
export function containerProblem(
  service: string,
  container: ContainerState | undefined,
): string | undefined {
  if (!container) return `there is no ${service} container`;
  const { state, exitCode, outOfMemory } = container;
  // The engine puts a slash before it.
  const name = container.name.replace(/^\//, "");
  if (state === "removing") return `the container ${name} is being removed`;
  if (state === "exited") {
    const why = outOfMemory ? ", out of memory" : "";
    return `the container ${name} has ended with code ${exitCode}${why}`;
  }
  return state === "running" ? undefined : `the container ${name} is ${state}`;
}

async function docker(
  ...args: string[]
): Promise<{ code: number; lines: string[] }> {
  const lines: string[] = [];
  const onLine = (line: string) => lines.push(line);
  const code = await run({ command: "docker", args, onLine }).catch((cause) => {
    throw new LakehouseError({
      what: "Cannot use Docker",
      why: "there is no docker command",
      next: "deno task doctor --stack docker",
      cause,
    });
  });
  return { code, lines };
}

/** What is wrong with the container, or with the engine that should know it. */
async function problemOf(id: string): Promise<string | undefined> {
  const { code, lines } = await docker("inspect", "--format", STATE, id);
  if (code === 0) return containerProblem("spark", JSON.parse(lines.join("")));
  const why = lines.findLast((line) => line.trim() !== "");
  return !why || /No such (object|container)/i.test(why)
    ? containerProblem("spark", undefined)
    : why;
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
    docker("exec", container, "sh", "-c", `kill -s ${signal} -- -${group}`);
  const started = performance.now();
  const elapsed = () => performance.now() - started;
  await kill(first);
  while ((await kill("0")).code === 0 && elapsed() < GIVE_UP_MS) {
    if (elapsed() > KILL_AFTER_MS) await kill("KILL");
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** Fails when it is known why a job failed that could not say so itself. */
async function failKnown(
  code: number,
  id: string,
  notFetched: string,
): Promise<void> {
  let what = "Spark could not finish the job";
  let next = `${UP}, then the same again`;
  let why = await problemOf(id);
  // The job of a container that ends may be gone before the engine says so.
  for (let waited = 0; !why && code === KILLED; waited += POLL_MS) {
    if (waited >= NOTICED_MS) {
      why = "it was killed, as happens when the container's memory runs out";
      next = `give it more with SPARK_MEMORY in docker/.env, then ${UP}`;
      break;
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    why = await problemOf(id);
  }
  if (!why && notFetched) {
    what = "Spark could not fetch its packages";
    why = notFetched;
    next =
      "let the spark container reach Maven Central, then the same again; what has come is kept in a volume";
  }
  if (why) throw new LakehouseError({ what, why, next });
}

/**
 * Runs a program in the container; resolves to its exit code.
 *
 * @param id The container's id or name.
 * @throws {LakehouseError} When the container does not run, or ends meanwhile.
 * @throws {unknown} The signal's reason, once the program has ended.
 */
export async function runInContainer(
  id: string,
  options: Omit<RunOptions, "env" | "onStart">,
): Promise<number> {
  const { command, args, signal, kill, input, onLine } = options;
  signal?.throwIfAborted();
  const why = await problemOf(id);
  if (why) {
    throw new LakehouseError({ what: "Cannot run Spark", why, next: UP });
  }
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
        ...["sh", "-c", 'echo "job group $$"; exec "$@"', "sh"],
        command,
        ...args,
      ],
      ...(signal ? { signal } : {}),
      ...(input ? { input } : {}),
      onLine: (line) => {
        const match = group ? null : line.match(/^job group (\d+)$/);
        if (!match) {
          if (NOT_FETCHED.test(line)) notFetched ||= line.trim();
          return onLine?.(line);
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
  if (code !== 0 && !kill?.aborted) await failKnown(code, id, notFetched);
  return code;
}
