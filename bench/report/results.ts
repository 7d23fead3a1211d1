/**
 * What a bench measured, and the files it is kept in.
 *
 * @module
 */

import { PROJECT_DIR } from "../../lib/core/settings.ts";
import { writeWhole } from "../../lib/core/files.ts";
import { LakehouseError } from "../../lib/core/errors.ts";
import type { Machine } from "./machine.ts";
import { median } from "../../lab/trials/statistics.ts";

/** Steps that can be measured, in the order they run. */
export const STEPS = [
  "generate",
  "upload",
  "ingest",
  "query",
  "startup",
  "demo",
  "setup",
] as const;

/** A step; see {@linkcode STEPS}. */
export type StepName = typeof STEPS[number];

/** How the product calls itself among its peers. */
export const PRODUCT = "product";
/** The case of its ingest that does not decode the files. */
export const REGISTERED = "registered as they are";
/** The case of its second ingest in a Spark session that stays. */
export const AGAIN = "again in a session";
/** The case of as many rows again, added to a table. */
export const APPENDED = "added to as many";
/** The case of as many rows with the same keys, merged into a table. */
export const MERGED = "merged, each row replaced";

/** One subject's rounds of one step at one number of rows. */
export interface Result {
  /** The step. */
  step: StepName;
  /** Which of the step's cases, such as one question; left out when it has one. */
  case?: string;
  /** What was measured: `product`, or a peer. */
  subject: string;
  /** Rows that went in. */
  rows: number;
  /** Seconds of each measured round, without the interpreter's start. */
  seconds: number[];
  /** Seconds of each round from the program's start to its end. */
  wall?: number[];
  /** Seconds of processor time of each round. */
  cpu?: number[];
  /** Most resident memory of its processes in any round, in bytes. */
  rss?: number;
  /** Bytes it read, in the last round. */
  read?: number;
  /** Bytes it wrote, in the last round. */
  written?: number;
  /** Rows counted afterwards in what it made, or by what it asked. */
  counted?: number;
  /** Rows by second, of the median round. */
  rowsPerSecond?: number;
  /** Other measured values of each round, by name. */
  figures?: Record<string, number[]>;
}

/** A subject that was not measured. */
export interface Missing {
  /** The step. */
  step: StepName;
  /** The subject. */
  subject: string;
  /** At how many rows; left out when at any. */
  rows?: number;
  /** Why. */
  reason: string;
  /** Whether it was there and failed, or found other rows than the product. */
  failed?: true;
}

/** A results file. */
export interface Results {
  /** Version of this form. */
  version: 1;
  /** When the bench began, ISO 8601. */
  made: string;
  /** Where. */
  machine: Machine;
  /** The stack: `local`, `docker`, `remote`, or `none`. */
  stack: string;
  /** What a reader must know of the stack. */
  note: string;
  /** Versions by name. */
  versions: Record<string, string>;
  /** Measured rounds. */
  rounds: number;
  /** What was measured. */
  results: Result[];
  /** What was not. */
  missing: Missing[];
}

/** Folder of the results: `BENCH_RESULTS`, or `bench/results`. */
export function resultsDir(): string {
  return Deno.env.get("BENCH_RESULTS") || `${PROJECT_DIR}/bench/results`;
}

/** The median seconds of a result. */
export const secondsOf = ({ seconds }: Result): number => median(seconds);

/** Which result is looked for; what is left out may be anything. */
export interface Wanted {
  /** The step. */
  step: StepName;
  /** The case. */
  case?: string;
  /** The subject. @default {"product"} */
  subject?: string;
  /** The number of rows. */
  rows?: number;
}

/** The first result that is as wanted, or `undefined`. */
export function find(
  { results }: Pick<Results, "results">,
  wanted: Wanted,
): Result | undefined {
  const { step, subject = PRODUCT, rows } = wanted;
  return results.find((result) =>
    result.step === step && result.subject === subject &&
    result.case === wanted.case && (rows === undefined || result.rows === rows)
  );
}

/** All peers' results of a step, a case and a number of rows. */
export function peersOf(
  { results }: Pick<Results, "results">,
  wanted: Omit<Wanted, "subject">,
): Result[] {
  return results.filter((result) =>
    result.step === wanted.step && result.subject !== PRODUCT &&
    result.case === wanted.case && result.rows === wanted.rows
  );
}

/** The file's name: the day, and the machine by its size. */
function nameOf({ made, machine, stack }: Results): string {
  const gib = Math.round(machine.memory / 2 ** 30);
  return `${made.slice(0, 10)}-${machine.cores}-cores-${gib}-gib-${stack}`;
}

/**
 * Writes the results into a folder; returns the path. What is there already is
 * kept: a second file of a day gets a number.
 */
export async function writeResults(
  results: Results,
  dir = resultsDir(),
): Promise<string> {
  await Deno.mkdir(dir, { recursive: true });
  const name = nameOf(results);
  let path = `${dir}/${name}.json`;
  for (let number = 2; await exists(path); number++) {
    path = `${dir}/${name}-${number}.json`;
  }
  await writeWhole(path, async (part) => {
    await Deno.writeTextFile(part, JSON.stringify(results, null, 2) + "\n");
  });
  return path;
}

const exists = (path: string) => Deno.stat(path).then(() => true, () => false);

/**
 * Reads a results file.
 *
 * @throws {LakehouseError} When it is none.
 */
export async function readResults(path: string): Promise<Results> {
  const fail = (why: string, cause?: unknown): never => {
    throw new LakehouseError({
      what: `Cannot read the results in ${path}`,
      why,
      next: "name a file that deno task bench wrote",
      cause,
    });
  };
  let results: Results;
  try {
    results = JSON.parse(await Deno.readTextFile(path));
  } catch (error) {
    return fail((error as Error).message, error);
  }
  if (results?.version !== 1) fail("it is no results file of version 1");
  return results;
}

/**
 * The newest results of a folder with their path, or `undefined` when it has
 * none.
 */
export async function newestResults(
  dir = resultsDir(),
): Promise<{ path: string; results: Results } | undefined> {
  const found: { path: string; results: Results }[] = [];
  try {
    for await (const { name } of Deno.readDir(dir)) {
      if (!name.endsWith(".json")) continue;
      const path = `${dir}/${name}`;
      found.push({ path, results: await readResults(path) });
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return found.toSorted((a, b) => a.results.made < b.results.made ? 1 : -1)[0];
}
