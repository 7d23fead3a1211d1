/**
 * Checks: what one is, and how many of them run side by side.
 *
 * @module
 */

import { LakehouseError } from "../../lib/core/errors.ts";
import { abortable } from "../../lib/core/interrupt.ts";

/** What a check found. */
export type Outcome =
  | {
    /** All is well. */
    status: "passed";
    /** The fact, in a few words. */
    text: string;
  }
  | {
    /** It works, and may soon not. */
    status: "warning";
    /** The fact, in a few words. */
    text: string;
    /** The command or setting that mends it. */
    next: string;
  }
  | {
    /** It does not work. */
    status: "failed";
    /** The cause, as a clause. */
    text: string;
    /** The command or setting that mends it. */
    next: string;
    /**
     * Why the checks that need this one cannot run.
     *
     * @default {`${name} failed`}
     */
    effect?: string;
  }
  | {
    /** It does not apply, or not yet. */
    status: "skipped";
    /** The reason, as a clause. */
    text: string;
    /** Why the checks that need this one cannot run; without it, they do. */
    effect?: string;
  };

/** One line of the doctor's findings. */
export interface Check {
  /** Its name, unique. */
  name: string;
  /** Heading it stands under. */
  group: string;
  /** Checks that must have passed; they stand before it. */
  needs?: string[];
  /** Longest time it may take, in milliseconds. @default {5000} */
  limitMs?: number;
  /** What it means when that time is over. @default {a failure that says so} */
  late?: Outcome;
  /** Looks; what it throws is a failure. */
  run(signal: AbortSignal): Promise<Outcome>;
}

/** What a check found, and which one it was. */
export type CheckResult = Outcome & {
  /** Name of the check. */
  name: string;
  /** Heading it stands under. */
  group: string;
  /** Milliseconds it took, without the wait for others. */
  ms: number;
};

/** Options of {@linkcode runChecks}. */
export interface CheckOptions {
  /** Ends all checks. */
  signal?: AbortSignal;
  /** Told each result, in the order of the checks. */
  onResult?: (result: CheckResult) => void;
  /** Texts that no result may contain. */
  secrets?: string[];
}

const LIMIT_MS = 5_000;
const DOCTOR = "deno task doctor";
/** Shorter ones are no keys, but parts of ordinary words. */
const SHORTEST_SECRET = 8;

/** Text without these secrets, and without passwords in addresses. */
export function redact(text: string, secrets: string[]): string {
  return secrets.filter(({ length }) => length >= SHORTEST_SECRET)
    .flatMap((secret) => [secret, encodeURIComponent(secret)])
    .reduce((text, secret) => text.replaceAll(secret, "***"), text)
    .replaceAll(/(\w+:\/\/)[^\s/@]+@/g, "$1***@");
}

/**
 * A failure from what a check threw; "deno task doctor" is no advice here.
 *
 * @param effect Why the checks that need this one cannot run.
 */
export function failureOf(error: unknown, effect?: string): Outcome {
  const rest = effect === undefined ? {} : { effect };
  if (!(error instanceof LakehouseError)) {
    return {
      ...rest,
      status: "failed",
      text: error instanceof Error ? error.message : String(error),
      next: "DEBUG=1 deno task doctor shows the whole error",
    };
  }
  const { what, why, next = "" } = error;
  const advice = next.includes(DOCTOR)
    ? next.split(/[,;] /).filter((part) => !part.includes(DOCTOR)).join("; ")
    : next;
  return {
    ...rest,
    status: "failed",
    text: why ? `${what}: ${why}` : what,
    next: advice || "deno task status",
  };
}

/** Why a check that needs this one cannot run, or `undefined` when it can. */
function effectOf(result: CheckResult): string | undefined {
  if (result.status === "failed") {
    return result.effect ?? `${result.name} failed`;
  }
  return result.status === "skipped" ? result.effect : undefined;
}

async function outcomeOf(
  check: Check,
  signal: AbortSignal | undefined,
  secrets: string[],
): Promise<Outcome> {
  const { limitMs = LIMIT_MS, name } = check;
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), limitMs);
  const either = signal
    ? AbortSignal.any([signal, limit.signal])
    : limit.signal;
  try {
    return await abortable(check.run(either), either);
  } catch (error) {
    signal?.throwIfAborted();
    if (Deno.env.get("DEBUG")) {
      console.error(`${name}:`, redact(Deno.inspect(error), secrets));
    }
    if (!limit.signal.aborted) return failureOf(error);
    return check.late ?? {
      status: "failed",
      text: `no answer within ${limitMs / 1000} s`,
      next: "deno task status, or again when the machine is less busy",
    };
  } finally {
    clearTimeout(timer);
  }
}

function withoutSecrets(outcome: Outcome, secrets: string[]): Outcome {
  return Object.fromEntries(
    Object.entries(outcome).map(([key, text]) => [key, redact(text, secrets)]),
  ) as unknown as Outcome;
}

/**
 * Runs the checks, each as soon as those it needs have passed, and tells the
 * results in the order of the checks.
 *
 * @throws {Error} When a check needs one that does not stand before it.
 * @throws {unknown} The signal's reason.
 */
export async function runChecks(
  checks: Check[],
  options: CheckOptions = {},
): Promise<CheckResult[]> {
  const { signal, onResult, secrets = [] } = options;
  const running = new Map<string, Promise<CheckResult>>();
  for (const check of checks) {
    const { name, group, needs = [] } = check;
    const before = needs.map((need) => {
      const found = running.get(need);
      if (!found) throw new Error(`"${name}" needs "${need}" before it`);
      return found;
    });
    const run = async (): Promise<CheckResult> => {
      const effect = (await Promise.all(before)).map(effectOf).find(Boolean);
      const started = performance.now();
      const outcome: Outcome = effect
        ? { status: "skipped", text: `because ${effect}`, effect }
        : await outcomeOf(check, signal, secrets);
      const ms = Math.round(performance.now() - started);
      return { name, group, ms, ...withoutSecrets(outcome, secrets) };
    };
    const result = run();
    // Whoever waits for it sees the rejection; nobody may by then.
    result.catch(() => {});
    running.set(name, result);
  }
  const results: CheckResult[] = [];
  for (const { name } of checks) {
    const result = await running.get(name)!;
    results.push(result);
    onResult?.(result);
  }
  return results;
}
