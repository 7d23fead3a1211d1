/**
 * Cells on the real kernel, without a browser.
 *
 * @module
 */

import { assert } from "@std/assert";
import { PROJECT_DIR } from "../../lib/core/settings.ts";
import { python } from "../../stack/install/python.ts";

/** What a cell did. */
export interface CellResult {
  /** Its outputs. */
  // deno-lint-ignore no-explicit-any
  outputs: any[];
  /** Whether the kernel was idle afterwards. */
  idle: boolean;
  /** From its start, or from the interrupt, to its end. */
  seconds: number;
}

/** A cell; `interrupt` presses Stop after so many seconds. */
export type ProbeCell = string | { source: string; interrupt: number };

/** Runs cells on one kernel in the notebooks' folder. */
export async function runCells(...cells: ProbeCell[]): Promise<CellResult[]> {
  const { bin, env } = await python();
  const child = new Deno.Command(`${bin}/python`, {
    args: [`${PROJECT_DIR}/tests/kernel/probe.py`, `${PROJECT_DIR}/notebooks`],
    env,
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const writer = child.stdin.getWriter();
  const asked = cells.map((cell) =>
    typeof cell === "string" ? { source: cell } : cell
  );
  await writer.write(new TextEncoder().encode(JSON.stringify(asked)));
  await writer.close();
  const { success, stdout } = await child.output();
  assert(success, "the probe failed");
  return new TextDecoder().decode(stdout).trim().split("\n")
    .map((line) => JSON.parse(line));
}
