/**
 * Whether those who answered the same question found the same.
 *
 * @module
 */

import type { Bench } from "./context.ts";
import { PRODUCT } from "../report/results.ts";

/**
 * Drops subjects that counted other rows than the product in a question, with
 * all they measured in this step: what they took says nothing.
 */
export function keepAgreeing(
  bench: Pick<Bench, "results" | "missing" | "log">,
  rows: number,
): void {
  const mine = bench.results.filter((each) =>
    each.step === "query" && each.rows === rows
  );
  const dropped = new Map<string, string>();
  for (const { subject, case: name, counted } of mine) {
    const wanted = mine.find((each) =>
      each.subject === PRODUCT && each.case === name
    )?.counted;
    if (counted === undefined || counted === wanted) continue;
    const reason = `it counted ${counted} in "${name}", the product ${wanted}`;
    if (!dropped.has(subject)) dropped.set(subject, reason);
  }
  for (const [subject, reason] of dropped) {
    bench.missing.push({
      ...{ step: "query", subject, rows, reason, failed: true },
    });
    bench.log(`  ${subject} is left out: ${reason}`);
  }
  const kept = bench.results.filter((each) =>
    !mine.includes(each) || !dropped.has(each.subject)
  );
  bench.results.splice(0, bench.results.length, ...kept);
}
