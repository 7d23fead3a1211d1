/**
 * Each fault of a list as a test.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { PROJECT_DIR } from "../../lib/core/settings.ts";
import { type Fault, says } from "./fault.ts";
import { load, Scene, until } from "./scene.ts";

/** Longest time from a fault to the words about it, on a machine that is not busy. */
const TOLD_SECONDS = 10;
/** How long what was told of may take to end. */
const END_SECONDS = 10;
/** A command that does nothing starts within this time where nothing else runs. */
const START_SECONDS = 0.3;

/** How many times slower than an idle machine this one is now. */
async function slowness(): Promise<number> {
  const started = performance.now();
  await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", `${PROJECT_DIR}/tasks/generate/main.ts`, "--help"],
    stdout: "null",
    stderr: "null",
  }).output();
  const seconds = (performance.now() - started) / 1000;
  // One start may be lucky.
  return Math.max(load(), seconds / START_SECONDS);
}

/** A command's first words: class paths are long. */
const short = (command: string) => command.slice(0, 200);

/** Makes the fault, and looks at what is said, what is left and what holds. */
async function show(
  fault: Fault,
  env?: Record<string, string>,
): Promise<void> {
  await using scene = await Scene.make(env);
  const { text, heard } = await fault.make(scene);
  if (Deno.env.get("LANE_SHOW")) console.log(text);
  assert(says(text, fault.told), `Not told: ${fault.told}\nbut:\n${text}`);
  const { seconds = Infinity } =
    heard.find(({ letters }) => says(text.slice(0, letters), fault.told)) ?? {};
  const { withinSeconds = TOLD_SECONDS } = fault;
  const isLate = !fault.goesOn && seconds >= withinSeconds &&
    seconds >= withinSeconds * await slowness();
  assert(!isLate, `told only after ${seconds} s:\n${text}`);
  assert(!/^ +at .*:\d+:\d+/m.test(text), `a stack, no sentence:\n${text}`);
  const commands = () => scene.left().map(({ command }) => command);
  const limit = (fault.endSeconds ?? END_SECONDS) * await slowness();
  await until(() => commands().length === 0, "the end of all", limit)
    .catch(() => assertEquals(commands().map(short), [], "this still runs"));
  await fault.holds(scene);
}

/** Tests for these faults; `env` names the stack that they hit. */
export function testFaults(
  faults: readonly Fault[],
  env?: Record<string, string>,
): void {
  const isWhole = Deno.env.get("LANE_ALL") === "1";
  const hasDisks = Deno.env.get("LANE_DISKS") === "1";
  for (const fault of faults) {
    Deno.test({
      name: `${fault.step}: ${fault.fault}`,
      ignore: Boolean(
        !isWhole && fault.isLong || fault.needsDisk && !hasDisks,
      ),
      // Now, and not only when all have ended.
      fn: () =>
        show(fault, env).catch((error) => {
          console.error(error.message);
          throw error;
        }),
    });
  }
}
