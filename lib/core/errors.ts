/**
 * The one error type a user of this project meets.
 *
 * @module
 */

import { kernel } from "./kernel.ts";

const traces = new WeakMap<Error, string>();
let latest: LakehouseError | undefined;

/** What a {@linkcode LakehouseError} tells, part by part. */
export interface LakehouseErrorParts {
  /** What failed, as a clause without a final period. */
  what: string;
  /** The likely cause, as a clause without a final period. */
  why?: string;
  /** The next command or setting to try, as a clause without a final period. */
  next?: string;
  /** The error underneath, kept as `cause`. */
  cause?: unknown;
}

/**
 * An error that says what failed, the likely cause, and what to do next.
 *
 * @example Usage
 * ```ts
 * import { LakehouseError } from "@lakehouse";
 *
 * const error = new LakehouseError({
 *   what: "Cannot reach Trino at http://localhost:9999",
 *   why: "no stack is running",
 *   next: "deno task up",
 * });
 * console.log(error.message);
 * ```
 */
export class LakehouseError extends Error {
  /** What failed. */
  readonly what: string;
  /** The likely cause, or `undefined` when it is not known. */
  readonly why: string | undefined;
  /** What to do next, or `undefined` when nothing helps. */
  readonly next: string | undefined;

  /** Builds the message from its parts: `what: why. Next: next`. */
  constructor(parts: LakehouseErrorParts) {
    const { what, why, next, cause } = parts;
    super(
      what + (why ? `: ${why}` : "") + (next ? `. Next: ${next}` : ""),
      cause === undefined ? {} : { cause },
    );
    this.name = "LakehouseError";
    this.what = what;
    this.why = why;
    this.next = next;
    if (!kernel()) return;
    traces.set(this, this.stack ?? "");
    latest = this;
    // A cell shows the stack of what it throws; here the sentence is the help.
    Object.defineProperty(this, "stack", {
      get: () => `${this.name}: ${this.message}`,
      configurable: true,
    });
  }
}

/** Where an error came from, line by line, without its message. */
export function traceOf(error: Error): string {
  return (traces.get(error) ?? error.stack ?? "").split("\n")
    .filter((line) => /^\s+at /.test(line)).join("\n");
}

/** The error of this project that a notebook made last. */
export function latestError(): LakehouseError | undefined {
  return latest;
}
