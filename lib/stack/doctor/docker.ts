/**
 * Checks of the Docker stack: engine, Compose, licence, containers, ports.
 *
 * @module
 */

import { dockerEnv } from "../../config.ts";
import { licence, noLicence } from "../docker.ts";
import {
  type Container,
  containerProblem,
  containers,
  type ServiceName,
  SERVICES,
} from "../docker/compose.ts";
import { docker, engineProblem, findEngine } from "../docker/engine.ts";
import { unhealthy } from "../docker/failure.ts";
import type { Stack } from "../stack.ts";
import { type Check, failureOf, type Outcome } from "./check.ts";
import { notRunning } from "./running.ts";
import { listBuckets, type StoreAnswer } from "./store.ts";
import { serviceCheck, type Subject, upCommand } from "./subject.ts";

const GROUP = "Docker";
const SERVICE_GROUP = "services";
const LOG_LINES = 60;
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

/** Whether `docker/.env` is there and a licence is set. */
export function licenceVerdict(
  hasEnvFile: boolean,
  isSet: boolean,
): Outcome {
  if (isSet) return { status: "passed", text: "MINIO_LICENSE is set" };
  return {
    status: "failed",
    text: `MINIO_LICENSE is not set${
      hasEnvFile ? "" : ", and there is no docker/.env"
    }; without a licence AIStor starts in safe mode and denies S3`,
    next: noLicence().next ?? "",
  };
}

/** Whether AIStor serves S3, which it does with a valid licence only. */
export function licensedVerdict(answer: StoreAnswer): Outcome {
  if (answer.isList) {
    return {
      status: "passed",
      text: "the server serves S3, which it does with a licence only",
    };
  }
  const isAboutKeys =
    /SignatureDoesNotMatch|InvalidAccessKeyId|RequestTimeTooSkewed/.test(
      answer.code,
    );
  return isAboutKeys
    ? { status: "skipped", text: `S3 answers ${answer.code}, see S3 signature` }
    : {
      status: "failed",
      text: `the server denies S3 (${
        answer.code || answer.status
      }), as AIStor does without a valid licence`,
      next:
        "put a valid MINIO_LICENSE into docker/.env, then deno task up --stack docker",
      effect: "the server denies S3",
    };
}

/** Whether a container is well; `log` is the end of its log. */
export function containerVerdict(
  service: ServiceName,
  container: Container | undefined,
  log: string[],
): Outcome {
  const effect = `${service} is down`;
  if (!container) {
    return {
      status: "failed",
      text: `No such container: there is no ${service} container`,
      next: upCommand("docker"),
      effect,
    };
  }
  const problem = containerProblem(service, container);
  if (problem) {
    const { why = problem, next = "" } = unhealthy(service, problem, log);
    // Without a known cause its words are the problem, and the log.
    const isKnown = !why.startsWith(problem);
    return {
      status: "failed",
      text: isKnown ? `${problem}: ${why}` : problem,
      next: isKnown || container.state === "running"
        ? next
        : `${upCommand("docker")}; ${next} says why it ended`,
      effect,
    };
  }
  return container.health === "starting"
    ? {
      status: "failed",
      text: `${container.name} is still starting`,
      next: `wait 10 s, then the same again; deno task logs ${service}`,
      effect,
    }
    : {
      status: "passed",
      text: `${container.name} is ${container.health || container.state}`,
    };
}

/** Whether the ports of the settings lead into the containers. */
export function publishedVerdict(
  found: Container[],
  wanted: Partial<Record<ServiceName, { setting: string; address: string }>>,
): Outcome {
  const wrong = Object.entries(wanted).flatMap(
    ([name, { setting, address }]) => {
      const { port, protocol } = new URL(address);
      const number = Number(port || (protocol === "https:" ? 443 : 80));
      const ports = found.find(({ service }) => service === name)?.ports;
      // Whether it runs at all is the question of another check.
      if (!ports) return [];
      return ports.includes(number) ? [] : [{ name, setting, number, ports }];
    },
  );
  const [first] = wrong;
  if (!first) {
    const list = found.flatMap(({ service, ports }) =>
      ports.map((port) => `${port} ${service}`)
    );
    return list.length > 0
      ? { status: "passed", text: list.join(", ") }
      : { status: "skipped", text: "neither minio nor trino runs" };
  }
  const ports = first.ports.join(", ") || "none";
  return {
    status: "failed",
    text:
      `${first.setting} leads to port ${first.number}, ${first.name} publishes ${ports}`,
    next:
      `unset ${first.setting}, or set S3_PORT and TRINO_PORT in docker/.env, then ${
        upCommand("docker")
      }`,
  };
}

/** Checks of the engine, of Compose and of the licence. */
export function engineChecks(): Check[] {
  return [
    {
      name: "Docker",
      group: GROUP,
      limitMs: LIMIT_MS,
      late: failureOf(engineProblem("no answer"), NO_ENGINE),
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
      name: "licence",
      group: GROUP,
      run: async () =>
        licenceVerdict(
          Object.keys(dockerEnv()).length > 0,
          await licence() !== undefined,
        ),
    },
  ];
}

async function endOfLog(stack: Stack, name: string): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of stack.logs(name, { lines: LOG_LINES })) {
    lines.push(line);
  }
  return lines;
}

/** Checks of the containers and of their ports. */
export function containerChecks({ given }: Subject, stack: Stack): Check[] {
  let found: Container[] = [];
  const ours = (name: ServiceName) =>
    found.find(({ service }) => service === name);
  return [
    {
      name: "docker stack",
      group: SERVICE_GROUP,
      needs: ["Docker"],
      limitMs: LIMIT_MS,
      run: async (signal) => {
        found = await containers(signal);
        const running = found.filter(({ state }) => state === "running").length;
        return running > 0
          ? {
            status: "passed",
            text: `${running} of ${SERVICES.length} containers run`,
          }
          : notRunning(
            "docker",
            found.length === 0
              ? "No such container: none of the stack was made, or it was taken down"
              : `its ${found.length} containers are stopped`,
          );
      },
    },
    ...SERVICES.map((name): Check => ({
      name: serviceCheck(name),
      group: SERVICE_GROUP,
      needs: ["docker stack"],
      limitMs: LIMIT_MS,
      run: async () => {
        const container = ours(name);
        const problem = containerProblem(name, container);
        const log = container && problem ? await endOfLog(stack, name) : [];
        return containerVerdict(name, container, log);
      },
    })),
    {
      name: "published ports",
      group: SERVICE_GROUP,
      needs: ["docker stack"],
      run: () =>
        Promise.resolve(
          publishedVerdict(found.filter(({ state }) => state === "running"), {
            minio: { setting: "MINIO_HOST", address: given.minioHost },
            trino: { setting: "TRINO_URI", address: given.trinoUri },
          }),
        ),
    },
  ];
}

/** Check of the running server's licence. */
export function licensedCheck(subject: Subject): Check {
  return {
    name: "licensed",
    group: GROUP,
    needs: [serviceCheck("minio")],
    run: async (signal) => {
      const answer = await listBuckets(subject, signal).catch(() => undefined);
      signal.throwIfAborted();
      return answer
        ? licensedVerdict(answer)
        // Which the check of the object store explains.
        : { status: "skipped", text: "the object store does not answer" };
    },
  };
}
