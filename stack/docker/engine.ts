/**
 * The Docker engine and its Compose, found and asked.
 *
 * @module
 */

import { LakehouseError } from "../../lib/core/errors.ts";

/** What a docker command answered. */
export interface DockerAnswer {
  /** Its exit code. */
  code: number;
  /** What it printed. */
  stdout: string;
  /** What it complained about. */
  stderr: string;
}

/** A Docker engine that answers, with the Compose that goes with it. */
export interface Engine {
  /** Version of the engine. */
  version: string;
  /** Words that begin a compose command: `docker compose`, or `docker-compose`. */
  compose: string[];
  /** Version of Compose. */
  composeVersion: string;
}

const WITHOUT =
  "or go without Docker: deno task up --stack local (its results are not AIStor's)";
const ANSWER_MS = 20_000;
/** How docker says that no engine answers, in the words of its versions. */
const NO_ENGINE =
  /Cannot connect to the Docker|Is the docker daemon running|failed to connect to the docker|error during connect|no answer for/i;
const NO_PERMISSION = /permission denied/i;

const decoder = new TextDecoder();

async function output(
  [command = "", ...args]: string[],
  signal?: AbortSignal,
): Promise<DockerAnswer | undefined> {
  const limit = AbortSignal.timeout(ANSWER_MS);
  try {
    const { code, stdout, stderr } = await new Deno.Command(command, {
      args,
      stdin: "null",
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
    }).output();
    signal?.throwIfAborted();
    return {
      code,
      stdout: decoder.decode(stdout).trim(),
      stderr: limit.aborted
        ? `no answer for ${ANSWER_MS / 1000} seconds`
        : decoder.decode(stderr).trim(),
    };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Why the engine did not answer, as a sentence with the next step. */
export function engineProblem(complaint: string | undefined): LakehouseError {
  const what = "Cannot use Docker";
  if (complaint === undefined) {
    return new LakehouseError({
      what,
      why: "there is no docker command",
      next: `install Docker with its Compose plugin, ${WITHOUT}`,
    });
  }
  const cause = new Error(complaint);
  if (NO_PERMISSION.test(complaint)) {
    return new LakehouseError({
      what,
      why: "this user may not talk to the engine's socket",
      next: `sudo usermod -aG docker $USER, then log in again; ${WITHOUT}`,
      cause,
    });
  }
  if (NO_ENGINE.test(complaint)) {
    const host = Deno.env.get("DOCKER_HOST");
    return new LakehouseError({
      what,
      why: "its engine is not running",
      next: `start Docker Desktop, or: sudo systemctl start docker${
        host ? `, or unset DOCKER_HOST, which is ${host}` : ""
      }; ${WITHOUT}`,
      cause,
    });
  }
  return new LakehouseError({
    what,
    why: complaint.split("\n")[0] ?? "",
    next: `docker version tells more; ${WITHOUT}`,
    cause,
  });
}

/**
 * Runs a docker command to its end.
 *
 * @throws {LakehouseError} When there is no docker, or its engine does not answer.
 */
export async function docker(
  args: string[],
  signal?: AbortSignal,
): Promise<DockerAnswer> {
  const answer = await output(["docker", ...args], signal);
  if (!answer) throw engineProblem(undefined);
  const { code, stderr } = answer;
  const isLost = NO_ENGINE.test(stderr) ||
    /permission denied while trying to connect/i.test(stderr);
  if (code !== 0 && isLost) throw engineProblem(stderr);
  return answer;
}

async function findCompose(
  signal?: AbortSignal,
): Promise<{ compose: string[]; composeVersion: string }> {
  for (const compose of [["docker", "compose"], ["docker-compose"]]) {
    const answer = await output([...compose, "version", "--short"], signal);
    if (answer?.code === 0 && /^v?\d/.test(answer.stdout)) {
      return { compose, composeVersion: answer.stdout.replace(/^v/, "") };
    }
  }
  throw new LakehouseError({
    what: "Cannot use Docker Compose",
    why: "neither docker compose nor docker-compose is installed",
    next: `install the package docker-compose-plugin, ${WITHOUT}`,
  });
}

/**
 * The engine that answers, and its Compose.
 *
 * @throws {LakehouseError} When docker is missing, its engine does not run or may not be used, or Compose is missing.
 */
export async function findEngine(signal?: AbortSignal): Promise<Engine> {
  const { code, stdout, stderr } = await docker(
    ["version", "--format", "{{.Server.Version}}"],
    signal,
  );
  if (code !== 0 || stdout === "") throw engineProblem(stderr);
  return { version: stdout, ...await findCompose(signal) };
}
