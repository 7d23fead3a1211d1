/**
 * Which stack is meant.
 *
 * @module
 */

import { settings, type StackName } from "../config.ts";
import { LakehouseError } from "../errors.ts";
import { localStack } from "./local.ts";
import type { Stack } from "./stack.ts";

const STACKS: Partial<Record<StackName, Stack>> = { local: localStack };

/** The stack of that name. */
export function stackOf(name: string): Stack {
  const stack = STACKS[name as StackName];
  if (stack) return stack;
  throw new LakehouseError({
    what: `Cannot use the stack "${name}"`,
    why: `there are ${Object.keys(STACKS).join(", ")}`,
    next: "leave --stack out, or name one of them",
  });
}

/** The stack asked for, the one that runs, or else the one that fits, and why. */
export function chooseStack(
  name?: string,
): Promise<{ stack: Stack; reason: string }> {
  if (name) {
    return Promise.resolve({ stack: stackOf(name), reason: "asked for" });
  }
  const { stack } = settings();
  if (stack) {
    return Promise.resolve({
      stack: stackOf(stack),
      reason: "it is set or running",
    });
  }
  return Promise.resolve({ stack: localStack, reason: "no licence is set" });
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
