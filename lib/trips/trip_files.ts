/**
 * Files of trips in the making: rows become Arrow files, and these Parquet files.
 *
 * @module
 */

import { join } from "node:path";
import { abortable, withLimit } from "../core/interrupt.ts";
import { type RecordedFile, workFolder } from "./folder.ts";
import { arrowWriter, parquetWriter } from "./parquet.ts";
import { type TripArguments, type TripModel, tripModel } from "./trip_model.ts";
import { fillTrips } from "./trips.ts";

/** Rows made in one go: small enough for the processor's cache. */
const BATCH_ROWS = 12_500;
/** One that polars reads, one that waits, one being filled. */
const ARROW_FILES = 3;
/** Pause for timers, signals and progress bars at least this often. */
const BREATH_MS = 50;
/** Far beyond what a file takes, should polars hang. */
const FILE_LIMIT_MS = 5 * 60_000;

/** What is to be written; see {@linkcode writeTrips}. */
export interface TripFiles extends TripArguments {
  /** The folder. */
  readonly dir: string;
  /** Names of the files, in the order of time. */
  readonly names: readonly string[];
  /** Files of the run that come before these. @default {0} */
  readonly before?: number;
  /** Trips in each file but the last. */
  readonly rowsPerFile: number;
  /** Stops it between two batches. */
  readonly signal: AbortSignal | undefined;
  /** Called after each file, with the trips and the files there are by then. */
  readonly onFile: (rows: number, files: readonly RecordedFile[]) => void;
}

/** Makes the rows of a file while polars compresses those of the files before. */
export async function writeTrips(
  { dir, names, before = 0, rowsPerFile, signal, onFile, ...run }: TripFiles,
): Promise<RecordedFile[]> {
  // First, so that it gets ready while the tables are built.
  using parquet = parquetWriter();
  const model = tripModel(run, BATCH_ROWS);
  const work = workFolder(dir);
  const arrows = Array.from({ length: ARROW_FILES }, (_, i) => {
    const path = join(work, `${i}.arrow`);
    return { path, file: Deno.openSync(path, { write: true, create: true }) };
  });
  const files: RecordedFile[] = [];
  const parts: string[] = [];
  const writing: Promise<void>[] = [];
  const make = async (first: number, end: number, name?: string) => {
    const number = writing.length;
    await writing[number - ARROW_FILES];
    const { path, file } = arrows[number % ARROW_FILES]!;
    await fillArrow(file, model, first, end, signal);
    const part = join(work, `${number}.part`);
    const written = abortable(
      parquet.write(path, part),
      // Not ended by the signal: polars cannot be stopped, and must not write
      // into a folder that is cleaned up.
      withLimit(undefined, FILE_LIMIT_MS, "Writing a Parquet file"),
    ).then(() => {
      if (!name) return;
      files.push({ name, bytes: Deno.statSync(part).size });
      parts.push(part);
      onFile(end, files);
    });
    // Awaited below; until then a failure is nobody's yet.
    written.catch(() => {});
    writing.push(written);
  };
  try {
    // What polars does for the first time takes twice as long; it does it on a
    // few rows while those of the first file are made.
    await make(0, Math.min(run.rows, 100));
    for (const [i, name] of names.entries()) {
      const first = (before + i) * rowsPerFile;
      await make(first, Math.min(run.rows, first + rowsPerFile), name);
    }
    await Promise.all(writing);
    // All at once: a run that is killed leaves no half set that looks whole.
    parts.forEach((part, i) =>
      Deno.renameSync(part, join(dir, files[i]!.name))
    );
  } finally {
    await Promise.allSettled(writing);
    for (const { file } of arrows) file.close();
  }
  return files;
}

async function fillArrow(
  file: Deno.FsFile,
  model: TripModel,
  first: number,
  end: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  let breath = performance.now();
  const arrow = arrowWriter(file, model.batch);
  for (let row = first; row < end; row += BATCH_ROWS) {
    if (performance.now() - breath > BREATH_MS) {
      // Not a timer: Deno 2.8.1 can lose one after calls of native libraries.
      await new Promise((resolve) => setImmediate(resolve));
      breath = performance.now();
    }
    signal?.throwIfAborted();
    const count = Math.min(BATCH_ROWS, end - row);
    fillTrips(model, row, count);
    arrow.write(count);
  }
  arrow.end();
}
