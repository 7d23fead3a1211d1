/**
 * The Stop button and Ctrl+C: one signal that ends what is under way.
 *
 * The kernel cannot interrupt a pending `await`, and dies of the signal when
 * nobody listens. So this module listens from its import on inside a kernel,
 * and from the first use of {@linkcode interruptSignal} on elsewhere.
 *
 * @module
 */

import { LakehouseError } from "./errors.ts";
import { formatDuration } from "./format.ts";
import { kernel } from "./kernel.ts";

const LONGEST_MS = 2 ** 31 - 1;

let controller = new AbortController();
let listening = false;
let interrupted = false;

function stop(): void {
  if (interrupted && !kernel()) Deno.exit(130);
  interrupted = true;
  const current = controller;
  controller = new AbortController();
  const stopped = new LakehouseError({ what: "Stopped by the user" });
  stopped.name = "AbortError";
  current.abort(stopped);
}

function listen(): void {
  if (listening) return;
  Deno.addSignalListener("SIGINT", stop);
  listening = true;
}

if (kernel()) listen();

/**
 * A signal that aborts when the user presses Stop in a notebook or Ctrl+C in a
 * terminal.
 *
 * Take a new one for each cell or step: after a stop the old ones stay aborted.
 * In a terminal a second Ctrl+C ends the program at once.
 *
 * @example Usage
 * ```ts
 * import { interruptSignal } from "@lakehouse";
 *
 * const signal = interruptSignal();
 * console.log(signal.aborted); // false
 * ```
 */
export function interruptSignal(): AbortSignal {
  listen();
  return controller.signal;
}

/**
 * A signal that aborts with `signal`, or after `ms` milliseconds.
 *
 * @param what Names the step in the error of a step that takes too long.
 * @example Usage
 * ```ts
 * import { interruptSignal } from "@lakehouse";
 * import { withLimit } from "./interrupt.ts";
 *
 * const signal = withLimit(interruptSignal(), 30_000, "The query");
 * console.log(signal.aborted); // false
 * ```
 */
export function withLimit(
  signal: AbortSignal | undefined,
  ms: number,
  what = "This step",
): AbortSignal {
  const limit = new AbortController();
  const timer = setTimeout(() => {
    const late = new LakehouseError({
      what: `${what} took longer than ${formatDuration(ms)}`,
      why: "that is its time limit",
    });
    late.name = "TimeoutError";
    limit.abort(late);
    // A timer that is longer would end at once.
  }, Math.min(ms, LONGEST_MS));
  // The limit of a finished step does not keep the program running.
  Deno.unrefTimer(timer);
  return signal ? AbortSignal.any([signal, limit.signal]) : limit.signal;
}

/**
 * The result of `promise`, unless `signal` aborts first.
 *
 * For work that takes no signal itself: it goes on unseen, but the cell ends.
 *
 * @throws The signal's reason when it aborts first.
 * @example Usage
 * ```ts
 * import { interruptSignal } from "@lakehouse";
 * import { abortable } from "./interrupt.ts";
 *
 * console.log(await abortable(Promise.resolve("done"), interruptSignal()));
 * ```
 */
export async function abortable<T>(
  promise: Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  if (signal.aborted) onAbort();
  else signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

/** Statuses of a server that is busy, or of a proxy that did not reach it. */
export const PASSING: readonly number[] = [429, 502, 503, 504];
const [FIRST_PAUSE_MS, LAST_PAUSE_MS] = [200, 3_200] as const;

/** Whether a connection broke that was there. */
export function isBroken(error: unknown): boolean {
  return /connection (reset|closed)|broken pipe|reading a body|\beof\b/i
    .test(`${error} ${(error as Error).cause}`);
}

/**
 * Fetches, and whatever the network loses or a busy server refuses once more: up
 * to five times in about six seconds. The answer comes whole, or not at all.
 *
 * For requests alone that may arrive twice.
 *
 * @throws {TypeError} When the endpoint cannot be reached.
 */
export async function steadyFetch(
  input: string | URL | Request,
  init: RequestInit = {},
): Promise<Response> {
  for (let pause: number = FIRST_PAUSE_MS;; pause *= 2) {
    try {
      const response = await fetch(input, init);
      const body = await response.arrayBuffer();
      if (!PASSING.includes(response.status) || pause > LAST_PAUSE_MS) {
        return new Response(body.byteLength ? body : null, response);
      }
    } catch (error) {
      if (!isBroken(error) || pause > LAST_PAUSE_MS) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}
