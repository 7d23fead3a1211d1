/**
 * The one error type a user of this project meets.
 *
 * @module
 */

import causes from "./causes.json" with { type: "json" };
import { kernel, seen, variables } from "./kernel.ts";

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

  /**
   * Builds the message from its parts: `what: why. Next: next`; what comes from
   * outside is cut where it is long, and no terminal obeys it.
   */
  constructor({ what, why, next, cause }: LakehouseErrorParts) {
    super(
      seen(what) + (why ? `: ${seen(why)}` : "") +
        (next ? `. Next: ${next}` : ""),
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

/** A cause that can be told from the words of a program that failed. */
export interface Cause {
  /** What its words are. */
  pattern: RegExp;
  /** The cause, as a clause. */
  why: string;
  /** What to do next, as a clause. */
  next: string;
}

/**
 * The first of the causes whose pattern is in the text.
 *
 * @example Usage
 * ```ts
 * import { knownCause } from "./errors.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const causes = [
 *   { pattern: /No space/, why: "the disk is full", next: "free some space" },
 * ];
 * const known = knownCause(causes, "write: No space left on device");
 * assertEquals(known?.why, "the disk is full");
 * ```
 */
export function knownCause<C extends Cause>(
  causes: readonly C[],
  text: string,
): C | undefined {
  return causes.find(({ pattern }) => pattern.test(text));
}

/** Causes as the file of them has them, with values in the place of names in braces. */
export function causesOf(
  kind: keyof typeof causes,
  values: object = {},
): readonly Cause[] {
  const known = values as Record<string, unknown>;
  const filled = (text: string) =>
    text.replace(/\{([a-z]+)\}/gi, (_, name) => String(known[name]));
  return causes[kind].map(({ pattern, why, next }) => ({
    ...{ pattern: RegExp(filled(pattern), "i") },
    ...{ why: filled(why), next: filled(next) },
  }));
}

/** What is wrong with a server's certificate, by the words of Deno, Java and Python. */
export const CERTIFICATE_CAUSES = causesOf("certificate");
/** Causes by the words of an S3 client. */
export const STORE_CAUSES = [...CERTIFICATE_CAUSES, ...causesOf("store")];
/** Why Trino cannot be asked, by the words of the client. */
export const TRINO_CAUSES = [...CERTIFICATE_CAUSES, ...causesOf("trino")];
/** Causes by the words of Spark and Java. */
export const SPARK_CAUSES = [...CERTIFICATE_CAUSES, ...causesOf("spark")];

/**
 * The name that was probably meant, by the pairs of letters that it shares with
 * the given one; `undefined` when none comes near.
 *
 * @example Usage
 * ```ts
 * import { nearestName } from "./errors.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(nearestName("compny", ["trips", "company"]), "company");
 * assertEquals(nearestName("fare", ["trips", "company"]), undefined);
 * ```
 */
export function nearestName(
  name: string,
  names: readonly string[],
): string | undefined {
  const pairs = (text: string) => {
    const letters = [...` ${text} `.toLowerCase()];
    return new Set(letters.slice(1).map((letter, i) => letters[i] + letter));
  };
  const likeness = (other: string) => {
    const [a, b] = [pairs(name), pairs(other)];
    return 2 * a.intersection(b).size / (a.size + b.size);
  };
  const [best = ""] = names.toSorted((a, b) => likeness(b) - likeness(a));
  return likeness(best) >= 0.5 ? best : undefined;
}

/** Tells which name was meant by an error about one that is not there. */
function tellMeant(error: Error): void {
  const [, name, kind] = /^(\w+) is not (defined|a function)$/
    .exec(Object.hasOwn(error, "message") ? error.message : "") ?? [];
  if (!name) return;
  const exports = Deno.readTextFileSync(`${import.meta.dirname}/../mod.ts`)
    .matchAll(/^export \{([^}]*)\}/gm);
  const ours = [...exports].flatMap(([, names]) =>
    names!.replaceAll(/type \w+/g, "").match(/\w+/g) ?? []
  );
  const isMissing = kind === "defined";
  const all = [...isMissing ? variables : [], ...ours];
  const meant = isMissing && ours.includes(name)
    ? name
    : nearestName(name, all.filter((each) => each !== name));
  if (!meant) return;
  const said = meant === name ? "" : `: the nearest name is ${meant}`;
  const next = variables.includes(meant)
    ? ""
    : `. Next: import { ${meant} } from "@lakehouse"`;
  error.message += said + next;
}

if (kernel()) {
  for (const { prototype } of [ReferenceError, TypeError]) {
    const { name } = prototype;
    // Whoever shows an error reads its name first.
    Object.defineProperty(prototype, "name", {
      configurable: true,
      get(this: Error) {
        tellMeant(this);
        return name;
      },
      set(this: Error, value: string) {
        Object.defineProperty(this, "name", { value, writable: true });
      },
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
