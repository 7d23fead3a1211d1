/**
 * Runs a program to its end, line by line, and ends it with all its children
 * when asked to.
 *
 * @module
 */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

const KILL_AFTER_MS = 5_000;

/** What {@linkcode run} runs. */
export interface RunOptions {
  /** The program. */
  command: string;
  /** Its arguments; no secret may stand here. */
  args: string[];
  /** Variables on top of this process's own. */
  env?: Record<string, string>;
  /** Ends the program and its children: SIGTERM, and SIGKILL five seconds later. */
  signal?: AbortSignal;
  /** Told each line of stdout and stderr. */
  onLine?: (line: string) => void;
}

/**
 * Runs a program and resolves to its exit code.
 *
 * @throws {unknown} The signal's reason, once the program has ended.
 */
export async function run(options: RunOptions): Promise<number> {
  const { command, args, env = {}, signal, onLine } = options;
  signal?.throwIfAborted();
  const child = spawn(command, args, {
    env: { ...Deno.env.toObject(), ...env },
    stdio: ["ignore", "pipe", "pipe"],
    // A group of its own, so that its children can be ended with it.
    detached: true,
  });
  const killGroup = (name: "SIGTERM" | "SIGKILL") => {
    try {
      if (child.pid) Deno.kill(-child.pid, name);
    } catch { /* it has ended */ }
  };
  let killTimer: ReturnType<typeof setTimeout> | undefined;
  const onAbort = () => {
    killGroup("SIGTERM");
    killTimer = setTimeout(() => killGroup("SIGKILL"), KILL_AFTER_MS);
  };
  signal?.addEventListener("abort", onAbort, { once: true });
  try {
    for (const input of [child.stdout, child.stderr]) {
      createInterface({ input }).on("line", (line) => onLine?.(line));
    }
    const [code] = await once(child, "close");
    signal?.throwIfAborted();
    return code ?? 1;
  } finally {
    clearTimeout(killTimer);
    signal?.removeEventListener("abort", onAbort);
  }
}
