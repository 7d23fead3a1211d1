/**
 * The project's tasks, as `deno.json` names them.
 *
 * @module
 */

import { PROJECT_DIR } from "../../lib/core/settings.ts";

const { tasks }: { tasks: Record<string, { command: string }> } = JSON.parse(
  Deno.readTextFileSync(`${PROJECT_DIR}/deno.json`),
);

/** Arguments with which Deno runs the task of that name. */
export function taskArguments(name: string, ...args: string[]): string[] {
  const command = tasks[name]?.command ?? "";
  const [program, verb, flag, script, ...rest] = command.split(" ");
  if (program !== "deno" || verb !== "run" || flag !== "-A" || !script) {
    throw new Error(`The task ${name} is not "deno run -A FILE": ${command}`);
  }
  return [verb, flag, `${PROJECT_DIR}/${script}`, ...rest, ...args];
}
