/**
 * The staging bucket: Parquet files between upload and ingest.
 *
 * @module
 */

import { formatBytes } from "../core/format.ts";
import { withProgress } from "../show/step.ts";
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import {
  CreateBucketCommand,
  DeleteObjectsCommand,
  HeadBucketCommand,
  ListObjectsV2Command,
  type S3Client,
} from "@aws-sdk/client-s3";
import { settings } from "../core/settings.ts";
import { LakehouseError } from "../core/errors.ts";
import { interruptSignal, withLimit } from "../core/interrupt.ts";
import { type FileToSend, PART_BYTES, sendFiles } from "./multipart.ts";
import { s3Client, s3Error } from "./s3.ts";

export { s3Client };

const DEFAULT_LIMIT_MS = 60 * 60_000;

/** An object in the staging bucket. */
export interface StagedFile {
  /** Its key. */
  key: string;
  /** Its size in bytes. */
  size: number;
  /** The entity tag: the MD5 of its bytes, or of its parts' MD5s with their number. */
  etag: string;
}

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
  /** Folder of the Parquet files. @default {settings().parquetDir} */
  dir?: string;
  /** Ends the upload; a file half sent is not left behind. @default {interruptSignal()} */
  signal?: AbortSignal;
  /** Told how far it is. */
  onProgress?: (progress: UploadProgress) => void;
  /** Longest time it may take, in milliseconds. @default {3_600_000} */
  limitMs?: number;
}

async function ensureBucket(client: S3Client, bucket: string): Promise<void> {
  try {
    await client.send(new HeadBucketCommand({ Bucket: bucket }));
  } catch (error) {
    const status = (error as { $metadata?: { httpStatusCode?: number } })
      .$metadata?.httpStatusCode;
    if (status !== 404) throw error;
    await client.send(new CreateBucketCommand({ Bucket: bucket }));
  }
}

/** Folder of the table's files in the bucket; nothing else in it is touched. */
const folder = () => `${settings().table}/`;

async function listBucket(
  client: S3Client,
  bucket: string,
): Promise<StagedFile[]> {
  const files: StagedFile[] = [];
  let token: string | undefined;
  do {
    const page = await client.send(
      new ListObjectsV2Command({
        Bucket: bucket,
        Prefix: folder(),
        ContinuationToken: token,
      }),
    );
    for (const { Key, Size, ETag } of page.Contents ?? []) {
      files.push({
        key: Key ?? "",
        size: Size ?? 0,
        etag: (ETag ?? "").replaceAll('"', ""),
      });
    }
    token = page.NextContinuationToken;
  } while (token);
  return files;
}

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
export async function stagedFiles(): Promise<StagedFile[]> {
  const { stagingBucket } = settings();
  const client = s3Client();
  try {
    return await listBucket(client, stagingBucket);
  } catch (error) {
    if ((error as { name?: string }).name === "NoSuchBucket") return [];
    throw s3Error(error, `Cannot list the bucket "${stagingBucket}"`);
  } finally {
    client.destroy();
  }
}

/**
 * The entity tags an object store may give a file: the MD5 of its bytes, and,
 * when it is sent in parts, the MD5 of the parts' MD5s with their number.
 *
 * Stores differ: AWS and MinIO give the second for a file sent in parts, S3Proxy
 * the first.
 *
 * @param partBytes Size of a part. @default {16_777_216}
 */
export async function entityTags(
  path: string,
  partBytes: number = PART_BYTES,
): Promise<string[]> {
  const whole = createHash("md5");
  const digests: Uint8Array[] = [];
  let part = createHash("md5");
  let inPart = 0;
  for await (
    const chunk of createReadStream(path, { highWaterMark: 1 << 20 })
  ) {
    whole.update(chunk);
    let rest: Uint8Array = chunk;
    while (rest.length > 0) {
      const piece = rest.subarray(0, partBytes - inPart);
      part.update(piece);
      inPart += piece.length;
      rest = rest.subarray(piece.length);
      if (inPart === partBytes) {
        digests.push(part.digest());
        part = createHash("md5");
        inPart = 0;
      }
    }
  }
  if (inPart > 0) digests.push(part.digest());
  const all = createHash("md5");
  for (const digest of digests) all.update(digest);
  return [whole.digest("hex"), `${all.digest("hex")}-${digests.length}`];
}

async function localFiles(
  dir: string,
): Promise<{ name: string; path: string; size: number }[]> {
  const files = [];
  try {
    for await (const { name, isFile } of Deno.readDir(dir)) {
      if (!isFile || !name.endsWith(".parquet")) continue;
      const path = `${dir}/${name}`;
      files.push({ name, path, size: (await Deno.stat(path)).size });
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
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
  const { parquetDir, stagingBucket } = settings();
  const dir = options.dir ?? parquetDir;
  const started = performance.now();
  const signal = withLimit(
    options.signal ?? interruptSignal(),
    options.limitMs ?? DEFAULT_LIMIT_MS,
    "The upload",
  );
  const files = await localFiles(dir);
  const total = files.reduce((sum, { size }) => sum + size, 0);
  const client = s3Client();
  let [done, there] = [0, 0];
  const report = (bytes: number, file: number) => {
    done += bytes;
    there += file;
    options.onProgress?.({ done, total, files: there });
  };
  try {
    await ensureBucket(client, stagingBucket);
    const staged = new Map(
      (await listBucket(client, stagingBucket)).map((file) => [file.key, file]),
    );
    const toSend: FileToSend[] = [];
    for (const { name, path, size } of files) {
      signal.throwIfAborted();
      const key = folder() + name;
      const before = staged.get(key);
      const isThere = before?.size === size &&
        (await entityTags(path)).includes(before.etag);
      if (isThere) report(size, 1);
      else toSend.push({ path, size, key });
    }
    await sendFiles(client, stagingBucket, toSend, { signal, onPart: report });
    const wanted = new Set(files.map(({ name }) => folder() + name));
    const extra = [...staged.keys()].filter((key) => !wanted.has(key));
    await remove(client, stagingBucket, extra);
    return {
      files: files.length,
      bytes: total,
      uploaded: toSend.length,
      skipped: files.length - toSend.length,
      removed: extra.length,
      seconds: (performance.now() - started) / 1000,
    };
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw s3Error(error, `Cannot upload to the bucket "${stagingBucket}"`);
  } finally {
    client.destroy();
  }
}

async function remove(
  client: S3Client,
  bucket: string,
  keys: string[],
): Promise<void> {
  for (let start = 0; start < keys.length; start += 1000) {
    const Objects = keys.slice(start, start + 1000).map((Key) => ({ Key }));
    await client.send(
      new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects } }),
    );
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
        onProgress: ({ done, total, files }) =>
          bar.update({
            done,
            total,
            unit: "bytes",
            detail: `${files} file${files === 1 ? "" : "s"}`,
          }),
        ...options,
      }),
    ({ uploaded, skipped, bytes }) =>
      `${uploaded} files sent, ${skipped} there already, ${
        formatBytes(bytes)
      } in staging`,
  );
}
