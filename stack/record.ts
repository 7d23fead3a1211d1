/**
 * Writes what {@linkcode runningStack} reads.
 *
 * @module
 */

import { writeWhole } from "../lib/core/files.ts";
import { type RunningStack, stackFile } from "../lib/core/running_stack.ts";

/** Records the running stack, whole or not at all. */
export async function recordStack(record: RunningStack): Promise<void> {
  const text = JSON.stringify(record, null, 2) + "\n";
  await writeWhole(stackFile(), (part) => Deno.writeTextFile(part, text));
}

/** Forgets the running stack. */
export async function forgetStack(): Promise<void> {
  await Deno.remove(stackFile()).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
}
