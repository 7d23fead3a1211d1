/**
 * What the steps of one bench share.
 *
 * @module
 */

import { compare, reasonOf, type Subject } from "../report/compare.ts";
import type { Missing, Result, StepName } from "../report/results.ts";

/** How a bench is run. */
export interface BenchOptions {
  /** Numbers of rows, ascending, each with all steps. */
  rows: readonly number[];
  /** Steps, in the order of `STEPS`. */
  steps: readonly StepName[];
  /** Measured rounds. */
  rounds: number;
  /** Whether everything runs once before, unmeasured. */
  warmUp: boolean;
  /** The most rows with which peers run; beyond, the product runs alone. */
  peersUpTo: number;
  /** Whether the upload of one file of 2 GB is measured; `undefined` for 20 million rows and more. */
  big: boolean | undefined;
  /** Told what happens, a line at a time. */
  log: (line: string) => void;
}

/** A bench under way. */
export interface Bench extends BenchOptions {
  /** What was measured so far. */
  readonly results: Result[];
  /** What could not be. */
  readonly missing: Missing[];
  /** Versions of peers by name. */
  readonly versions: Record<string, string>;
}

/**
 * Peers that can be had here; those that cannot are kept as missing.
 *
 * @param makers What makes each peer, by its name.
 */
export async function usablePeers(
  bench: Bench,
  step: StepName,
  rows: number,
  makers: Record<string, () => Subject | Promise<Subject>>,
): Promise<Subject[]> {
  const peers: Subject[] = [];
  for (const [subject, make] of Object.entries(makers)) {
    if (rows > bench.peersUpTo) {
      const most = bench.peersUpTo.toLocaleString("en-US");
      const reason = `peers run with ${most} rows at most; --peers changes it`;
      bench.missing.push({ step, subject, rows, reason });
      continue;
    }
    try {
      peers.push(await make());
    } catch (error) {
      if ((error as Error)?.name === "AbortError") throw error;
      const reason = reasonOf(error);
      bench.missing.push({ step, subject, reason });
      bench.log(`  ${subject} is missing: ${reason}`);
    }
  }
  return peers;
}

/**
 * Compares subjects and keeps what came out. Only the fewest rows are warmed up
 * with, unless told otherwise: what serves them is warm after that. Sizes
 * without peers are measured once: they take long, which evens them out.
 */
export async function measureStep(
  bench: Bench,
  step: StepName,
  rows: number,
  subjects: readonly Subject[],
  options: { rounds?: number; warmUps?: number } = {},
): Promise<void> {
  const { results, missing } = await compare(subjects, {
    ...{ step, rows, log: bench.log },
    rounds: options.rounds ?? (rows > bench.peersUpTo ? 1 : bench.rounds),
    warmUps: options.warmUps ??
      (bench.warmUp && rows <= bench.rows[0]! ? 1 : 0),
  });
  bench.results.push(...results);
  bench.missing.push(...missing);
}
