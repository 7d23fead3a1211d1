/**
 * The project's tasks, as `deno.json` names them.
 *
 * @module
 */

import config from "../../deno.json" with { type: "json" };
import { PROJECT_DIR } from "../../lib/core/settings.ts";

/** Arguments with which Deno runs the task of that name. */
export function taskArguments(name: string, ...args: string[]): string[] {
  const { command } = config.tasks[name as keyof typeof config.tasks];
  const [program, verb, flag, script, ...rest] = command.split(" ");
  if (program !== "deno" || verb !== "run" || flag !== "-A" || !script) {
    throw new Error(`The task ${name} is not "deno run -A FILE": ${command}`);
  }
  return [verb, flag, `${PROJECT_DIR}/${script}`, ...rest, ...args];
}
