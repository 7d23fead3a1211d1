/**
 * How long the same thing takes, done in several ways.
 *
 * @module
 */

/** How long one of several ways takes. */
export interface Timing {
  /** Its name. */
  name: string;
  /** Seconds by this side's clock, the median of its turns. */
  seconds: number;
}

/** The middle one; of an even number the mean of the two in the middle. */
function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2;
}

/**
 * Does each thing several times, in turns and one after the other, so that what
 * else the machine does falls on all of them alike.
 *
 * The first turn is to warm up and does not count.
 *
 * @throws {unknown} What one of them throws.
 * @example Usage
 * ```ts
 * import { trials } from "@lakehouse/lab";
 * import { assertEquals } from "@std/assert";
 *
 * const [first, second] = await trials.timeEach({
 *   pause: () => new Promise((resolve) => setTimeout(resolve, 20)),
 *   nothing: () => Promise.resolve(),
 * });
 * assertEquals([first!.name, second!.name], ["pause", "nothing"]);
 * ```
 */
export async function timeEach(
  actions: Record<string, () => Promise<unknown>>,
  options: {
    /** Turns that count. @default {3} */
    turns?: number;
    /** Turns before them that do not. @default {1} */
    warmUp?: number;
  } = {},
): Promise<Timing[]> {
  const { turns = 3, warmUp = 1 } = options;
  const taken = new Map(
    Object.keys(actions).map((name) => [name, [] as number[]]),
  );
  for (let turn = -warmUp; turn < turns; turn++) {
    for (const [name, action] of Object.entries(actions)) {
      const started = performance.now();
      await action();
      if (turn >= 0) taken.get(name)!.push(performance.now() - started);
    }
  }
  return [...taken].map(([name, ms]) => ({
    name,
    seconds: Math.round(median(ms)) / 1000,
  }));
}
