/**
 * Runs a program to its end and measures it.
 *
 * @module
 */

import { LakehouseError } from "../../lib/core/errors.ts";
import { interruptSignal, withLimit } from "../../lib/core/interrupt.ts";
import { run } from "../../lib/core/process.ts";
import { type Usage, watchTree } from "./proc.ts";

const LIMIT_MS = 60 * 60_000;
const KEPT_LINES = 15;

/** What to run. */
export interface Measurable {
  /** What it is, for messages: `boto3`. */
  name: string;
  /** The program. */
  command: string;
  /** Its arguments; no secret may stand here. */
  args: string[];
  /** Variables on top of this process's own. */
  env?: Record<string, string>;
  /** Told each line it prints. */
  onLine?: (line: string) => void;
}

/** What a run took. */
export interface Measured extends Usage {
  /** Seconds from the program's start to its end. */
  wall: number;
  /** What it said of itself: the last `{"bench": {…}}` line; empty without one. */
  said: Record<string, number>;
}

/** What a line says of the run, or `undefined` when it is any other line. */
export function saidIn(line: string): Record<string, number> | undefined {
  if (!/^\{"bench": ?\{/.test(line)) return undefined;
  return JSON.parse(line).bench;
}

/**
 * Runs a program and measures it.
 *
 * @throws {LakehouseError} When it ends with an error; holds its last lines.
 * @throws {unknown} The interrupt's reason, once it has ended.
 * @example Usage
 * ```ts ignore
 * const { wall, rss } = await measure({ name: "true", command: "true", args: [] });
 * ```
 */
export async function measure(
  { name, command, args, env = {}, onLine }: Measurable,
): Promise<Measured> {
  let said: Record<string, number> = {};
  const tail: string[] = [];
  let usage = { end: () => ({ rss: 0, cpu: 0 }) };
  const started = performance.now();
  const code = await run({
    ...{ command, args, env },
    signal: withLimit(interruptSignal(), LIMIT_MS, name),
    onStart: (pid) => usage = watchTree(pid),
    onLine: (line) => {
      onLine?.(line);
      said = saidIn(line) ?? said;
      tail.push(line);
      if (tail.length > KEPT_LINES) tail.shift();
    },
  }).finally(() => usage.end());
  const wall = (performance.now() - started) / 1000;
  if (code !== 0) {
    throw new LakehouseError({
      what: `${name} ended with code ${code}`,
      why: `it said last:\n${tail.join("\n")}\n`,
    });
  }
  return { wall, said, ...usage.end() };
}
