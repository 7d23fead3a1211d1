/**
 * Readers that look at a table while others write to it, and what no reader may
 * ever see.
 *
 * @module
 */

import { during } from "./polling.ts";
import type { LedgerEntry } from "./ledger.ts";

/** One look of a reader. */
export interface Sighting<T> {
  /** The reader. */
  reader: string;
  /** When it asked, by `performance.now()`. */
  startMs: number;
  /** When the answer came. */
  endMs: number;
  /** What it saw. */
  seen: T;
}

/** Options of {@linkcode watchDuring}. */
export interface WatchOptions {
  /** Pause of a reader between two looks, in milliseconds. @default {100} */
  pauseMs?: number;
}

/**
 * Lets readers look again and again until the work is done, and once more
 * afterwards.
 *
 * @param work What is watched; it runs already.
 * @param readers How each reader looks, by the readers' names.
 * @returns The result of the work, and every look in the order of the answers.
 * @throws {unknown} What the work or a reader throws.
 * @example Usage
 * ```ts
 * import { trials } from "@lakehouse/lab";
 *
 * let written = 0;
 * const work = (async () => {
 *   for (; written < 3; written++) await new Promise((done) => setTimeout(done, 20));
 * })();
 * const { sightings } = await trials.watchDuring(work, {
 *   "a reader": () => Promise.resolve(written),
 * }, { pauseMs: 10 });
 * console.log(sightings.at(-1)?.seen); // 3
 * ```
 */
export async function watchDuring<R, T>(
  work: Promise<R>,
  readers: Record<string, () => Promise<T>>,
  options: WatchOptions = {},
): Promise<{ result: R; sightings: Sighting<T>[] }> {
  const { pauseMs = 100 } = options;
  const sightings: Sighting<T>[] = [];
  const watching = Object.entries(readers).map(async ([reader, look]) => {
    const once = async () => {
      const startMs = performance.now();
      const seen = await look();
      sightings.push({ reader, startMs, endMs: performance.now(), seen });
    };
    await during(work, async () => {
      await once();
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    });
    await once();
  });
  const [result] = await Promise.all([work, ...watching]);
  return { result, sightings };
}

/** Rows of each batch, by its number: what a reader of batches saw. */
export type BatchCounts = ReadonlyMap<number, number>;

/** Sightings that no reader of a table with atomic commits can have. */
export interface ImpossibleSightings {
  /** A batch was there with other than all its rows, or one that nobody writes. */
  partial: Sighting<BatchCounts>[];
  /** A batch was missing though its commit had been acknowledged before the look. */
  missed: Sighting<BatchCounts>[];
  /** A batch was missing though the same reader had seen it before. */
  vanished: Sighting<BatchCounts>[];
}

/**
 * Looks for what must not be: holds what readers saw against what the writers
 * were told.
 *
 * @param sizes How many rows each batch has.
 * @param entries The writers' ledger; its jobs are numbers of batches.
 * @example Usage
 * ```ts
 * import { trials } from "@lakehouse/lab";
 *
 * const half = { reader: "Trino", startMs: 5, endMs: 6, seen: new Map([[1, 50]]) };
 * const { partial } = trials.impossibleSightings([half], new Map([[1, 100]]), []);
 * console.log(partial.length); // 1
 * ```
 */
export function impossibleSightings(
  sightings: readonly Sighting<BatchCounts>[],
  sizes: BatchCounts,
  entries: readonly LedgerEntry<number>[],
): ImpossibleSightings {
  const acknowledged = entries.flatMap(({ job, attempts }) => {
    const last = attempts.at(-1);
    return last?.outcome === "committed" ? [{ job, atMs: last.endMs }] : [];
  });
  const earlier = new Map<string, Set<number>>();
  const found: ImpossibleSightings = { partial: [], missed: [], vanished: [] };
  for (const sighting of sightings) {
    const { reader, startMs, seen } = sighting;
    if ([...seen].some(([batch, rows]) => sizes.get(batch) !== rows)) {
      found.partial.push(sighting);
    }
    if (
      acknowledged.some(({ job, atMs }) => atMs < startMs && !seen.has(job))
    ) {
      found.missed.push(sighting);
    }
    const before = earlier.get(reader) ?? new Set();
    if ([...before].some((batch) => !seen.has(batch))) {
      found.vanished.push(sighting);
    }
    earlier.set(reader, before.union(new Set(seen.keys())));
  }
  return found;
}
