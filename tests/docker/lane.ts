/**
 * What the tests of the Docker stack have in common.
 *
 * The files run in the order of their names, each on what the one before left.
 *
 * @module
 */

import { taskArguments } from "../../tasks/dev/task.ts";
import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { LakehouseError } from "../../lib/core/errors.ts";
import {
  type Container,
  containers,
  type ServiceName,
} from "../../stack/docker/compose.ts";
import { docker } from "../../stack/docker/engine.ts";
import { query } from "../../lib/trino/client.ts";

/** The lane's Compose project. */
export const PROJECT = "lakehouse-test";

/** Trips of the lane, by its setting ROWS. */
export const TRIPS = 50_000;

interface Ended {
  code: number;
  text: string;
}

/** Runs a task to its end; with `stopAt`, sends Ctrl+C when that text shows. */
export async function task(
  name: string,
  args: string[] = [],
  options: { env?: Record<string, string>; stopAt?: string } = {},
): Promise<Ended> {
  const child = new Deno.Command(Deno.execPath(), {
    args: taskArguments(name, ...args),
    env: { NO_COLOR: "1", ...options.env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let text = "";
  let isStopped = false;
  const read = async (stream: ReadableStream<Uint8Array<ArrayBuffer>>) => {
    for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      if (isStopped || !options.stopAt || !text.includes(options.stopAt)) {
        continue;
      }
      isStopped = true;
      child.kill("SIGINT");
    }
  };
  await Promise.all([read(child.stdout), read(child.stderr)]);
  return { code: (await child.status).code, text };
}

/** Runs `deno task up`; it must succeed. */
export async function up(...args: string[]): Promise<string> {
  const { code, text } = await task("up", ["--stack", "docker", ...args]);
  assertEquals(code, 0, text);
  return text;
}

/** Runs `deno task up` with these variables; it must fail with these words. */
export async function refused(
  env: Record<string, string>,
  ...words: string[]
): Promise<void> {
  const { code, text } = await task("up", ["--stack", "docker"], { env });
  assertEquals(code, 1, text);
  for (const word of words) assertStringIncludes(text, word);
}

interface Finding {
  name: string;
  status: string;
  text: string;
  next?: string;
}

/** What `deno task doctor` finds wrong, by the name of the check. */
export async function wrong(
  env: Record<string, string> = {},
): Promise<Record<string, string>> {
  const { code, text } = await task("doctor", ["--json", "--stack", "docker"], {
    env,
  });
  const { results } = JSON.parse(text) as { results: Finding[] };
  const failed = results.filter(({ status }) => status === "failed");
  assertEquals(code, failed.length > 0 ? 1 : 0, text);
  return Object.fromEntries(
    failed.map(({ name, text, next }) => [name, `${text}; next: ${next}`]),
  );
}

/** The container of a service. */
export async function containerOf(service: ServiceName): Promise<Container> {
  const found = (await containers()).find((one) => one.service === service);
  assert(found, `no ${service} container`);
  return found;
}

/** Command lines of all that runs in a container of Spark's. */
export async function sparkProcesses(
  service: ServiceName = "spark",
): Promise<string> {
  const { id } = await containerOf(service);
  const { code, stdout, stderr } = await docker(["top", id, "-eo", "pid,args"]);
  assertEquals(code, 0, stderr);
  return stdout;
}

/** Trips in the table, as Trino counts them. */
export async function count(): Promise<unknown> {
  return (await query("SELECT count(*) AS n FROM taxi_trips")).first.n;
}

/**
 * Does something to a container in the middle of a step, which must fail with
 * an error that names what to do.
 *
 * @param step The step; it calls `now` when it is in its middle.
 */
export async function during(
  service: ServiceName,
  harm: "kill" | "rm",
  step: (now: () => void) => Promise<unknown>,
): Promise<LakehouseError> {
  const { id } = await containerOf(service);
  const args = harm === "kill" ? ["kill", id] : ["rm", "--force", id];
  let done: Promise<unknown> | undefined;
  const error = await step(() => done ??= docker(args))
    .then(() => undefined, (error) => error);
  await done;
  assert(error instanceof LakehouseError, `${harm} ${service}: ${error}`);
  assertMatch(error.message, /Next: deno task (up|status)/);
  return error;
}
