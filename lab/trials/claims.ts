/**
 * Claims of a notebook, each checked where it is shown, and listed at its end.
 *
 * @module
 */

import { check, factText } from "../../lib/show/display.ts";
import type { Displayable } from "../../lib/core/kernel.ts";
import { table } from "../../lib/show/table.ts";

/** The claims of one notebook. */
export interface Claims {
  /**
   * Checks a claim as {@linkcode check} does, and keeps it with its evidence; or
   * skips it, when it is said what it lacks here.
   */
  check(
    claim: string,
    ok: boolean,
    evidence?: unknown,
    lacks?: string | false,
  ): void;
  /** Keeps a claim that cannot be checked here, and says why. */
  skip(claim: string, reason: string): void;
  /** Every claim with its evidence, in the order of their first mention. */
  summary(): Displayable;
}

/**
 * A list of claims for a notebook. A cell that runs again replaces its claims.
 *
 * @example Usage
 * ```ts
 * import { trials } from "@lakehouse/lab";
 *
 * const shown = trials.claims();
 * shown.check("Two and two are four", 2 + 2 === 4, 2 + 2);
 * shown.skip("Views are shared", "the catalog lists no views");
 * shown.check("Files differ", false, 1, "there is only one");
 * shown.summary();
 * ```
 */
export function claims(): Claims {
  const kept = new Map<string, { mark: string; evidence: string }>();
  const skip = (claim: string, reason: string) => {
    kept.set(claim, { mark: "–", evidence: reason });
    console.log(`– ${claim}: ${reason}`);
  };
  return {
    check(claim, ok, evidence, lacks) {
      if (lacks) return skip(claim, lacks);
      // A claim that fails now no longer stands with what it once showed.
      kept.set(claim, { mark: "✗", evidence: "" });
      check(claim, ok, evidence);
      kept.set(claim, {
        mark: "✓",
        evidence: evidence === undefined ? "" : factText(evidence),
      });
    },
    skip,
    summary: () =>
      table(
        [...kept].map(([claim, { mark, evidence }]) => ({
          shown: mark,
          claim,
          evidence,
        })),
        { limit: 100 },
      ),
  };
}
