/**
 * Chicago taxi trips: the 23-column schema of the public data set, and a
 * generator whose rows are distributed like the real ones.
 *
 * @module
 */

import columns from "../../spark/trip_columns.json" with { type: "json" };
import { join, resolve } from "node:path";
import { LakehouseError } from "../core/errors.ts";
import { formatBytes, formatNumber } from "../core/format.ts";
import { abortable, interruptSignal, withLimit } from "../core/interrupt.ts";
import { settings } from "../core/settings.ts";
import { withProgress } from "../show/step.ts";
import {
  type ArrowBatch,
  arrowBatch,
  type ArrowField,
  arrowWriter,
} from "./arrow.ts";
import { FIRST_YEAR, LAST_YEAR } from "./calendar.ts";
import { COMPANY_NAMES } from "./fleet.ts";
import {
  areWhole,
  type FolderRecord,
  makeRoom,
  readGenerated,
  type RecordedFile,
  refuseForeignFiles,
  refuseFullDisk,
  removeGenerated,
  removeIfThere,
  sameArguments,
  workFolder,
  writeGenerated,
} from "./folder.ts";
import { PAYMENT_TYPES } from "./money.ts";
import { parquetWriter } from "./parquet.ts";
import { fillTrips } from "./trips.ts";
import { type TripColumns, type TripModel, tripModel } from "./trip_model.ts";

/** A column of the trips table. */
export interface TripColumn {
  /** Its name. */
  readonly name: string;
  /** Its type, in Iceberg's words; a timestamp is an instant (`timestamptz`). */
  readonly type: "string" | "timestamp" | "long" | "double";
}

/**
 * The 23 columns of BigQuery's `chicago_taxi_trips.taxi_trips`, in its order.
 *
 * Timestamps are Chicago's wall-clock time stored as UTC, as in the original.
 * All columns can be null; areas, tracts, locations and companies are at times.
 *
 * @example Usage
 * ```ts
 * import { TRIP_COLUMNS } from "@lakehouse";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(TRIP_COLUMNS.length, 23);
 * assertEquals(TRIP_COLUMNS[0], { name: "unique_key", type: "string" });
 * ```
 */
export const TRIP_COLUMNS: readonly TripColumn[] = columns as TripColumn[];

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
const GENERATOR_VERSION = 1;
/** Rows made in one go: small enough for the processor's cache. */
const BATCH_ROWS = 12_500;
const MOST_ROWS_PER_FILE = 1_000_000;
/** Files in the making: one that polars reads, one that waits, one being filled. */
const ARROW_FILES = 3;
/** Measured, with some room: a row in Parquet and in a file in the making. */
const BYTES_PER_ROW = { parquet: 65, arrow: 200 };
/** Pause for timers, signals and progress bars at least this often. */
const BREATH_MS = 50;
/** Far beyond what a file takes, should polars hang. */
const FILE_LIMIT_MS = 5 * 60_000;

interface Run {
  readonly rows: number;
  readonly seed: number;
  readonly firstYear: number;
  readonly lastYear: number;
  readonly rowsPerFile: number;
}

function checkInteger(
  what: string,
  value: number,
  least: number,
  most: number,
): void {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return;
  const range = most < Number.MAX_SAFE_INTEGER
    ? `from ${least} to ${most}`
    : `of at least ${least}`;
  throw new LakehouseError({
    what: `Cannot generate trips with ${what} "${value}"`,
    why: `${what} is a whole number ${range}`,
    next: `choose another value for ${what}`,
  });
}

function checked(options: GenerateOptions): Run {
  const { rows, seed = 2013 } = options;
  const { firstYear = FIRST_YEAR, lastYear = LAST_YEAR } = options;
  if (!Number.isSafeInteger(rows) || rows < 1) {
    throw new LakehouseError({
      what: `Cannot generate "${rows}" rows`,
      why: "the number of rows is a positive whole number",
      next: "--rows 5 for five million, --rows 0.1 for a hundred thousand",
    });
  }
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
 * @throws {LakehouseError} Before anything is written, when an argument makes no sense, the rows do not fit the disk, or the folder holds other Parquet files.
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
  const old = readGenerated(dir);
  const wanted = { version: GENERATOR_VERSION, ...run };
  const result = (files: readonly RecordedFile[], reused: boolean) => ({
    rows: run.rows,
    files: files.map(({ name }) => join(dir, name)),
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    seconds: (performance.now() - started) / 1000,
    reused,
  });
  const before = old?.files ?? [];
  refuseForeignFiles(dir, "generate", before.map(({ name }) => name));
  const isThere = old?.complete && sameArguments(old.arguments, wanted) &&
    areWhole(dir, before);
  if (isThere) return result(before, true);
  refuseFullDisk(
    dir,
    "generate",
    run.rows * BYTES_PER_ROW.parquet +
      ARROW_FILES * Math.min(run.rows, run.rowsPerFile) * BYTES_PER_ROW.arrow,
    before,
  );

  const names = fileNames(run);
  const planned: FolderRecord = {
    arguments: wanted,
    complete: false,
    files: names.map((name) => ({ name, bytes: 0 })),
  };
  let claimed = false;
  try {
    makeRoom(dir, before, planned);
    claimed = true;
    const files = await writeFiles(run, dir, names, signal, onProgress);
    removeIfThere(workFolder(dir));
    writeGenerated(dir, { ...planned, complete: true, files });
    return result(files, false);
  } catch (error) {
    if (claimed) removeGenerated(dir, names);
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

function fileNames({ rows, rowsPerFile }: Run): string[] {
  return Array.from(
    { length: Math.ceil(rows / rowsPerFile) },
    (_, i) => `trips-${String(i).padStart(5, "0")}.parquet`,
  );
}

function arrowFields({ fleet, geography }: TripModel): ArrowField[] {
  const locations = geography.places.map(({ longitude, latitude }) =>
    `POINT (${longitude} ${latitude})`
  );
  const pools: Readonly<Record<string, readonly string[]>> = {
    taxi_id: fleet.taxiIds,
    payment_type: PAYMENT_TYPES,
    company: COMPANY_NAMES,
    pickup_location: locations,
    dropoff_location: locations,
  };
  return TRIP_COLUMNS.map(({ name, type }): ArrowField => {
    const pool = pools[name];
    return {
      name,
      type: type !== "string" ? type : pool ? "pool" : "key",
      ...(pool ? { pool } : {}),
    };
  });
}

/** Makes the rows of a file while polars compresses those of the files before. */
async function writeFiles(
  run: Run,
  dir: string,
  names: readonly string[],
  signal: AbortSignal | undefined,
  onProgress: GenerateOptions["onProgress"],
): Promise<RecordedFile[]> {
  // First, so that it gets ready while the tables are built.
  using parquet = parquetWriter();
  const model = tripModel(run, BATCH_ROWS);
  const batch = arrowBatch(arrowFields(model), BATCH_ROWS);
  const work = workFolder(dir);
  const arrows = Array.from(
    { length: ARROW_FILES },
    (_, i) =>
      Deno.openSync(join(work, `${i}.arrow`), { write: true, create: true }),
  );
  const files: RecordedFile[] = [];
  const total = run.rows;
  let bytes = 0;
  // Not ended by the signal: polars cannot be stopped, and must not write into
  // a folder that is cleaned up.
  const toParquet = (number: number, path: string) =>
    abortable(
      parquet.write(join(work, `${number}.arrow`), path),
      withLimit(undefined, FILE_LIMIT_MS, "Writing a Parquet file"),
    );
  const compress = async (name: string, number: number, rows: number) => {
    const part = join(work, `${name}.part`);
    await toParquet(number, part);
    const { size } = Deno.statSync(part);
    Deno.renameSync(part, join(dir, name));
    files.push({ name, bytes: size });
    bytes += size;
    onProgress?.({ rows, total, bytes, files: files.length });
  };
  const writing: Promise<void>[] = [];
  const write = (written: Promise<void>) => {
    // Awaited below; until then a failure is nobody's yet.
    written.catch(() => {});
    writing.push(written);
  };
  try {
    // What polars does for the first time takes twice as long; it does it on a
    // few rows while those of the first file are made.
    const last = ARROW_FILES - 1;
    await fillArrow(
      arrows[last]!,
      model,
      batch,
      0,
      Math.min(total, 100),
      signal,
    );
    write(toParquet(last, join(work, "few.part")));
    for (const [i, name] of names.entries()) {
      await writing.at(-ARROW_FILES);
      const first = i * run.rowsPerFile;
      const end = Math.min(total, first + run.rowsPerFile);
      const number = i % ARROW_FILES;
      await fillArrow(arrows[number]!, model, batch, first, end, signal);
      write(compress(name, number, end));
    }
    await Promise.all(writing);
  } finally {
    await Promise.allSettled(writing);
    for (const arrow of arrows) arrow.close();
  }
  return files;
}

async function fillArrow(
  file: Deno.FsFile,
  model: TripModel,
  batch: ArrowBatch,
  first: number,
  end: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  let breath = performance.now();
  const arrow = arrowWriter(file, batch);
  for (let row = first; row < end; row += BATCH_ROWS) {
    if (performance.now() - breath > BREATH_MS) {
      // Not a timer: Deno 2.8.1 can lose one after calls of native libraries.
      await new Promise((resolve) => setImmediate(resolve));
      breath = performance.now();
    }
    signal?.throwIfAborted();
    const count = Math.min(BATCH_ROWS, end - row);
    fillTrips(model, batch.columns as TripColumns, row, count);
    arrow.write(count);
  }
  arrow.end();
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
