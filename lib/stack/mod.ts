/**
 * Which stack is meant.
 *
 * @module
 */

import { settings, type StackName } from "../config.ts";
import { LakehouseError } from "../errors.ts";
import { findEngine } from "./docker/engine.ts";
import { dockerStack, licence } from "./docker.ts";
import { localStack } from "./local.ts";
import { remoteStack } from "./remote.ts";
import type { Stack } from "./stack.ts";

const STACKS: Record<StackName, Stack> = {
  docker: dockerStack,
  local: localStack,
  remote: remoteStack,
};

/** The stack of that name. */
export function stackOf(name: string): Stack {
  const stack = STACKS[name as StackName] as Stack | undefined;
  if (stack) return stack;
  throw new LakehouseError({
    what: `Cannot use the stack "${name}"`,
    why: `there are ${Object.keys(STACKS).join(", ")}`,
    next: "leave --stack out, or name one of them",
  });
}

/**
 * The stack asked for, the one that runs, or else the one that fits: Docker's
 * when a licence is set and the engine answers, the local one otherwise.
 */
export async function chooseStack(
  name?: string,
): Promise<{ stack: Stack; reason: string }> {
  if (name) return { stack: stackOf(name), reason: "asked for" };
  const { stack } = settings();
  if (stack) return { stack: stackOf(stack), reason: "it is set or running" };
  if (!await licence()) {
    return {
      stack: localStack,
      reason: "MINIO_LICENSE is not set, which MinIO AIStor needs",
    };
  }
  try {
    const { version } = await findEngine();
    return {
      stack: dockerStack,
      reason: `a licence is set and Docker ${version} answers`,
    };
  } catch (error) {
    return {
      stack: localStack,
      reason: `a licence is set, but: ${(error as Error).message}`,
    };
  }
}

/** The stack asked for, else the one that runs, else the local one. */
export function currentStack(name?: string): Stack {
  return stackOf(name ?? settings().stack ?? "local");
}

/**
 * The stack that is running.
 *
 * @throws {LakehouseError} When none is.
 */
export function runningStackOf(): Stack {
  const { stack } = settings();
  if (stack) return stackOf(stack);
  throw new LakehouseError({
    what: "Cannot find a running stack",
    why: "none was started, or it was stopped",
    next: "deno task up",
  });
}
