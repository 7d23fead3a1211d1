/**
 * Observers of a table while others write to it, and the anomalies that none of
 * them may ever see.
 *
 * @module
 */

import type { LedgerEntry } from "./ledger.ts";

/** One look of an observer. */
export interface Observation<T> {
  /** The observer. */
  observer: string;
  /** When it asked, by `performance.now()`. */
  startMs: number;
  /** When the answer came. */
  endMs: number;
  /** What it saw. */
  seen: T;
}

/** Options of {@linkcode observe}. */
export interface ObserveOptions {
  /** Pause of an observer between two looks, in milliseconds. @default {100} */
  pauseMs?: number;
}

/**
 * Lets observers look again and again while some work goes on, each one look at
 * a time and at least once, and once more when the work is done.
 *
 * The work and every look have ended when it returns or throws.
 *
 * @param work What is observed; it runs already.
 * @param observers How each observer looks, by the observers' names.
 * @returns The result of the work, and every look in the order of the answers.
 * @throws {unknown} What the work throws, or an observer.
 * @example Usage
 * ```ts
 * import { trials } from "@lakehouse/lab";
 *
 * let written = 0;
 * const work = (async () => {
 *   for (; written < 3; written++) await new Promise((done) => setTimeout(done, 20));
 * })();
 * const { observations } = await trials.observe(work, {
 *   "a reader": () => Promise.resolve(written),
 * }, { pauseMs: 10 });
 * console.log(observations.at(-1)?.seen); // 3
 * ```
 */
export async function observe<R, T>(
  work: Promise<R>,
  observers: Record<string, () => Promise<T>>,
  options: ObserveOptions = {},
): Promise<{ result: R; observations: Observation<T>[] }> {
  const { pauseMs = 100 } = options;
  const observations: Observation<T>[] = [];
  let isGoing = true;
  const ended = work.finally(() => isGoing = false);
  const observing = Object.entries(observers).map(async ([observer, look]) => {
    const once = async () => {
      const startMs = performance.now();
      const seen = await look();
      observations.push({ observer, startMs, endMs: performance.now(), seen });
    };
    do {
      await once();
      // Even without a pause: a look that never waits has to let the work end.
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    } while (isGoing);
    await ended;
    await once();
  });
  const [outcome, ...looks] = await Promise.allSettled([ended, ...observing]);
  for (const each of [outcome, ...looks]) {
    if (each.status === "rejected") throw each.reason;
  }
  return { result: await ended, observations };
}

/** Rows of each batch, by its number: what an observer of batches saw. */
export type BatchCounts = ReadonlyMap<number, number>;

/** Observations that nobody can make of a table whose commits are isolated. */
export interface Anomalies {
  /** Fractured reads: a batch with other than all its rows, or one that nobody writes. */
  fractured: Observation<BatchCounts>[];
  /** Stale reads: a batch was missing though its commit had been acknowledged before the look. */
  stale: Observation<BatchCounts>[];
  /** Non-monotonic reads: a batch was missing though the same observer had seen it before. */
  nonMonotonic: Observation<BatchCounts>[];
}

/**
 * Looks for anomalies: holds what observers saw against what the writers were
 * told.
 *
 * @param sizes How many rows each batch has.
 * @param entries The writers' ledger; its jobs are numbers of batches.
 * @example Usage
 * ```ts
 * import { trials } from "@lakehouse/lab";
 *
 * const half = { observer: "Trino", startMs: 5, endMs: 6, seen: new Map([[1, 50]]) };
 * const { fractured } = trials.anomalies([half], new Map([[1, 100]]), []);
 * console.log(fractured.length); // 1
 * ```
 */
export function anomalies(
  observations: readonly Observation<BatchCounts>[],
  sizes: BatchCounts,
  entries: readonly LedgerEntry<number>[],
): Anomalies {
  const acknowledged = entries.flatMap(({ job, attempts }) => {
    const last = attempts.at(-1);
    return last?.outcome === "committed" ? [{ job, atMs: last.endMs }] : [];
  });
  const earlier = new Map<string, Set<number>>();
  const found: Anomalies = { fractured: [], stale: [], nonMonotonic: [] };
  for (const observation of observations) {
    const { observer, startMs, seen } = observation;
    if ([...seen].some(([batch, rows]) => sizes.get(batch) !== rows)) {
      found.fractured.push(observation);
    }
    if (
      acknowledged.some(({ job, atMs }) => atMs < startMs && !seen.has(job))
    ) {
      found.stale.push(observation);
    }
    const before = earlier.get(observer) ?? new Set();
    if ([...before].some((batch) => !seen.has(batch))) {
      found.nonMonotonic.push(observation);
    }
    earlier.set(observer, before.union(new Set(seen.keys())));
  }
  return found;
}
