/**
 * Generates Chicago taxi trips that are distributed like the real ones.
 *
 * @module
 */

import { join, resolve } from "node:path";
import { LakehouseError } from "../core/errors.ts";
import { formatBytes, formatNumber } from "../core/format.ts";
import { interruptSignal } from "../core/interrupt.ts";
import { settings } from "../core/settings.ts";
import { withProgress } from "../show/progress.ts";
import { FIRST_YEAR, LAST_YEAR } from "./data_set.ts";
import * as folder from "./folder.ts";
import type { FolderRecord, RecordedFile } from "./folder.ts";
import type { TripArguments } from "./trip_model.ts";

/** How to generate; see {@linkcode generateTrips}. */
export interface GenerateOptions {
  /** Trips, a count (not millions). */
  rows: number;
  /** Folder for the Parquet files; created when it is not there. */
  dir: string;
  /**
   * The same seed and arguments give the same rows.
   *
   * @default 2013
   */
  seed?: number;
  /**
   * Trips per file, 1,000,000 at most.
   *
   * @default {an eighth of the rows, but 10,000 at least and 250,000 at most}
   */
  rowsPerFile?: number;
  /**
   * Year of the first trips, 2013 or later.
   *
   * @default 2013
   */
  firstYear?: number;
  /**
   * Year of the last trips, 2023 or earlier.
   *
   * @default 2023
   */
  lastYear?: number;
  /** Stops the generator and removes what it wrote. */
  signal?: AbortSignal;
  /** Called after each file. */
  onProgress?: (progress: GenerateProgress) => void;
}

/** How far the generator is. */
export interface GenerateProgress {
  /** Trips written. */
  rows: number;
  /** Trips asked for. */
  total: number;
  /** Bytes written. */
  bytes: number;
  /** Files written. */
  files: number;
}

/** What the generator did. */
export interface GenerateResult {
  /** Trips in the files. */
  rows: number;
  /** Paths of the Parquet files, in the order of time. */
  files: string[];
  /** Size of all files. */
  bytes: number;
  /** Seconds it took. */
  seconds: number;
  /** Whether the same files were there already and were kept. */
  reused: boolean;
}

/** Counts up when the same arguments give other rows or files than before. */
export const GENERATOR_VERSION = 1;
const MOST_ROWS_PER_FILE = 1_000_000;
/** Measured, with some room: a row in Parquet, and in three Arrow files in the making. */
export const BYTES_PER_ROW = { parquet: 65, arrow: 3 * 200 };

/** Checked arguments. */
export interface Run extends TripArguments {
  readonly rowsPerFile: number;
}

/** Name of a run's file, by its number. */
export const nameOf = (i: number): string =>
  `trips-${String(i).padStart(5, "0")}.parquet`;

function checkInteger(
  what: string,
  value: number,
  least: number,
  most: number,
  next = `choose another value for ${what}`,
): void {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return;
  const range = most < Number.MAX_SAFE_INTEGER
    ? `from ${least} to ${most}`
    : `of at least ${least}`;
  throw new LakehouseError({
    what: `Cannot generate trips with ${what} "${value}"`,
    why: `${what} is a whole number ${range}`,
    next,
  });
}

/**
 * The arguments of a run, with their defaults.
 *
 * @throws {LakehouseError} When one of them makes no sense.
 */
export function checked(options: Omit<GenerateOptions, "dir">): Run {
  const { rows, seed = 2013 } = options;
  const { firstYear = FIRST_YEAR, lastYear = LAST_YEAR } = options;
  const next = "--rows 5 for five million, --rows 0.1 for a hundred thousand";
  checkInteger("rows", rows, 1, Number.MAX_SAFE_INTEGER, next);
  const rowsPerFile = options.rowsPerFile ??
    Math.min(250_000, Math.max(10_000, Math.ceil(rows / 8)));
  checkInteger("rowsPerFile", rowsPerFile, 1, MOST_ROWS_PER_FILE);
  checkInteger("seed", seed, 0, Number.MAX_SAFE_INTEGER);
  checkInteger("firstYear", firstYear, FIRST_YEAR, LAST_YEAR);
  checkInteger("lastYear", lastYear, firstYear, LAST_YEAR);
  return { rows, seed, firstYear, lastYear, rowsPerFile };
}

/**
 * Writes synthetic taxi trips as zstd Parquet files, in chronological order.
 *
 * Volumes, places, fares, tips, payments and companies are distributed like
 * those of the real trips of 2013–2023. The same arguments give the same rows;
 * when their files are in the folder already, they are kept. A record of the
 * files, `_generated.json`, lies beside them: files of an earlier run are
 * replaced, files of anybody else are never touched. Memory stays the same
 * whatever the number of rows.
 *
 * @throws {LakehouseError} Before anything is written, when an argument makes no sense, the rows do not fit the disk, the folder holds other Parquet files, or another run writes into it.
 * @throws The signal's reason when it aborts; nothing of the run is left then.
 * @example Usage
 * ```ts
 * import { generateTrips } from "./generate.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const dir = await Deno.makeTempDir();
 * const { rows, files } = await generateTrips({ rows: 1_000, dir });
 * assertEquals([rows, files.length], [1_000, 1]);
 * await Deno.remove(dir, { recursive: true });
 * ```
 */
export async function generateTrips(
  options: GenerateOptions,
): Promise<GenerateResult> {
  const started = performance.now();
  const run = checked(options);
  const { signal, onProgress } = options;
  signal?.throwIfAborted();

  const dir = resolve(options.dir);
  const wanted = { version: GENERATOR_VERSION, ...run };
  const bytesOf = (files: readonly RecordedFile[]) =>
    files.reduce((sum, { bytes }) => sum + bytes, 0);
  const result = (files: readonly RecordedFile[], reused: boolean) => ({
    rows: run.rows,
    files: files.map(({ name }) => join(dir, name)),
    bytes: bytesOf(files),
    seconds: (performance.now() - started) / 1000,
    reused,
  });
  const inspect = () => {
    const old = folder.readGenerated(dir);
    const before = old?.files ?? [];
    folder.refuseForeignFiles(dir, "generate", before.map(({ name }) => name));
    const isThere = old?.complete &&
      folder.sameArguments(old.arguments, wanted) &&
      folder.areWhole(dir, before);
    return { before, isThere };
  };
  const found = inspect();
  if (found.isThere) return result(found.before, true);
  using _lock = folder.lockFolder(dir, "generate");
  // Another run may have ended in between.
  const { before, isThere } = inspect();
  if (isThere) return result(before, true);
  folder.refuseFullDisk(
    dir,
    "generate",
    run.rows * BYTES_PER_ROW.parquet +
      Math.min(run.rows, run.rowsPerFile) * BYTES_PER_ROW.arrow,
    before,
  );

  const length = Math.ceil(run.rows / run.rowsPerFile);
  const names = Array.from({ length }, (_, i) => nameOf(i));
  const planned: FolderRecord = {
    arguments: wanted,
    complete: false,
    files: names.map((name) => ({ name, bytes: 0 })),
  };
  let claimed = false;
  try {
    folder.makeRoom(dir, before, planned);
    claimed = true;
    // Not before it is needed: whoever only reads need not wait for it.
    const { writeTrips } = await import("./trip_files.ts");
    const onFile = (rows: number, files: readonly RecordedFile[]) =>
      onProgress?.({
        rows,
        total: run.rows,
        bytes: bytesOf(files),
        files: files.length,
      });
    const files = await writeTrips({ ...run, dir, names, signal, onFile });
    folder.removeIfThere(folder.workFolder(dir));
    folder.writeGenerated(dir, { ...planned, complete: true, files });
    return result(files, false);
  } catch (error) {
    if (claimed) folder.removeGenerated(dir, names);
    if (error === signal?.reason || error instanceof LakehouseError) {
      throw error;
    }
    throw new LakehouseError({
      what: `Cannot write ${formatNumber(run.rows)} trips to ${dir}`,
      why: error instanceof Error ? error.message : String(error),
      next: "check the folder's disk and permissions, then generate again",
      cause: error,
    });
  }
}

/**
 * Generates the trips the settings ask for (`ROWS` million into `PARQUET_DIR`),
 * with a progress bar.
 *
 * Files of the same arguments that are there already are kept.
 *
 * @throws {LakehouseError} When the number of rows makes no sense or does not fit the disk.
 * @example Usage
 * ```ts ignore
 * import { generate } from "@lakehouse";
 *
 * const { rows, files } = await generate({ rows: 100_000 });
 * console.log(rows, files.length);
 * ```
 */
export function generate(
  options: Partial<GenerateOptions> = {},
): Promise<GenerateResult> {
  const { rows, parquetDir } = settings();
  return withProgress(
    "Generate",
    (bar) =>
      generateTrips({
        rows: Math.round(rows * 1e6),
        dir: parquetDir,
        signal: interruptSignal(),
        onProgress: ({ rows: done, total }) =>
          bar.update({ done, total, unit: "trips" }),
        ...options,
      }),
    ({ rows, files, bytes, reused }) =>
      `${formatNumber(rows)} trips in ${files.length} files, ${
        formatBytes(bytes)
      }${reused ? ", there already" : ""}`,
  );
}
