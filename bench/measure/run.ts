/**
 * Runs a bench: for each number of rows all steps, then what needs a stack of
 * its own.
 *
 * @module
 */

import { settings, stateDir } from "../../lib/core/settings.ts";
import { LakehouseError } from "../../lib/core/errors.ts";
import { interruptSignal } from "../../lib/core/interrupt.ts";
import { formatNumber } from "../../lib/core/format.ts";
import { runningStackOf } from "../../stack/mod.ts";
import { archives } from "./archives.ts";
import { reasonOf } from "../report/compare.ts";
import type { Bench, BenchOptions } from "./context.ts";
import {
  closeLake,
  openLake,
  removeTable,
  removeUnder,
  workDir,
} from "./lake.ts";
import { machine, versions } from "../report/machine.ts";
import { PRODUCT, type Results, type StepName } from "../report/results.ts";
import { fits, roomAt } from "./room.ts";
import { generateStep } from "../steps/generate.ts";
import { ingestStep, TABLES } from "../steps/ingest.ts";
import { queryStep } from "../steps/query.ts";
import { demoStep, setupStep, startupStep } from "../steps/startup.ts";
import { uploadStep } from "../steps/upload.ts";

/** Steps that are done with each number of rows. */
const BY_ROWS: Partial<
  Record<StepName, (bench: Bench, rows: number) => Promise<void>>
> = {
  generate: generateStep,
  upload: uploadStep,
  ingest: ingestStep,
  query: queryStep,
};

/** Steps on a stack of their own, each once. */
const ALONE: typeof BY_ROWS = {
  startup: startupStep,
  demo: demoStep,
  setup: setupStep,
};

/** Steps that need a running stack. */
const ON_STACK: readonly StepName[] = ["upload", "ingest", "query"];
/** Rows of the trips on the stack that is started and stopped. */
const START_ROWS = 1_000_000;

/** Held while a bench runs, so that two do not measure each other. */
async function lockBench(): Promise<Deno.FsFile> {
  await Deno.mkdir(stateDir(), { recursive: true });
  const file = await Deno.open(`${stateDir()}/bench.lock`, {
    ...{ create: true, write: true },
  });
  if (await file.tryLock(true)) return file;
  file.close();
  throw new LakehouseError({
    what: "Cannot start the bench",
    why: "another bench of this folder is running",
    next: "wait for it, or end it with Ctrl+C in its terminal",
  });
}

/** Removes what the steps of one number of rows left. */
async function clear(bench: Bench): Promise<void> {
  await Deno.remove(workDir(), { recursive: true }).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
  if (!ON_STACK.some((step) => bench.steps.includes(step))) return;
  for (const table of TABLES) await removeTable(table);
  await removeUnder("");
}

/** Runs a step; when it fails, that is kept, and what was measured is too. */
async function orMissing(
  bench: Bench,
  step: StepName,
  rows: number,
  body: () => Promise<void>,
): Promise<void> {
  const signal = interruptSignal();
  try {
    await body();
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    const reason = reasonOf(error);
    bench.missing.push({ step, subject: PRODUCT, rows, reason, failed: true });
    bench.log(`  ✗ ${step} failed: ${reason}`);
  }
}

async function withRows(bench: Bench, rows: number): Promise<void> {
  const { ok, text } = fits({
    ...{ rows, steps: bench.steps, withPeers: rows <= bench.peersUpTo },
    isLocal: settings().stack !== "remote",
  }, roomAt(workDir()));
  bench.log(`\n${text}`);
  for (const step of bench.steps) {
    const run = BY_ROWS[step];
    if (!run) continue;
    if (!ok) {
      bench.missing.push({ step, subject: PRODUCT, rows, reason: text });
      continue;
    }
    bench.log(`${step} ${formatNumber(rows)}`);
    await orMissing(bench, step, rows, () => run(bench, rows));
  }
  await clear(bench);
}

/** Steps in which Java programs of the local stack start. */
const STARTING: readonly StepName[] = ["ingest", "startup", "demo"];

async function runSteps(bench: Bench): Promise<void> {
  const needsStack = ON_STACK.some((step) => bench.steps.includes(step));
  if (needsStack) runningStackOf();
  const starts = bench.steps.filter((step) => STARTING.includes(step));
  // An ingest elsewhere starts no program of the local stack.
  if (starts.some((step) => step in ALONE || settings().stack === "local")) {
    bench.versions["class archives"] = await archives(bench.log);
  }
  const isByRows = bench.steps.some((step) => BY_ROWS[step]);
  try {
    if (needsStack) await openLake();
    for (const rows of isByRows ? bench.rows : []) await withRows(bench, rows);
  } finally {
    await Deno.remove(workDir(), { recursive: true }).catch(() => {});
    if (needsStack) await closeLake();
  }
  const rows = Math.min(START_ROWS, ...bench.rows);
  for (const step of bench.steps) {
    if (BY_ROWS[step]) continue;
    bench.log(`\n${step}`);
    await orMissing(bench, step, rows, () => ALONE[step]!(bench, rows));
  }
}

/**
 * Runs the bench and returns what it measured. All it makes on the way, in the
 * lakehouse and on the disk, is removed again. A step of the product that fails
 * is among what is missing, marked as failed.
 *
 * @throws {LakehouseError} When a step needs a stack and none runs, or another bench is running.
 * @throws {unknown} The interrupt's reason.
 * @example Usage
 * ```ts ignore
 * const results = await runBench({
 *   rows: [50_000],
 *   steps: ["generate"],
 *   rounds: 1,
 *   warmUp: false,
 *   peersUpTo: 5_000_000,
 *   big: false,
 *   log: console.log,
 * });
 * ```
 */
export async function runBench(options: BenchOptions): Promise<Results> {
  using _lock = await lockBench();
  const made = new Date().toISOString();
  const here = await machine();
  const { note, versions: known } = await versions();
  const bench: Bench = { ...options, results: [], missing: [], versions: {} };
  await runSteps(bench);
  return {
    version: 1,
    made,
    machine: here,
    stack: settings().stack ?? "none",
    note,
    versions: { ...known, ...bench.versions },
    rounds: options.rounds,
    results: bench.results,
    missing: bench.missing,
  };
}

/**
 * A bench small enough for a notebook: 50,000 rows, one round, no start-up.
 *
 * @throws {LakehouseError} As {@linkcode runBench}.
 */
export function runSmallBench(): Promise<Results> {
  return runBench({
    rows: [50_000],
    steps: ["generate", "upload", "ingest", "query"],
    rounds: 1,
    warmUp: false,
    peersUpTo: 50_000,
    big: false,
    log: (line) => console.log(line),
  });
}
