/**
 * Trying again after what may pass: lost connections, busy and failing servers.
 *
 * @module
 */

import { setTimeout as sleep } from "node:timers/promises";
import pRetry, { AbortError } from "p-retry";
import { formatDuration } from "../../lib/core/format.ts";

/** How to try, and how long; see {@linkcode retrying}. */
export interface RetryOptions {
  /** Ends the trying, and the request under way. */
  readonly signal: AbortSignal;
  /** Longest time of one request without a sign of life, in milliseconds. */
  readonly requestLimitMs: number;
  /** Pause before the second try in milliseconds; it doubles from try to try. */
  readonly retryWaitMs: number;
  /** Told why and for how long it waits. */
  readonly onWait: (text: string) => void;
}

/** Tries after the first one; with a second between the first two, two minutes in all. */
const RETRIES = 6;
/** A server may ask for a long pause, but not for a night. */
const LONGEST_WAIT_MS = 10 * 60_000;

/** A failure that may pass. */
export class PassingError extends Error {
  /** Pause the server asks for, in milliseconds. */
  readonly waitMs: number;

  /** `message` says what happened, as a clause. */
  constructor(message: string, options: { cause?: unknown; waitMs?: number }) {
    super(message, { cause: options.cause });
    this.waitMs = options.waitMs ?? 0;
  }
}

/** The pause a `Retry-After` header asks for, in milliseconds; 0 without one. */
export function retryAfterMs(header: string | null, now = Date.now()): number {
  if (!header) return 0;
  const ms = /^\d+$/.test(header.trim())
    ? Number(header) * 1000
    : Date.parse(header) - now;
  return Number.isNaN(ms) ? 0 : Math.min(Math.max(0, ms), LONGEST_WAIT_MS);
}

/** A time limit that a sign of life puts off. */
function stallLimit(ms: number) {
  const limit = new AbortController();
  const start = () => setTimeout(() => limit.abort(), ms);
  let timer = start();
  return {
    signal: limit.signal,
    alive() {
      clearTimeout(timer);
      timer = start();
    },
    [Symbol.dispose]: () => clearTimeout(timer),
  };
}

/**
 * Calls `request` until it succeeds, as long as what it throws is a
 * {@linkcode PassingError} or its time is up.
 *
 * @param request Told a signal for its requests, and what to call as a sign of life.
 * @throws {PassingError} When the last try has failed as well.
 * @throws Whatever else `request` throws, at once, and the signal's reason.
 */
export async function retrying<T>(
  options: RetryOptions,
  request: (signal: AbortSignal, alive: () => void) => Promise<T>,
): Promise<T> {
  const { signal, requestLimitMs, retryWaitMs, onWait } = options;
  return await pRetry(async () => {
    using limit = stallLimit(requestLimitMs);
    try {
      return await request(
        AbortSignal.any([signal, limit.signal]),
        limit.alive,
      );
    } catch (error) {
      signal.throwIfAborted();
      if (limit.signal.aborted) {
        throw new PassingError(
          `no answer came within ${formatDuration(requestLimitMs)}`,
          { cause: error },
        );
      }
      if (error instanceof PassingError) throw error;
      throw new AbortError(error as Error);
    }
  }, {
    retries: RETRIES,
    minTimeout: retryWaitMs,
    randomize: true,
    signal,
    onFailedAttempt: async ({ error, retriesLeft, retryDelay }) => {
      if (retriesLeft === 0) return;
      const asked = (error as PassingError).waitMs - retryDelay;
      onWait(
        `${error.message}; again in ${
          formatDuration(retryDelay + Math.max(0, asked))
        }`,
      );
      if (asked <= 0) return;
      await sleep(asked, undefined, { signal }).catch(() =>
        signal.throwIfAborted()
      );
    },
  });
}
