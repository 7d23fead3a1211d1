/**
 * Checks of the containers and of the ports that lead to them.
 *
 * @module
 */

import { containerProblem } from "../../../lib/spark/container.ts";
import {
  type Container,
  containers,
  type ServiceName,
} from "../../../stack/docker/compose.ts";
import { unhealthy } from "../../../stack/docker/failure.ts";
import { currentServices } from "../../../stack/docker/docker.ts";
import { type Health, lookAt } from "../../../stack/docker/look.ts";
import { dockerPorts } from "../../../stack/docker/ports.ts";
import { currentStore, storeOf } from "../../../stack/docker/store.ts";
import type { Stack } from "../../../stack/stack.ts";
import type { Check, Outcome } from "../check.ts";
import { listeners } from "./listener.ts";
import { portsVerdict, portUses } from "./machine.ts";
import { notRunning } from "./running.ts";
import { type CheckedStack, serviceCheck, upCommand } from "../subject.ts";

const GROUP = "services";
const LOG_LINES = 60;
/** An engine that has just been woken takes its time. */
const LIMIT_MS = 10_000;

/**
 * Whether a container is well.
 *
 * @param health What a look from outside saw, if it runs.
 * @param log The end of its log, if it does not.
 */
export function containerVerdict(
  service: ServiceName,
  container: Container | undefined,
  health: Health | undefined,
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
  const problem = containerProblem(service, container) ??
    (health?.state === "unhealthy" ? health.why : undefined);
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
  return health?.state === "starting"
    ? {
      status: "failed",
      text: `${container.name} runs, but: ${health.why}`,
      next: `wait 10 s, then the same again; deno task logs ${service}`,
      effect,
    }
    : { status: "passed", text: `${container.name} is healthy` };
}

/** Whether the ports of the settings lead into the containers. */
export function publishedVerdict(
  found: Container[],
  wanted: Record<string, { setting: string; address: string }>,
): Outcome {
  const wrong = Object.entries(wanted).flatMap(
    ([name, { setting, address }]) => {
      const { port, protocol } = new URL(address);
      const number = Number(port || (protocol === "https:" ? 443 : 80));
      const published = found.find(({ service }) => service === name)
        ?.published;
      // Whether it runs at all is the question of another check.
      if (!published) return [];
      const ports = Object.values(published);
      return ports.includes(number) ? [] : [{ name, setting, number, ports }];
    },
  );
  const [first] = wrong;
  if (!first) {
    const list = found.flatMap(({ service, published }) =>
      Object.values(published).map((port) => `${port} ${service}`)
    );
    return list.length > 0
      ? { status: "passed", text: list.join(", ") }
      : { status: "skipped", text: "neither the store nor trino runs" };
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

/** Whether the containers have their ports of this machine, or could have them. */
async function lookAtPorts(signal: AbortSignal): Promise<Outcome> {
  const ports = { ...dockerPorts(currentStore()) };
  const running = (await containers(signal))
    .filter(({ state }) => state === "running");
  const owners = listeners(Object.values(ports));
  for (
    const port of running.flatMap(({ published }) => Object.values(published))
  ) {
    owners.set(port, "ours");
  }
  return portsVerdict(portUses(ports, owners), upCommand("docker"));
}

async function endOfLog(stack: Stack, name: string): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of stack.logs(name, { lines: LOG_LINES })) {
    lines.push(line);
  }
  return lines;
}

/** Checks of the ports, of the containers, and of where the settings lead. */
export function containerChecks(
  { given }: CheckedStack,
  stack: Stack,
): Check[] {
  let found: Container[] = [];
  const services = currentServices();
  const { service: store } = storeOf(currentStore());
  const ours = (name: ServiceName) =>
    found.find(({ service }) => service === name);
  return [
    {
      name: "ports",
      group: GROUP,
      needs: ["Docker"],
      limitMs: LIMIT_MS,
      run: lookAtPorts,
    },
    {
      name: "docker stack",
      group: GROUP,
      needs: ["Docker"],
      limitMs: LIMIT_MS,
      run: async (signal) => {
        found = await containers(signal);
        const running =
          found.filter(({ state, service }) =>
            state === "running" && services.includes(service)
          ).length;
        return running > 0
          ? {
            status: "passed",
            text: `${running} of ${services.length} containers run`,
          }
          : notRunning(
            "docker",
            found.length === 0
              ? "No such container: none of the stack was made, or it was taken down"
              : `its ${found.length} containers are stopped`,
          );
      },
    },
    ...services.map((name): Check => ({
      name: serviceCheck(name),
      group: GROUP,
      needs: ["docker stack"],
      limitMs: LIMIT_MS,
      run: async (signal) => {
        const container = ours(name);
        const isRunning = container?.state === "running";
        const health = isRunning ? await lookAt(container, signal) : undefined;
        const isWell = health && health.state !== "unhealthy";
        const log = container && !isWell ? await endOfLog(stack, name) : [];
        return containerVerdict(name, container, health, log);
      },
    })),
    {
      name: "published ports",
      group: GROUP,
      needs: ["docker stack"],
      run: () =>
        Promise.resolve(
          publishedVerdict(found.filter(({ state }) => state === "running"), {
            [store]: { setting: "MINIO_HOST", address: given.minioHost },
            trino: { setting: "TRINO_URI", address: given.trinoUri },
          }),
        ),
    },
  ];
}
