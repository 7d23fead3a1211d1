/**
 * Looking again and again while something else goes on.
 *
 * @module
 */

/**
 * Repeats an action as long as some work goes on, one at a time and at least
 * once, and returns every result: what a reader sees while a writer writes.
 *
 * The work and the action in progress have ended when it returns or throws.
 *
 * @throws {unknown} What the work throws, or the action.
 * @example Usage
 * ```ts
 * import { trials } from "@lakehouse/lab";
 *
 * const work = new Promise((resolve) => setTimeout(resolve, 20));
 * const seen = await trials.during(work, () => Promise.resolve(Date.now()));
 * console.log(seen.length);
 * ```
 */
export async function during<T>(
  work: Promise<unknown>,
  action: () => Promise<T>,
): Promise<T[]> {
  let isGoing = true;
  const ended = work.finally(() => isGoing = false);
  const results: T[] = [];
  const look = async () => {
    do {
      results.push(await action());
      // Lets the end of the work be noticed by actions that never wait.
      await new Promise((resolve) => setTimeout(resolve));
    } while (isGoing);
  };
  const [outcome, looked] = await Promise.allSettled([ended, look()]);
  if (outcome.status === "rejected") throw outcome.reason;
  if (looked.status === "rejected") throw looked.reason;
  return results;
}
