/**
 * Files on their way to the object store, in memory that does not grow with
 * them, and the entity tags they get there.
 *
 * Deno 2.8.1 does not give the memory of a request's body back, so bodies are
 * read into a few buffers that are used again and again. That is why this does
 * without the SDK's own multipart upload.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import type { S3 } from "@aws-sdk/client-s3";
import { LakehouseError } from "../core/errors.ts";

/** Size of a part, and of each buffer. */
const PART_BYTES = 16 * 1024 * 1024;
/** Parts on their way at once, of one file or of several. */
const PARALLEL = 4;

/** A file to send. */
export interface FileToSend {
  /** Its path. */
  path: string;
  /** Its size in bytes. */
  size: number;
  /** Key of the object that it becomes. */
  key: string;
}

/** Options of {@linkcode sendFiles}. */
export interface SendOptions {
  /** Ends the sending; a file that is half sent leaves nothing behind. */
  signal: AbortSignal;
  /** Told the bytes of each part that is there, and 1 with a file's last. */
  onPart: (bytes: number, files: number) => void;
}

/** A file on its way. */
interface Sending extends FileToSend {
  /** Parts that are not there yet. */
  left: number;
  /** Id of the multipart upload; none for a file of one part. */
  upload?: Promise<string>;
  /** Entity tags of the parts that are there. */
  tags: string[];
}

/** Reads part `number`, from 0, into the buffer. */
async function readPart(
  { path, size }: FileToSend,
  number: number,
  buffer: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  const start = number * PART_BYTES;
  const part = buffer.subarray(0, Math.min(PART_BYTES, size - start));
  using file = await Deno.open(path);
  await file.seek(start, Deno.SeekMode.Start);
  for (let done = 0; done < part.length;) {
    const read = await file.read(part.subarray(done));
    if (read === null) {
      throw new LakehouseError({
        what: `Cannot send ${path}`,
        why: "it grew shorter meanwhile",
        next: "generate it again, then upload",
      });
    }
    done += read;
  }
  return part;
}

/** The entity tag by which a store says that it has the bytes. */
function tagOf({ ETag }: { ETag?: string | undefined }, path: string): string {
  if (ETag) return ETag;
  throw new LakehouseError({
    what: `Cannot send ${path}`,
    why: "what answered is no object store: it gave no entity tag",
    next: "set MINIO_HOST to the object store's address",
  });
}

/**
 * Sends files, big ones in parts, four parts at once.
 *
 * @throws {LakehouseError} When a file grows shorter meanwhile.
 * @throws {Error} What the client throws; parts already sent are removed.
 */
export async function sendFiles(
  client: S3,
  bucket: string,
  files: readonly FileToSend[],
  { signal, onPart }: SendOptions,
): Promise<void> {
  const ended = new AbortController();
  const abortSignal = AbortSignal.any([signal, ended.signal]);
  const open = new Set<Sending>();

  async function sendPart(
    file: Sending,
    number: number,
    buffer: Uint8Array<ArrayBuffer>,
  ): Promise<void> {
    const Body = await readPart(file, number, buffer);
    const { key: Key, path } = file;
    const object = { Bucket: bucket, Key };
    if (file.size <= PART_BYTES) {
      const put = { ...object, Body };
      tagOf(await client.putObject(put, { abortSignal }), path);
      return onPart(Body.length, 1);
    }
    file.upload ??= client.createMultipartUpload(object, { abortSignal })
      .then(({ UploadId }) => UploadId!);
    open.add(file);
    const UploadId = await file.upload;
    const PartNumber = number + 1;
    const part = { ...object, UploadId, PartNumber, Body };
    file.tags[number] = tagOf(
      await client.uploadPart(part, { abortSignal }),
      path,
    );
    if (--file.left > 0) return onPart(Body.length, 0);
    const Parts = file.tags.map((ETag, i) => ({ ETag, PartNumber: i + 1 }));
    await client.completeMultipartUpload(
      { ...object, UploadId, MultipartUpload: { Parts } },
      { abortSignal },
    );
    open.delete(file);
    onPart(Body.length, 1);
  }

  const parts = function* (): Generator<[Sending, number]> {
    for (const file of files) {
      // An empty file is one part too.
      const left = Math.max(1, Math.ceil(file.size / PART_BYTES));
      const sending: Sending = { ...file, left, tags: [] };
      for (let number = 0; number < left; number++) yield [sending, number];
    }
  }();
  const worker = async () => {
    const buffer = new Uint8Array(PART_BYTES);
    for (const [file, number] of parts) {
      abortSignal.throwIfAborted();
      await sendPart(file, number, buffer);
    }
  };
  const workers = Array.from({ length: PARALLEL }, worker);
  try {
    await Promise.all(workers);
  } catch (error) {
    ended.abort(error);
    await Promise.allSettled(workers);
    for (const { key, upload } of open) {
      const UploadId = await upload?.catch(() => undefined);
      if (!UploadId) continue;
      await client.abortMultipartUpload({ Bucket: bucket, Key: key, UploadId })
        .catch(() => {});
    }
    throw error;
  }
}

/**
 * The entity tags an object store may give a file: the MD5 of its bytes, and,
 * when it is sent in parts, the MD5 of the parts' MD5s with their number.
 *
 * Stores differ: AWS and MinIO give the second for a file sent in parts, S3Proxy
 * the first.
 */
export async function entityTags(path: string): Promise<string[]> {
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
      const piece = rest.subarray(0, PART_BYTES - inPart);
      part.update(piece);
      inPart += piece.length;
      rest = rest.subarray(piece.length);
      if (inPart === PART_BYTES) {
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
