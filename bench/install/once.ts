/**
 * What is installed once and then kept in the cache.
 *
 * @module
 */

import { dirname } from "node:path";
import { interruptSignal } from "../../lib/core/interrupt.ts";

/** A program's end and what it printed last. */
export async function output(
  command: string,
  args: string[],
  options: { cwd?: string; env?: Record<string, string> } = {},
): Promise<{ ok: boolean; text: string }> {
  const { success, stdout, stderr } = await new Deno.Command(command, {
    ...{ args, ...options },
    signal: interruptSignal(),
  }).output();
  const decoder = new TextDecoder();
  const text = decoder.decode(stdout) + decoder.decode(stderr);
  return { ok: success, text: text.trim().split("\n").slice(-3).join(" ") };
}

/**
 * Runs `install` unless it once ran to its end for this path; two programs that
 * want the same at once take turns.
 *
 * @param what Shown while it installs.
 */
export async function once(
  path: string,
  what: string,
  install: (path: string) => Promise<void>,
): Promise<void> {
  const mark = `${path}.complete`;
  const isThere = () => Deno.stat(mark).then(() => true, () => false);
  if (await isThere()) return;
  await Deno.mkdir(dirname(path), { recursive: true });
  using lock = await Deno.open(`${path}.lock`, { create: true, write: true });
  await lock.lock(true);
  if (await isThere()) return;
  console.log(`${what}; this happens once`);
  await install(path);
  await Deno.writeTextFile(mark, "");
}
