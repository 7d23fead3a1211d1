/**
 * Checks of the stack's services: processes here, containers in containers.ts.
 *
 * @module
 */

import process from "node:process";
import { type StackName, stateDir } from "../../../lib/core/settings.ts";
import { formatBytes } from "../../../lib/core/format.ts";
import { findJava, TRINO_JAVA } from "../../../stack/install/java.ts";
import { findPython } from "../../../stack/install/python.ts";
import { knownCause } from "../../../lib/core/errors.ts";
import { SERVICE_CAUSES } from "../../../stack/local/service_causes.ts";
import type { ServiceStatus, Stack } from "../../../stack/stack.ts";
import type { Check, Outcome } from "../check.ts";
import { LOCAL_SERVICES, serviceCheck, upCommand } from "../subject.ts";

const GROUP = "services";
const LOG_LINES = 60;

/** The supervisor's process id while it runs. */
export async function supervisorPid(): Promise<number | undefined> {
  const text = await Deno.readTextFile(`${stateDir()}/local/supervisord.pid`)
    .catch(() => "");
  const pid = parseInt(text);
  if (Number.isNaN(pid)) return undefined;
  try {
    process.kill(pid, 0);
  } catch (error) {
    // Of another user, but there.
    if ((error as { code?: string }).code !== "EPERM") return undefined;
  }
  const command = await Deno.readTextFile(`/proc/${pid}/cmdline`)
    .catch(() => "supervisord");
  return command.includes("supervisord") ? pid : undefined;
}

/** Whether a process of the local stack is well; `log` is the end of its log. */
export function processVerdict(service: ServiceStatus, log: string): Outcome {
  const { name, state, healthy, address, memory } = service;
  if (healthy) {
    const size = memory === undefined ? "" : `, ${formatBytes(memory)}`;
    return { status: "passed", text: `healthy on ${address}${size}` };
  }
  const effect = `${name} is down`;
  if (state === "STARTING") {
    return {
      status: "failed",
      text: "it is still starting",
      next: `wait 10 s, then the same again; deno task logs ${name}`,
      effect,
    };
  }
  if (state === "RUNNING") {
    return {
      status: "failed",
      text: `its process runs, and nothing answers on ${address}`,
      next: `deno task logs ${name}; then deno task down, deno task up`,
      effect,
    };
  }
  const cause = state === "STOPPED"
    ? undefined
    : knownCause(SERVICE_CAUSES, log);
  return {
    status: "failed",
    text: `its process is ${state}${cause ? `, ${cause.why}` : ""}`,
    next: cause?.next ??
      `deno task up; deno task logs ${name} says why it ended`,
    effect,
  };
}

/** The failure of a stack of which nothing runs. */
export function notRunning(stack: StackName, text: string): Outcome {
  return {
    status: "failed",
    text,
    next: upCommand(stack),
    effect: `the ${stack} stack is not running`,
  };
}

async function endOfLog(stack: Stack, name: string): Promise<string> {
  const lines: string[] = [];
  try {
    for await (const line of stack.logs(name, { lines: LOG_LINES })) {
      lines.push(line);
    }
  } catch {
    // It has not written one.
  }
  return lines.join("\n");
}

/** Checks of the local stack's supervisor and its processes. */
export function processChecks(stack: Stack): Check[] {
  let services: ServiceStatus[] = [];
  const look = async (): Promise<Outcome> => {
    const pid = await supervisorPid();
    // To ask for the state would install what is missing.
    const canAsk = pid !== undefined && await findPython() &&
      await findJava(TRINO_JAVA);
    if (!canAsk) {
      return notRunning("local", "no service of the local stack runs");
    }
    services = await stack.status();
    const running = services.filter(({ state }) => state === "RUNNING").length;
    return {
      status: "passed",
      text: `${running} of ${services.length} processes run`,
    };
  };
  return [
    { name: "local stack", group: GROUP, run: look },
    ...LOCAL_SERVICES.names.map((name): Check => ({
      name: serviceCheck(name),
      group: GROUP,
      needs: ["local stack"],
      run: async () => {
        const service = services.find((one) => one.name === name);
        if (!service) return notRunning("local", "the supervisor has none");
        const log = service.healthy ? "" : await endOfLog(stack, name);
        return processVerdict(service, log);
      },
    })),
  ];
}
