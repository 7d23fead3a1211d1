/**
 * Checks of the Docker engine: does it answer, with which Compose, on which disk.
 *
 * @module
 */

import {
  docker,
  engineProblem,
  findEngine,
} from "../../../stack/docker/engine.ts";
import { type Check, failureOf, type Outcome } from "../check.ts";
import { disksOf, diskVerdict } from "./machine.ts";

const GROUP = "Docker";
/** An engine that has just been woken takes its time. */
const LIMIT_MS = 10_000;
const NO_ENGINE = "Docker does not answer";

/** Whether this version of Compose can read the project's file. */
export function composeVersionVerdict(
  version: string,
  words: string[],
): Outcome {
  const text = `${version} (${words.join(" ")})`;
  const [major = 0, minor = 0] = version.split(".").map((part) =>
    parseInt(part)
  );
  if (major >= 2) return { status: "passed", text };
  return major === 1 && minor >= 29
    ? {
      status: "warning",
      text: `${text}: no longer maintained since 2023`,
      next: "install Compose v2, the package docker-compose-plugin",
    }
    : {
      status: "failed",
      text: `${text}: too old for docker/docker-compose.yaml`,
      next: "install Compose v2, the package docker-compose-plugin",
    };
}

/** Whether there is room where the engine keeps images and volumes. */
async function lookAtDisk(signal: AbortSignal): Promise<Outcome> {
  const { stdout } = await docker(
    ["info", "--format", "{{.DockerRootDir}}"],
    signal,
  );
  const isHere = await Deno.stat(stdout).then(() => true, () => false);
  return isHere
    ? diskVerdict(
      disksOf({ "images and volumes": stdout }),
      "docker system df shows what takes the space; free some",
    )
    : {
      status: "skipped",
      text: "the engine keeps images and volumes on another machine",
    };
}

/** Checks of the engine, of Compose and of its disk. */
export function engineChecks(): Check[] {
  return [
    {
      name: "Docker",
      group: GROUP,
      limitMs: LIMIT_MS,
      late: failureOf(
        engineProblem(`no answer for ${LIMIT_MS / 1000} seconds`),
        NO_ENGINE,
      ),
      run: async (signal) => {
        try {
          const format = ["version", "--format", "{{.Server.Version}}"];
          const { code, stdout, stderr } = await docker(format, signal);
          if (code !== 0 || stdout === "") throw engineProblem(stderr);
          return { status: "passed", text: `engine ${stdout}` };
        } catch (error) {
          signal.throwIfAborted();
          return failureOf(error, NO_ENGINE);
        }
      },
    },
    {
      name: "Compose",
      group: GROUP,
      needs: ["Docker"],
      limitMs: LIMIT_MS,
      run: async (signal) => {
        const { compose, composeVersion } = await findEngine(signal);
        return composeVersionVerdict(composeVersion, compose);
      },
    },
    {
      name: "Docker disk",
      group: GROUP,
      needs: ["Docker"],
      limitMs: LIMIT_MS,
      run: lookAtDisk,
    },
  ];
}
