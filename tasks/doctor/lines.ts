/**
 * The doctor's findings as text.
 *
 * @module
 */

import { formatDuration } from "../../lib/core/format.ts";
import type { CheckResult, Outcome } from "./check.ts";

const MARKS: Readonly<Record<Outcome["status"], string>> = {
  passed: "✓",
  warning: "!",
  failed: "✗",
  skipped: "–",
};
const NAME_WIDTH = 16;

/**
 * A result as its line, and what mends it on the next one.
 *
 * @example Usage
 * ```ts
 * import { resultText } from "./lines.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(
 *   resultText({
 *     name: "Trino",
 *     group: "Trino",
 *     ms: 3,
 *     status: "failed",
 *     text: "nothing listens at http://localhost:9999",
 *     next: "deno task up",
 *   }),
 *   "✗ Trino            nothing listens at http://localhost:9999\n" +
 *     "    Next: deno task up",
 * );
 * ```
 */
export function resultText(result: CheckResult): string {
  const line = `${MARKS[result.status]} ${result.name.padEnd(NAME_WIDTH)} ${
    result.text.replaceAll(/\s*\n\s*/g, " ")
  }`;
  return "next" in result ? `${line}\n    Next: ${result.next}` : line;
}

/** Whether nothing has failed. */
export function isHealthy(results: CheckResult[]): boolean {
  return results.every(({ status }) => status !== "failed");
}

/** How many checks there were, how they ended, and how long all took. */
export function summaryText(results: CheckResult[], ms: number): string {
  const count = (wanted: Outcome["status"]) =>
    results.filter(({ status }) => status === wanted).length;
  const counts = (Object.keys(MARKS) as Outcome["status"][])
    .filter((status) => count(status) > 0)
    .map((status) => `${count(status)} ${MARKS[status]}`);
  return `${results.length} checks in ${formatDuration(ms)}: ${
    counts.join("  ")
  }`;
}
