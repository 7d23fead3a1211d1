/**
 * Runs the product and its peers in turn: warm-up, then A B A B.
 *
 * @module
 */

import { LakehouseError } from "../../lib/core/errors.ts";
import { interruptSignal } from "../../lib/core/interrupt.ts";
import {
  type Missing,
  PRODUCT,
  type Result,
  type StepName,
} from "./results.ts";
import { median } from "../../lab/trials/statistics.ts";

/** What one round of a subject gave. */
export interface Sample {
  /** Which of the step's cases. @default {the only one} */
  case?: string;
  /** Seconds, without the interpreter's start. */
  seconds: number;
  /** Seconds from the program's start to its end. */
  wall?: number;
  /** Seconds of processor time. */
  cpu?: number;
  /** Most resident memory, in bytes. */
  rss?: number;
  /** Bytes it read. */
  read?: number;
  /** Bytes it wrote. */
  written?: number;
  /** Rows counted afterwards in what it made, or by what it asked. */
  counted?: number;
  /** Other measured values. */
  figures?: Record<string, number>;
}

/** The product or a peer. */
export interface Subject {
  /** `product`, or a peer. */
  name: string;
  /** Does the step once. */
  run(): Promise<Sample | Sample[]>;
}

/** How to compare. */
export interface CompareOptions {
  /** The step. */
  step: StepName;
  /** Rows that go in. */
  rows: number;
  /** Measured rounds. */
  rounds: number;
  /** Unmeasured rounds before. */
  warmUps: number;
  /** Told a line about each round. */
  log: (line: string) => void;
}

/** What was measured, and what could not be. */
export interface Compared {
  /** Results by subject and case. */
  results: Result[];
  /** Peers that failed. */
  missing: Missing[];
}

const list = <T>(value: T | T[]): T[] => Array.isArray(value) ? value : [value];

/** What went wrong, in one line. */
export function reasonOf(error: unknown): string {
  const text = error instanceof LakehouseError ? error.message : String(error);
  return text.trim().replaceAll(/\s*\n\s*/g, " ").slice(0, 600);
}

/** One case's samples, a round each, as a result. */
export function toResult(
  { step, rows }: Pick<CompareOptions, "step" | "rows">,
  subject: string,
  samples: readonly Sample[],
): Result {
  const last = samples.at(-1)!;
  const all = (field: "wall" | "cpu") => {
    const values = samples.flatMap((sample) => sample[field] ?? []);
    return values.length === samples.length ? { [field]: values } : {};
  };
  const memory = samples.flatMap(({ rss }) => rss ?? []);
  const seconds = samples.map(({ seconds }) => seconds);
  const names = Object.keys(last.figures ?? {});
  return {
    step,
    ...last.case === undefined ? {} : { case: last.case },
    ...{ subject, rows, seconds },
    ...all("wall"),
    ...all("cpu"),
    ...memory.length > 0 ? { rss: Math.max(...memory) } : {},
    ...last.read === undefined ? {} : { read: last.read },
    ...last.written === undefined ? {} : { written: last.written },
    ...last.counted === undefined ? {} : { counted: last.counted },
    ...rows > 0 ? { rowsPerSecond: Math.round(rows / median(seconds)) } : {},
    ...names.length === 0 ? {} : {
      figures: Object.fromEntries(
        names.map((name) => [
          name,
          samples.map(({ figures }) => figures?.[name] ?? NaN),
        ]),
      ),
    },
  };
}

/**
 * Runs all subjects in turn, round by round, the first rounds unmeasured. A peer that fails is left out from there on and named as missing.
 *
 * @throws {unknown} What made the product fail, or the interrupt's reason.
 */
export async function compare(
  subjects: readonly Subject[],
  options: CompareOptions,
): Promise<Compared> {
  const { step, rows, rounds, warmUps, log } = options;
  const samples = new Map<string, Map<string, Sample[]>>();
  const missing: Missing[] = [];
  const left = [...subjects];
  const once = async (subject: Subject): Promise<Sample[]> => {
    const signal = interruptSignal();
    try {
      return list(await subject.run());
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      if (subject.name === PRODUCT) throw error;
      left.splice(left.indexOf(subject), 1);
      samples.delete(subject.name);
      const reason = reasonOf(error);
      missing.push({
        ...{ step, subject: subject.name, rows, reason, failed: true },
      });
      log(`  ${subject.name} is left out: ${reason}`);
      return [];
    }
  };
  for (let round = 1 - warmUps; round <= rounds; round++) {
    const line: string[] = [];
    for (const subject of [...left]) {
      const started = performance.now();
      const given = await once(subject);
      // Of several cases the whole is told, with what belongs to none of them.
      const seconds = given.length === 1
        ? given[0]!.seconds
        : (performance.now() - started) / 1000;
      if (given.length > 0) {
        line.push(`${subject.name} ${seconds.toFixed(2)} s`);
      }
      if (round < 1) continue;
      for (const sample of given) {
        const cases = samples.get(subject.name) ?? new Map<string, Sample[]>();
        samples.set(subject.name, cases);
        const key = sample.case ?? "";
        cases.set(key, [...cases.get(key) ?? [], sample]);
      }
    }
    const name = round < 1 ? "warm-up" : `round ${round} of ${rounds}`;
    log(`  ${name}: ${line.join(", ")}`);
  }
  const results = [...samples].flatMap(([subject, cases]) =>
    [...cases.values()].map((each) => toResult({ step, rows }, subject, each))
  );
  return { results, missing };
}
