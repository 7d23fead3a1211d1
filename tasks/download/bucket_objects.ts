/**
 * Objects of a bucket, read through an endpoint that speaks S3.
 *
 * @module
 */

import { GetObjectCommand, type S3 } from "@aws-sdk/client-s3";
import { settings } from "../../lib/core/settings.ts";
import { LakehouseError } from "../../lib/core/errors.ts";
import { listObjects, s3Client } from "../../lib/store/s3.ts";
import { sizeOf } from "../../lib/trips/folder.ts";
import { expectedMd5, GOOGLE_HASH, md5 } from "./checksum.ts";
import { type DownloadedFile, isFileName } from "./record.ts";
import { PassingError, retrying, type RetryOptions } from "./retry.ts";
import type { BucketSettings } from "./settings.ts";

/** A bucket's folder, from `gs://bucket/folder`. */
export interface BucketFolder {
  /** As it was given, without a final slash. */
  readonly uri: string;
  /** The bucket. */
  readonly bucket: string;
  /** Folder in it, without slashes at its ends; empty for the whole bucket. */
  readonly prefix: string;
}

/** A bucket's folder, and how to read it. */
export interface BucketSource extends RetryOptions, BucketSettings {
  /** Where the objects are. */
  readonly source: BucketFolder;
}

/** An object, and the name of its copy. */
export interface RemoteFile extends DownloadedFile {
  readonly key: string;
  readonly etag: string;
}

/**
 * The folder a `gs://` or `s3://` address names.
 *
 * @throws {LakehouseError} When it is no such address.
 */
export function parseBucket(uri: string): BucketFolder {
  const [, bucket, prefix = ""] =
    uri.match(/^(?:gs|s3):\/\/([a-z0-9][\w.-]+)(?:\/+(.*?))?\/*$/) ?? [];
  if (bucket) {
    return { uri: uri.replace(/\/+$/, ""), bucket, prefix };
  }
  throw new LakehouseError({
    what: `Cannot download from "${uri}"`,
    why: "a source is gs://bucket/folder or s3://bucket/folder",
    next: "leave --from out for the city's open data portal",
  });
}

/** A client for the endpoint; call `destroy()` on it when done. */
export async function bucketClient(
  { endpoint, accessKey, secretKey }: BucketSettings,
): Promise<S3> {
  const s3 = await s3Client({
    endpoint,
    // Google takes "auto"; others may check the region they are told.
    region: endpoint.endsWith("googleapis.com") ? "auto" : settings().region,
    forcePathStyle: true,
    credentials: { accessKeyId: accessKey, secretAccessKey: secretKey },
    // Checksums beyond S3's first ones are unknown to some who speak it.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    maxAttempts: 1,
  });
  s3.middlewareStack.add((next) => async (args) => {
    const result = await next(args);
    const { headers } = result.response as { headers: Record<string, string> };
    Object.assign(result.output ?? {}, { [GOOGLE_HASH]: headers[GOOGLE_HASH] });
    return result;
  }, { step: "deserialize", priority: "high" });
  return s3;
}

interface S3Fault {
  readonly name?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/** What went wrong with a request: a failure that may pass, or a sentence. */
function explained(cause: unknown, job: BucketSource, key = ""): Error {
  if (cause instanceof PassingError || cause instanceof LakehouseError) {
    return cause;
  }
  const { name = "", $metadata } = cause as S3Fault;
  const status = $metadata?.httpStatusCode;
  const { uri, bucket } = job.source;
  const what = `Cannot download ${
    key ? `"${key}" from bucket "${bucket}"` : uri
  }`;
  if (status === undefined || status === 429 || status >= 500) {
    return new PassingError(
      status === undefined
        ? `the connection to ${job.endpoint} failed`
        : `${job.endpoint} answered ${status}`,
      { cause },
    );
  }
  if (status === 412) {
    return new LakehouseError({
      what,
      why: "the object changed while it was downloaded",
      next: "run the same command again",
      cause,
    });
  }
  if (status === 403) {
    return new LakehouseError({
      what,
      why: `${job.endpoint} refused the keys (${name})`,
      next:
        "check GCS_ACCESS_KEY and GCS_SECRET_KEY, and that their account may list and read the bucket",
      cause,
    });
  }
  return new LakehouseError({
    what,
    why: status === 404
      ? `there is no such ${key ? "object" : "bucket"} at ${job.endpoint}`
      : `${job.endpoint} answered ${name} (${status})`,
    next: "check the address after --from, and GCS_ENDPOINT",
    cause,
  });
}

async function requesting<T>(
  job: BucketSource,
  key: string,
  send: (signal: AbortSignal, alive: () => void) => Promise<T>,
): Promise<T> {
  try {
    return await retrying(job, async (signal, alive) => {
      try {
        return await send(signal, alive);
      } catch (error) {
        throw explained(error, job, key);
      }
    });
  } catch (error) {
    if (!(error instanceof PassingError)) throw error;
    throw new LakehouseError({
      what: `Cannot download ${job.source.uri}`,
      why: error.message,
      next:
        "check GCS_ENDPOINT and the network, then run the same command again; it goes on where it stopped",
      cause: error.cause ?? error,
    });
  }
}

/** A mere file name for a key: uploads take one folder without others in it. */
function localName(key: string, prefix: string): string {
  return key.slice(prefix ? prefix.length + 1 : 0)
    .replaceAll("/", "__").replace(/[^\w.=-]/g, "_").replace(/^[.-]+/, "_");
}

/**
 * The Parquet objects of the folder, those of its folders included.
 *
 * @throws {LakehouseError} When there are none, or the bucket cannot be listed.
 */
export async function listFiles(
  s3: S3,
  job: BucketSource,
): Promise<RemoteFile[]> {
  const { bucket, prefix, uri } = job.source;
  const folder = prefix && `${prefix}/`;
  const files = await requesting(job, "", async (signal, alive) => {
    const found: RemoteFile[] = [];
    const objects = listObjects(s3, bucket, folder, signal);
    for await (const { key, size: bytes, etag } of objects) {
      alive();
      const name = localName(key, prefix);
      // Tools leave empty objects as marks of folders.
      if (isFileName(name) && bytes > 0) found.push({ name, bytes, key, etag });
    }
    return found;
  });
  const names = new Map<string, string>();
  for (const { name, key } of files) {
    const other = names.get(name);
    if (other !== undefined) {
      throw new LakehouseError({
        what: `Cannot download ${uri}`,
        why: `"${other}" and "${key}" would both be the file "${name}"`,
        next: "download their folders one by one, each with its own --dir",
      });
    }
    names.set(name, key);
  }
  if (files.length > 0) return files;
  throw new LakehouseError({
    what: `Cannot download ${uri}`,
    why: "it holds no Parquet files",
    next: "check the address after --from",
  });
}

async function fetchRest(
  s3: S3,
  job: BucketSource,
  { key, etag, bytes }: RemoteFile,
  path: string,
  signal: AbortSignal,
  onBytes: (count: number) => void,
): Promise<void> {
  let there = sizeOf(path) ?? 0;
  if (there >= bytes) {
    Deno.removeSync(path);
    there = 0;
  }
  const answer = await s3.send(
    new GetObjectCommand({
      Bucket: job.source.bucket,
      Key: key,
      IfMatch: `"${etag}"`,
      ...(there > 0 ? { Range: `bytes=${there}-` } : {}),
    }),
    { abortSignal: signal },
  );
  const body = answer.Body!.transformToWebStream() as ReadableStream<
    Uint8Array
  >;
  using file = await Deno.open(path, { append: true, create: true });
  for await (const chunk of body) {
    signal.throwIfAborted();
    for (let at = 0; at < chunk.length;) {
      at += await file.write(chunk.subarray(at));
    }
    onBytes(chunk.length);
  }
  const size = sizeOf(path) ?? 0;
  if (size < bytes) throw new PassingError("the connection broke off", {});
  const hash = expectedMd5(answer, etag);
  if (size === bytes && (hash === undefined || await md5(path) === hash)) {
    return;
  }
  Deno.removeSync(path);
  throw new PassingError(`"${key}" came with other bytes than it has`, {});
}

/**
 * Fetches what is missing of an object's bytes at `path`, and checks them all.
 *
 * @param onBytes Told how many bytes have come.
 * @throws {LakehouseError} When the object cannot be read, or has changed.
 */
export async function fetchFile(
  s3: S3,
  job: BucketSource,
  file: RemoteFile,
  path: string,
  onBytes: (count: number) => void,
): Promise<void> {
  await requesting(
    job,
    file.key,
    (signal, alive) =>
      fetchRest(s3, job, file, path, signal, (count) => {
        alive();
        onBytes(count);
      }),
  );
}
