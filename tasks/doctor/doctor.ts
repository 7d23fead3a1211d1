/**
 * The doctor: looks at a stack and says what is wrong and what mends it.
 *
 * @module
 */

import { runningStack } from "../../lib/core/running_stack.ts";
import {
  PROJECT_DIR,
  type Settings,
  settings,
  type StackName,
  stateDir,
} from "../../lib/core/settings.ts";
import { cacheDir } from "../../stack/install/cache.ts";
import { LakehouseError } from "../../lib/core/errors.ts";
import { catalogChecks } from "./checks/catalog.ts";
import {
  type Check,
  type CheckOptions,
  type CheckResult,
  failureOf,
  type Outcome,
  runChecks,
} from "./check.ts";
import { certificateChecks } from "./checks/certificate.ts";
import { executorsCheck, nodesCheck } from "./checks/cluster.ts";
import { containerChecks } from "./checks/containers.ts";
import { engineChecks } from "./checks/engine.ts";
import { filesCheck } from "./checks/files.ts";
import { licenceCheck, licensedCheck } from "./checks/licence.ts";
import {
  machineChecks,
  portsCheck,
  settingsCheck,
  settingsVerdict,
} from "./checks/machine.ts";
import { processChecks, supervisorPid } from "./checks/running.ts";
import { sparkCheck } from "./checks/spark.ts";
import { storeChecks } from "./checks/store.ts";
import { type CheckedStack, dockerStore } from "./subject.ts";
import { jarsCheck, javaCheck, pythonChecks } from "./checks/tools.ts";
import { trinoChecks } from "./checks/trino.ts";
import { composeVariable } from "../../stack/docker/compose.ts";
import { currentWorkers } from "../../stack/docker/workers.ts";
import { licence } from "../../stack/docker/licence.ts";
import { dockerPorts } from "../../stack/docker/ports.ts";
import { currentStore } from "../../stack/docker/store.ts";
import { SPARK_JAVA, TRINO_JAVA } from "../../stack/install/java.ts";
import { stackOf } from "../../stack/mod.ts";
import { localPorts } from "../../stack/local/ports.ts";

export type { CheckResult } from "./check.ts";

const folders = (parquetDir = `${PROJECT_DIR}/data`) => ({
  data: parquetDir,
  cache: cacheDir(),
  state: stateDir(),
});

function localChecks(subject: CheckedStack): Check[] {
  const stack = stackOf("local");
  return [
    portsCheck(localPorts(), supervisorPid),
    ...pythonChecks(),
    javaCheck(TRINO_JAVA),
    javaCheck(SPARK_JAVA),
    jarsCheck(),
    ...processChecks(stack),
    ...storeChecks(subject),
    ...catalogChecks(subject),
    filesCheck(subject),
    ...trinoChecks(subject),
    sparkCheck(subject, ["Python", `Java for ${SPARK_JAVA.of}`]),
  ];
}

function dockerChecks(subject: CheckedStack): Check[] {
  const stack = stackOf("docker");
  const { isLicensed } = dockerStore();
  return [
    ...pythonChecks(),
    ...engineChecks(),
    ...isLicensed ? [licenceCheck()] : [],
    ...containerChecks(subject, stack),
    ...isLicensed ? [licensedCheck(subject)] : [],
    ...storeChecks(subject),
    ...catalogChecks(subject),
    filesCheck(subject),
    ...trinoChecks(subject),
    ...currentWorkers() > 0 ? [nodesCheck()] : [],
    sparkCheck(subject, []),
  ];
}

function remoteChecks(subject: CheckedStack): Check[] {
  return [
    ...pythonChecks(),
    javaCheck(SPARK_JAVA),
    ...certificateChecks(subject),
    ...storeChecks(subject),
    ...catalogChecks(subject),
    filesCheck(subject),
    ...trinoChecks(subject),
    nodesCheck(),
    sparkCheck(subject, ["Python", `Java for ${SPARK_JAVA.of}`]),
    executorsCheck(subject),
  ];
}

const CHECKS: Readonly<Record<StackName, (subject: CheckedStack) => Check[]>> =
  {
    local: localChecks,
    docker: dockerChecks,
    remote: remoteChecks,
  };

/** Ports as the settings have them, of the stacks that have some. */
function portsOf(stack: StackName): Record<string, number> {
  if (stack === "local") return { ...localPorts() };
  return stack === "docker" ? { ...dockerPorts(currentStore()) } : {};
}

/** All checks of a stack, in the order they are shown. */
function doctorChecks(stack: StackName): Check[] {
  let given: Settings;
  let verdict: Outcome;
  try {
    given = settings();
    verdict = settingsVerdict(stack, runningStack(), portsOf(stack));
  } catch (error) {
    // Without settings only the machine is left to look at.
    return [settingsCheck(failureOf(error)), ...machineChecks(folders())];
  }
  return [
    settingsCheck(verdict),
    ...machineChecks(folders(given.parquetDir)),
    ...verdict.status === "failed" ? [] : CHECKS[stack]({ stack, given }),
  ];
}

function keysInUse(): string[] {
  try {
    const { stack, secretKey, sessionToken } = settings();
    return stack === "remote" ? [secretKey, sessionToken] : [];
  } catch {
    // Left to the check of the settings.
    return [];
  }
}

/** Texts that no line may hold, whether or not the settings can be read. */
async function secrets(): Promise<string[]> {
  const keys = [
    composeVariable("MINIO_SECRET_KEY"),
    composeVariable("MINIO_LICENSE"),
    ...keysInUse(),
    await licence().catch(() => undefined),
  ];
  return keys.filter((key) => key !== undefined);
}

/** Name of the stack to look at: the one asked for, running or set, else the local one. */
export function doctorStack(name?: string): StackName {
  let stack: string | undefined = name;
  try {
    stack ??= settings().stack;
  } catch {
    // Left to the check of the settings.
  }
  stack ??= "local";
  if (Object.hasOwn(CHECKS, stack)) return stack as StackName;
  throw new LakehouseError({
    what: `Cannot use the stack "${stack}"`,
    why: `there are ${Object.keys(CHECKS).join(", ")}`,
    next: "leave --stack out, or name one of them",
  });
}

/**
 * Looks at every part of a stack, side by side, and tells what is wrong, why,
 * and what mends it. Changes nothing and fetches nothing.
 *
 * @throws {unknown} The signal's reason.
 */
export async function doctor(
  stack: StackName,
  options: Omit<CheckOptions, "secrets"> = {},
): Promise<CheckResult[]> {
  return await runChecks(doctorChecks(stack), {
    ...options,
    secrets: await secrets(),
  });
}
