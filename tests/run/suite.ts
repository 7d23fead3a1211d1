/**
 * Runs `deno test` and counts what passed and failed.
 *
 * @module
 */

import { interruptSignal } from "../../lib/core/interrupt.ts";
import { run } from "../../lib/core/process.ts";

/** How many tests passed and failed. */
export interface Counted {
  /** Tests that passed. */
  passed: number;
  /** Tests that failed. */
  failed: number;
}

/** The tests of a JUnit report, as `deno test --junit-path` writes it. */
async function count(report: string): Promise<Counted> {
  const text = await Deno.readTextFile(report).catch(() => "");
  const sum = (name: string) =>
    [...text.matchAll(new RegExp(`<testsuite [^>]*\\b${name}="(\\d+)"`, "g"))]
      .reduce((total, match) => total + Number(match[1]), 0);
  const failed = sum("failures") + sum("errors");
  return { passed: sum("tests") - sum("disabled") - failed, failed };
}

/** Runs deno with its lines on the screen; its exit code. */
export async function deno(
  args: string[],
  env: Record<string, string> = {},
): Promise<number> {
  return await run({
    command: Deno.execPath(),
    args,
    env,
    signal: interruptSignal(),
    onLine: (line) => console.log(line),
  });
}

/** Runs `deno test` with `args`; `report` is where its JUnit report goes. */
export async function runSuite(
  report: string,
  args: string[],
  env: Record<string, string>,
): Promise<Counted> {
  await Deno.remove(report).catch(() => {});
  const code = await deno(["test", `--junit-path=${report}`, ...args], env);
  const counted = await count(report);
  // A suite that dies before it reports has failed too.
  if (code !== 0 && counted.failed === 0) counted.failed++;
  return counted;
}

/** Prints the last line, and sets the exit code. */
export function conclude({ passed, failed }: Counted): void {
  console.log(`${passed} passed, ${failed} failed`);
  if (failed > 0 || passed === 0) Deno.exitCode = 1;
}
