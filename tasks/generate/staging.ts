/**
 * Trips straight into the staging bucket: more than the disk here holds, a few
 * files at a time. A record in the bucket says what is there, so that a run that
 * was stopped, killed or cut off goes on where it was.
 *
 * @module
 */

import type { S3 } from "@aws-sdk/client-s3";
import { LakehouseError } from "../../lib/core/errors.ts";
import { formatBytes, formatNumber } from "../../lib/core/format.ts";
import { interruptSignal } from "../../lib/core/interrupt.ts";
import { settings, stateDir } from "../../lib/core/settings.ts";
import { withProgress } from "../../lib/show/progress.ts";
import { sendFiles } from "../../lib/store/multipart.ts";
import {
  deleteObjects,
  listObjects,
  s3Client,
  s3Error,
} from "../../lib/store/s3.ts";
import { ensureBucket } from "../../lib/store/staging.ts";
import * as folder from "../../lib/trips/folder.ts";
import {
  BYTES_PER_ROW,
  checked,
  type GenerateOptions,
  type GenerateProgress,
  GENERATOR_VERSION,
  nameOf,
  type Run,
} from "../../lib/trips/generate.ts";
import { writeTrips } from "../../lib/trips/trip_files.ts";

/** Files that are on the disk at a time. */
const AT_ONCE = 4;
const MARK = "trips on their way, which have not all come";

/** What {@linkcode generateToStaging} did. */
export interface StagedTrips {
  /** Trips in staging. */
  rows: number;
  /** Files in staging. */
  files: number;
  /** Their size in bytes. */
  bytes: number;
  /** Files that were there already. */
  kept: number;
  /** Whether all were. */
  reused: boolean;
  /** Seconds it took. */
  seconds: number;
}

/** A file that is in staging, as the record has it. */
interface StagedFile extends folder.RecordedFile {
  /** What the store calls its content; another content has another. */
  readonly etag: string;
}

/** Objects beside the table's folder: a run's record, and that no set is whole. */
function places() {
  const { stagingBucket: Bucket, table } = settings();
  return {
    folder: `${table}/`,
    record: { Bucket, Key: `_generated/${table}.json` },
    mark: { Bucket, Key: `_uploads/${table}` },
  };
}

/** Files of the same run that are in staging as they were sent, by their numbers. */
async function filesThere(
  client: S3,
  wanted: folder.FolderRecord["arguments"],
  signal: AbortSignal,
): Promise<{ there: Map<string, StagedFile>; others: string[] }> {
  const { record, folder: prefix } = places();
  const text = await client.getObject(record, { abortSignal: signal })
    .then(({ Body }) => Body!.transformToString(), (error) => {
      if (error.name === "NoSuchKey") return "{}";
      throw error;
    });
  let old: Partial<folder.FolderRecord<StagedFile>> = {};
  try {
    old = JSON.parse(text);
  } catch {
    // Of a damaged record nothing is taken: all files are made anew.
  }
  const isSame = old.arguments && folder.sameArguments(old.arguments, wanted);
  const recorded = new Map(
    (isSame ? old.files ?? [] : []).map((file) => [file.name, file]),
  );
  const there = new Map<string, StagedFile>();
  const others: string[] = [];
  const { Bucket } = record;
  for await (const each of listObjects(client, Bucket, prefix, signal)) {
    const name = each.key.slice(prefix.length);
    const file = recorded.get(name);
    if (file?.etag === each.etag && file.bytes === each.size) {
      there.set(name, file);
    } else others.push(each.key);
  }
  return { there, others };
}

/** Makes the files of these numbers in a folder, and sends them from there. */
async function makeAndSend(
  client: S3,
  run: Run,
  numbers: readonly number[],
  signal: AbortSignal,
): Promise<StagedFile[]> {
  const { folder: prefix, mark: { Bucket } } = places();
  const dir = `${stateDir()}/to-staging`;
  const names = numbers.map(nameOf);
  using _lock = folder.lockFolder(dir, "generate");
  const remove = () =>
    [folder.workFolder(dir), ...names.map((name) => `${dir}/${name}`)]
      .forEach(folder.removeIfThere);
  // What a killed run has left.
  remove();
  try {
    folder.refuseFullDisk(
      dir,
      "generate",
      numbers.length * run.rowsPerFile * BYTES_PER_ROW.parquet +
        run.rowsPerFile * BYTES_PER_ROW.arrow,
    );
    Deno.mkdirSync(folder.workFolder(dir), { recursive: true });
    const files = await writeTrips({
      ...run,
      ...{ dir, names, before: numbers[0]!, signal },
      onFile: () => {},
    });
    const toSend = files.map(({ name, bytes }) => ({
      ...{ path: `${dir}/${name}`, size: bytes, key: prefix + name },
    }));
    await sendFiles(client, Bucket, toSend, { signal, onPart: () => {} });
    return await Promise.all(files.map(async (file) => {
      const { ETag = "" } = await client.headObject(
        { Bucket, Key: prefix + file.name },
        { abortSignal: signal },
      );
      return { ...file, etag: ETag.replaceAll('"', "") };
    }));
  } finally {
    remove();
  }
}

/** Numbers that follow each other, a few at a time. */
function batches(numbers: readonly number[]): number[][] {
  const all: number[][] = [];
  for (const number of numbers) {
    const last = all.at(-1);
    if (last && last.length < AT_ONCE && last.at(-1) === number - 1) {
      last.push(number);
    } else all.push([number]);
  }
  return all;
}

/**
 * Makes the staging bucket hold the trips of a run: makes what is missing, and
 * removes what belongs to no such run. The disk holds four files at a time.
 *
 * A run that is stopped keeps what it has sent, and no ingest takes it for the
 * whole; the same arguments again go on from there.
 *
 * @throws {LakehouseError} When an argument makes no sense, or the object store cannot be reached or refuses the keys.
 * @throws {unknown} The signal's reason.
 */
export async function generateToStaging(
  options: Omit<GenerateOptions, "dir">,
): Promise<StagedTrips> {
  const started = performance.now();
  const run = checked(options);
  const signal = options.signal ?? interruptSignal();
  const wanted = { version: GENERATOR_VERSION, ...run };
  const length = Math.ceil(run.rows / run.rowsPerFile);
  const numbers = Array.from({ length }, (_, number) => number);
  const { record, mark } = places();
  const { Bucket } = mark;
  const limited = { abortSignal: signal };
  const client = await s3Client();
  try {
    signal.throwIfAborted();
    await ensureBucket(client, Bucket, limited);
    const { there, others } = await filesThere(client, wanted, signal);
    const kept = there.size;
    const missing = numbers.filter((number) => !there.has(nameOf(number)));
    const result = () => ({
      ...{ rows: run.rows, files: length, kept, reused: missing.length === 0 },
      bytes: [...there.values()].reduce((sum, { bytes }) => sum + bytes, 0),
      seconds: (performance.now() - started) / 1000,
    });
    if (missing.length + others.length > 0) {
      await client.putObject({ ...mark, Body: MARK }, limited);
    }
    await deleteObjects(client, Bucket, others, signal);
    for (const batch of batches(missing)) {
      for (const file of await makeAndSend(client, run, batch, signal)) {
        there.set(file.name, file);
      }
      const files = [...there.values()];
      const text = JSON.stringify({ arguments: wanted, files });
      await client.putObject({ ...record, Body: text }, limited);
      const rows = Math.min(run.rows, there.size * run.rowsPerFile);
      const { bytes } = result();
      const progress = { rows, total: run.rows, bytes, files: there.size };
      options.onProgress?.(progress);
    }
    signal.throwIfAborted();
    await client.deleteObject(mark, limited);
    return result();
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (error instanceof LakehouseError) throw error;
    throw s3Error(error, `Cannot write trips to the bucket "${Bucket}"`);
  } finally {
    client.destroy();
  }
}

/** Makes staging hold the trips of a run, with a progress bar. */
export function stageTrips(
  options: Omit<GenerateOptions, "dir">,
): Promise<StagedTrips> {
  return withProgress(
    "Generate",
    (bar) =>
      generateToStaging({
        onProgress: ({ rows, total, files }: GenerateProgress) =>
          bar.update({
            ...{ done: rows, total, unit: "trips" },
            detail: `${files} files in staging`,
          }),
        ...options,
      }),
    ({ rows, files, bytes, kept }) =>
      `${formatNumber(rows)} trips in ${files} files, ${
        formatBytes(bytes)
      }, in staging; ${kept} were there already`,
  );
}
