/**
 * A long step with a progress bar, as notebooks and tasks run it.
 *
 * @module
 */

import { showDetails } from "./error_details.ts";
import { type Progress, progress } from "./progress.ts";

function isStop(error: unknown): boolean {
  return error instanceof Error && error.name === "AbortError";
}

/**
 * Runs a step with a progress bar, which ends with the outcome, as stopped, or
 * as failed; what lies behind a failure is shown folded.
 *
 * @param outcome What the bar says at the end.
 * @throws {unknown} What the step throws.
 */
export async function withProgress<T>(
  title: string,
  step: (bar: Progress) => Promise<T>,
  outcome: (result: T) => string,
): Promise<T> {
  const bar = progress(title);
  try {
    const result = await step(bar);
    await bar.done(outcome(result));
    return result;
  } catch (error) {
    await failProgress(bar, error);
    throw error;
  }
}

/** Ends a bar, if there is one, as stopped or failed, and shows what lies behind. */
export async function failProgress(
  bar: Progress | undefined,
  error: unknown,
): Promise<void> {
  await bar?.fail(isStop(error) ? "stopped" : "failed");
  await showDetails(error);
}
