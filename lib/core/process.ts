/**
 * Runs a program to its end, line by line, and ends it with all its children
 * when asked to.
 *
 * @module
 */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Writable } from "node:stream";

const KILL_AFTER_MS = 5_000;
/** Exit code of what SIGKILL has ended, as shells have it. */
export const KILLED = 137;

/** What {@linkcode run} runs. */
export interface RunOptions {
  /** The program. */
  command: string;
  /** Its arguments; no secret may stand here. */
  args: string[];
  /** Variables on top of {@linkcode ownEnvironment}. */
  env?: Record<string, string>;
  /** Ends the program and its children: SIGTERM, and SIGKILL five seconds later. */
  signal?: AbortSignal;
  /** Ends the program and its children at once: SIGKILL. */
  kill?: AbortSignal;
  /** Lines for its stdin, which closes when they end. @default {no stdin} */
  input?: ReadableStream<string>;
  /** Told each line of stdout and stderr. */
  onLine?: (line: string) => void;
  /** Told the process's id once it runs. */
  onStart?: (pid: number) => void;
}

// By these a user's shell changes what Java, Python, Spark and AWS's clients do.
const FOREIGN =
  /^(AWS_(?!(REGION|CONFIG_FILE|SHARED_CREDENTIALS_FILE)$)|SPARK_(?!(JAVA_HOME|MASTER|DRIVER_HOST|PROPERTIES|SUBMIT|IMAGE|MEMORY)$)|PYSPARK_|PYTHON(PATH|HOME|STARTUP)$|(JAVA_TOOL|_JAVA|JDK_JAVA)_OPTIONS$)/;

/** Whether a variable of that name would lead the programs started here astray. */
export const isForeign = (name: string): boolean => FOREIGN.test(name);

/** Variables of this process that its children get: none that lead them astray. */
export function ownEnvironment(): Record<string, string> {
  const all = Object.entries(Deno.env.toObject());
  return Object.fromEntries(all.filter(([name]) => !isForeign(name)));
}

/** Writes lines until they end; `stop()` ends them when nobody reads any more. */
function feed(input: ReadableStream<string>, stdin: Writable): {
  stop(): Promise<void>;
} {
  const reader = input.getReader();
  // The program ended before its input did; its exit code says why.
  stdin.on("error", () => {});
  const fed = (async () => {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      stdin.write(`${value}\n`);
    }
    stdin.end();
  })().catch(() => stdin.end());
  return {
    async stop() {
      await reader.cancel().catch(() => {});
      await fed;
    },
  };
}

/**
 * Runs a program and resolves to its exit code, {@linkcode KILLED} where it was killed.
 *
 * @throws {unknown} The signal's reason, once the program has ended.
 */
export async function run(options: RunOptions): Promise<number> {
  const { command, args, env = {}, signal, kill, input, onLine } = options;
  signal?.throwIfAborted();
  const child = spawn(command, args, {
    env: { ...ownEnvironment(), ...env },
    stdio: [input ? "pipe" : "ignore", "pipe", "pipe"],
    // A group of its own, so that its children can be ended with it.
    detached: true,
  });
  if (child.pid) options.onStart?.(child.pid);
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
  const onKill = () => killGroup("SIGKILL");
  signal?.addEventListener("abort", onAbort, { once: true });
  kill?.addEventListener("abort", onKill, { once: true });
  const feeding = input && child.stdin ? feed(input, child.stdin) : undefined;
  try {
    for (const output of [child.stdout, child.stderr]) {
      if (!output) continue;
      createInterface({ input: output }).on("line", (line) => onLine?.(line));
    }
    const [code, ended] = await once(child, "close");
    signal?.throwIfAborted();
    return code ?? (ended === "SIGKILL" ? KILLED : 1);
  } finally {
    clearTimeout(killTimer);
    signal?.removeEventListener("abort", onAbort);
    kill?.removeEventListener("abort", onKill);
    await feeding?.stop();
  }
}
