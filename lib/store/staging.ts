/**
 * The staging bucket: Parquet files between upload and ingest.
 *
 * @module
 */

import { ifThere } from "../core/files.ts";
import { formatBytes } from "../core/format.ts";
import { withProgress } from "../show/progress.ts";
import type { S3 } from "@aws-sdk/client-s3";
import { takeLock } from "../core/lock.ts";
import { settings, stateDir } from "../core/settings.ts";
import { LakehouseError } from "../core/errors.ts";
import { interruptSignal, withLimit } from "../core/interrupt.ts";
import { entityTags, type FileToSend, sendFiles } from "./multipart.ts";
import { deleteObjects, type ListedObject, listObjects } from "./s3.ts";
import { s3Client, s3Error } from "./s3.ts";

const DEFAULT_LIMIT_MS = 60 * 60_000;
const ANSWER_MS = 30_000;

/** How far an upload is. */
export interface UploadProgress {
  /** Bytes that are there. */
  done: number;
  /** Bytes wanted. */
  total: number;
  /** Files that are there. */
  files: number;
}

/** What an upload did. */
export interface UploadResult {
  /** Files in staging now. */
  files: number;
  /** Their size in bytes. */
  bytes: number;
  /** Files that were sent. */
  uploaded: number;
  /** Files that were there already, byte for byte. */
  skipped: number;
  /** Files that were in staging but are not in the folder, and were removed. */
  removed: number;
  /** Seconds it took. */
  seconds: number;
}

/** Options of {@linkcode uploadFiles}. */
export interface UploadOptions {
  /** Whose files they are. @default {settings().table} */
  table?: string;
  /** Folder of the Parquet files. @default {settings().parquetDir} */
  dir?: string;
  /** Ends the upload; a file half sent is not left behind. @default {interruptSignal()} */
  signal?: AbortSignal;
  /** Told how far it is. */
  onProgress?: (progress: UploadProgress) => void;
  /** Longest time it may take, in milliseconds. @default {3_600_000} */
  limitMs?: number;
}

/** Makes the bucket where there is none. */
export async function ensureBucket(client: S3, Bucket: string, how: object) {
  const but = (name: string) => (error: Error): undefined => {
    if (error.name !== name) throw error;
  };
  if (await client.headBucket({ Bucket }, how).catch(but("NotFound"))) return;
  // A request that was sent twice, or another upload, may have made it meanwhile.
  await client.createBucket({ Bucket }, how)
    .catch(but("BucketAlreadyOwnedByYou"));
}

/** Folder of a table's files in the bucket; nothing else in it is touched. */
const folder = (table = settings().table) => `${table}/`;

/**
 * Files in the staging bucket; none when the bucket is not there.
 *
 * @throws {LakehouseError} When the object store cannot be reached or refuses the keys.
 * @example Usage
 * ```ts ignore
 * import { stagedFiles } from "@lakehouse";
 *
 * console.log((await stagedFiles()).length);
 * ```
 */
export async function stagedFiles(table?: string): Promise<ListedObject[]> {
  const { stagingBucket } = settings();
  const client = await s3Client();
  try {
    const found = listObjects(client, stagingBucket, folder(table));
    return await Array.fromAsync(found);
  } catch (error) {
    if ((error as { name?: string }).name === "NoSuchBucket") return [];
    throw s3Error(error, `Cannot list the bucket "${stagingBucket}"`);
  } finally {
    client.destroy();
  }
}

/** Parquet files of a folder, by their names. */
function localFiles(dir: string) {
  const files = (ifThere(() => [...Deno.readDirSync(dir)]) ?? [])
    .filter(({ name, isFile }) => isFile && name.endsWith(".parquet"))
    .map(({ name }) => ({ name, path: `${dir}/${name}` }))
    .map((file) => ({ ...file, size: Deno.statSync(file.path).size }));
  if (files.length === 0) {
    throw new LakehouseError({
      what: `Cannot upload from ${dir}`,
      why: "it holds no Parquet files",
      next: "run notebook 02, or deno task generate",
    });
  }
  return files.sort((a, b) => a.name < b.name ? -1 : 1);
}

/**
 * Makes the staging bucket hold what the folder holds: sends what is missing or
 * differs, four files at once and big ones in parts, and removes the rest.
 *
 * @throws {LakehouseError} When the folder has no Parquet files, or the object store cannot be reached or refuses the keys.
 * @throws {unknown} The signal's reason.
 * @example Usage
 * ```ts ignore
 * import { uploadFiles } from "./staging.ts";
 *
 * const { uploaded, skipped } = await uploadFiles();
 * console.log(uploaded, skipped);
 * ```
 */
export async function uploadFiles(
  options: UploadOptions = {},
): Promise<UploadResult> {
  const { parquetDir, stagingBucket, ...given } = settings();
  const { dir = parquetDir, table = given.table } = options;
  const started = performance.now();
  const signal = withLimit(
    options.signal ?? interruptSignal(),
    options.limitMs ?? DEFAULT_LIMIT_MS,
    "The upload",
  );
  const files = localFiles(dir);
  // Two would share the mark of one that has not come to its end.
  using _lock = takeLock(
    `${stateDir()}/upload-${encodeURIComponent(table)}.lock`,
    `Cannot upload to the bucket "${stagingBucket}"`,
    "another upload",
  );
  const total = files.reduce((sum, { size }) => sum + size, 0);
  const client = await s3Client();
  let [done, there] = [0, 0];
  const report = (bytes: number, file: number) => {
    done += bytes;
    there += file;
    options.onProgress?.({ done, total, files: there });
  };
  try {
    // Who takes a connection and says nothing is not waited for as an upload is.
    const first = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]);
    await ensureBucket(client, stagingBucket, { abortSignal: first });
    const staged = new Map<string, ListedObject>();
    for await (
      const file of listObjects(client, stagingBucket, folder(table))
    ) {
      staged.set(file.key, file);
    }
    const toSend: FileToSend[] = [];
    for (const { name, path, size } of files) {
      signal.throwIfAborted();
      const key = folder(table) + name;
      const before = staged.get(key);
      const isThere = before?.size === size &&
        (await entityTags(path)).includes(before.etag);
      if (isThere) report(size, 1);
      else toSend.push({ path, size, key });
    }
    const wanted = new Set(files.map(({ name }) => folder(table) + name));
    const extra = [...staged.keys()].filter((key) => !wanted.has(key));
    // As long as it is there, files are missing or of another set: no ingest takes them.
    const mark = { Bucket: stagingBucket, Key: `_uploads/${table}`, Body: "-" };
    if (toSend.length + extra.length > 0) await client.putObject(mark);
    await sendFiles(client, stagingBucket, toSend, { signal, onPart: report });
    await deleteObjects(client, stagingBucket, extra, signal);
    await client.deleteObject(mark);
    return {
      ...{ files: files.length, bytes: total, uploaded: toSend.length },
      ...{ skipped: files.length - toSend.length, removed: extra.length },
      seconds: (performance.now() - started) / 1000,
    };
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw s3Error(error, `Cannot upload to the bucket "${stagingBucket}"`);
  } finally {
    client.destroy();
  }
}

/**
 * Makes staging hold the generated files, with a progress bar.
 *
 * @throws {LakehouseError} When there is nothing to upload, or the object store cannot be reached.
 * @example Usage
 * ```ts ignore
 * import { upload } from "@lakehouse";
 *
 * const { uploaded, skipped } = await upload();
 * console.log(uploaded, skipped);
 * ```
 */
export function upload(options: UploadOptions = {}): Promise<UploadResult> {
  return withProgress(
    "Upload",
    (bar) =>
      uploadFiles({
        onProgress: ({ done, total, files }) => {
          const detail = `${files} file${files === 1 ? "" : "s"}`;
          bar.update({ done, total, unit: "bytes", detail });
        },
        ...options,
      }),
    ({ uploaded, skipped, bytes }) =>
      `${uploaded} files sent, ${skipped} there already, ` +
      `${formatBytes(bytes)} in staging`,
  );
}
