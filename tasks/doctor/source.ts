/**
 * Where a setting's value comes from.
 *
 * @module
 */

import { runningStack } from "../../lib/core/running_stack.ts";
import { dockerEnv } from "../../lib/core/settings.ts";

/** Where a setting's value comes from, as words that follow its name and a colon. */
export function sourceOf(name: string): string {
  if (Deno.env.get(name)) return "from the environment";
  if (dockerEnv()[name]) return "from docker/.env";
  return runningStack()?.settings[name]
    ? "from the running stack"
    : "the default";
}

/** Whether the user has given the setting a value. */
export function isGiven(name: string): boolean {
  return Boolean(Deno.env.get(name) || dockerEnv()[name]);
}
