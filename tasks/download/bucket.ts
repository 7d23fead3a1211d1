/**
 * Parquet files from a bucket, as a plain `rsync` copies them: what is new or
 * has changed comes, what is the same stays, and what is gone from the bucket
 * stays too unless it is to be removed.
 *
 * Google Cloud Storage is read through the endpoint that speaks S3; any other
 * S3 endpoint does as well.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { join } from "node:path";
import {
  refuseFullDisk,
  removeIfThere,
  sizeOf,
} from "../../lib/trips/folder.ts";
import type { Claim } from "./folder.ts";
import type { DownloadedFile } from "./record.ts";
import {
  bucketClient,
  type BucketSource,
  fetchFile,
  listFiles,
  type RemoteFile,
} from "./bucket_objects.ts";

/** What to copy, and where to. */
export interface BucketJob extends BucketSource {
  /** The folder. */
  readonly claim: Claim;
  /** Whether files that are gone from the bucket are removed. */
  readonly removeGone: boolean;
  /** Told how far it is. */
  readonly onProgress: (progress: BucketProgress) => void;
}

/** How far a copy of a bucket is. */
export interface BucketProgress {
  /** Bytes that have come. */
  readonly bytes: number;
  /** Bytes of all objects that are new or have changed. */
  readonly total: number;
}

const PARALLEL = 4;

/** Copies four at a time; on a failure no further one is begun. */
async function copyAll(
  files: readonly RemoteFile[],
  signal: AbortSignal,
  copy: (file: RemoteFile) => Promise<void>,
): Promise<void> {
  const queue = [...files];
  const worker = async () => {
    try {
      for (let file = queue.shift(); file; file = queue.shift()) {
        signal.throwIfAborted();
        await copy(file);
      }
    } catch (error) {
      queue.length = 0;
      throw error;
    }
  };
  // Each one is waited for, so that none writes into a folder given back.
  const ends = await Promise.allSettled(
    Array.from({ length: PARALLEL }, worker),
  );
  signal.throwIfAborted();
  for (const end of ends) if (end.status === "rejected") throw end.reason;
}

/** The entity tag is the store's own text, and may name no path. */
function partName({ name, etag }: RemoteFile): string {
  const version = createHash("sha256").update(etag).digest("hex").slice(0, 16);
  return `${name}.${version}.part`;
}

/**
 * Copies what is new or has changed.
 *
 * @returns The copies, how many of them came in this run, and names of files that are gone from the bucket.
 * @throws {LakehouseError} When the bucket cannot be listed or an object cannot be read.
 * @throws The signal's reason; what has come by then stays for the next run.
 */
export async function fetchBucket(job: BucketJob): Promise<{
  files: readonly DownloadedFile[];
  fetched: number;
  gone: readonly string[];
}> {
  const { dir, work, record: old, begin, save } = job.claim;
  const s3 = await bucketClient(job);
  try {
    const remote = await listFiles(s3, job);
    const known = new Map(old.files.map((file) => [file.name, file]));
    const isHere = ({ name, bytes, etag, key }: RemoteFile) =>
      known.get(name)?.etag === etag && known.get(name)?.key === key &&
      sizeOf(join(dir, name)) === bytes;
    const wanted = remote.filter((file) => !isHere(file));
    const total = wanted.reduce((sum, { bytes }) => sum + bytes, 0);
    refuseFullDisk(dir, "download", total);
    begin();

    const names = new Set(remote.map(({ name }) => name));
    const gone = old.files.filter(({ name }) => !names.has(name));
    const kept = job.removeGone ? [] : gone;
    for (const { name } of job.removeGone ? gone : []) {
      removeIfThere(join(dir, name));
    }
    const whole = new Map<string, DownloadedFile>(
      remote.filter(isHere).map((file) => [file.name, file]),
    );
    const all = () => [
      ...remote.map((file) =>
        // Until a new version takes its place the old one stays; and a file is
        // named before it is there, so that the next run knows it as its own.
        whole.get(file.name) ?? known.get(file.name) ?? { ...file, bytes: 0 }
      ),
      ...kept,
    ];
    const record = (complete: boolean) =>
      save({ arguments: old.arguments, complete, files: all() });
    record(false);

    let bytes = 0;
    const report = (count: number) => {
      bytes += count;
      job.onProgress({ bytes, total });
    };
    await copyAll(wanted, job.signal, async (file) => {
      // Named by its version, so that parts of two never come together.
      const part = join(work, partName(file));
      report(sizeOf(part) ?? 0);
      await fetchFile(s3, job, file, part, report);
      Deno.renameSync(part, join(dir, file.name));
      whole.set(file.name, file);
      record(false);
    });
    record(true);
    return {
      files: all(),
      fetched: wanted.length,
      gone: gone.map(({ name }) => name),
    };
  } finally {
    s3.destroy();
  }
}
