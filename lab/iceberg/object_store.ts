/**
 * Objects of tables in the object store, by the addresses that metadata has:
 * read and listed, and for trials of what a table makes of it copied and deleted.
 *
 * @module
 */

import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  type S3,
} from "@aws-sdk/client-s3";
import pRetry from "p-retry";
import { LakehouseError } from "../../lib/core/errors.ts";
import { interruptSignal, withLimit } from "../../lib/core/interrupt.ts";
import { listObjects } from "../../lib/store/s3.ts";
import { s3Client, s3Error } from "../../lib/store/s3.ts";

const PARALLEL = 8;
const RETRIES = 4;
const FIRST_PAUSE_MS = 200;
const CHANGE_LIMIT_MS = 120_000;

/** An object under a table's location. */
export interface StoredObject {
  /** Its address: `s3://bucket/key`. */
  path: string;
  /** Its size in bytes. */
  bytes: number;
  /** When it was written. */
  modified: Date;
  /** The object store's mark of its content; another write has another. */
  etag: string;
}

/** Reads objects; `close()` it when done. */
export interface ObjectReader {
  /** The whole object. */
  read(path: string): Promise<Uint8Array>;
  /** Writes the object to a file; `onBytes` is told of each part's size. */
  save(
    path: string,
    file: string,
    onBytes: (bytes: number) => void,
  ): Promise<void>;
  /** Every object whose address begins so. */
  list(prefix: string): Promise<StoredObject[]>;
  /** Ends its connections. */
  close(): void;
}

/** Bucket and key of an address; `s3a:` and `s3n:` mean the same as `s3:`. */
export function bucketAndKey(path: string): { bucket: string; key: string } {
  const [, bucket, key] = path.match(/^s3[an]?:\/\/([^/]+)\/?(.*)$/s) ?? [];
  if (bucket === undefined || key === undefined) {
    throw new LakehouseError({
      what: `Cannot read "${path}"`,
      why: "it is no address in an object store",
    });
  }
  return { bucket, key };
}

/** One form for the addresses of one object. */
export function sameForm(path: string): string {
  const { bucket, key } = bucketAndKey(path);
  return `s3://${bucket}/${key}`;
}

async function get(
  client: S3,
  path: string,
  signal: AbortSignal,
): Promise<ReadableStream<Uint8Array>> {
  const { bucket, key } = bucketAndKey(path);
  try {
    const { Body } = await client.send(
      new GetObjectCommand({ Bucket: bucket, Key: key }),
      { abortSignal: signal },
    );
    return Body!.transformToWebStream();
  } catch (error) {
    signal.throwIfAborted();
    if ((error as { name?: string }).name === "NoSuchKey") {
      throw new LakehouseError({
        what: `Cannot read ${path}`,
        why: "the table's metadata names it, but it is not in the object store",
        next: "look at an older snapshot, or restore the object",
        cause: error,
      });
    }
    throw s3Error(error, `Cannot read ${path}`);
  }
}

/** An answer that broke off in the middle. */
class BrokenOff extends Error {}

/**
 * Takes in an object's bytes, anew when they break off in the middle: the client
 * asks again for an answer that does not come, and not for the rest of one.
 */
async function takeIn<T>(
  client: S3,
  path: string,
  signal: AbortSignal,
  take: (body: ReadableStream<Uint8Array>) => Promise<T>,
): Promise<T> {
  try {
    return await pRetry(async () => {
      const body = await get(client, path, signal);
      return await take(body).catch((cause) => {
        // What else fails, such as the disk, fails again.
        if (cause.code !== "ECONNRESET") throw cause;
        throw new BrokenOff("The answer broke off", { cause });
      });
    }, {
      ...{ retries: RETRIES, minTimeout: FIRST_PAUSE_MS, randomize: true },
      shouldRetry: ({ error }) => error instanceof BrokenOff,
      signal,
    });
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof BrokenOff)) throw error;
    throw s3Error(error.cause, `Cannot read ${path}`);
  }
}

async function list(
  client: S3,
  prefix: string,
  signal: AbortSignal,
): Promise<StoredObject[]> {
  const { bucket, key } = bucketAndKey(prefix);
  const objects: StoredObject[] = [];
  try {
    const listed = listObjects(client, bucket, key, signal);
    for await (const { key, size, modified, etag } of listed) {
      objects.push({
        path: `s3://${bucket}/${key}`,
        bytes: size,
        modified,
        etag,
      });
    }
  } catch (error) {
    signal.throwIfAborted();
    throw s3Error(error, `Cannot list ${prefix}`);
  }
  return objects;
}

/** A reader on the object store of the settings. */
export async function objectReader(signal: AbortSignal): Promise<ObjectReader> {
  const client = await s3Client();
  return {
    read: (path) =>
      takeIn(client, path, signal, (body) => new Response(body).bytes()),
    async save(path, file, onBytes) {
      let told = 0;
      await takeIn(client, path, signal, async (body) => {
        // What came before it broke off comes again.
        if (told > 0) onBytes(-told);
        told = 0;
        const counted = new TransformStream<Uint8Array, Uint8Array>({
          transform(part, controller) {
            told += part.length;
            onBytes(part.length);
            controller.enqueue(part);
          },
        });
        await Deno.writeFile(file, body.pipeThrough(counted), { signal });
      });
    },
    list: (prefix) => list(client, prefix, signal),
    close: () => client.destroy(),
  };
}

async function change(
  what: string,
  action: (client: S3, abortSignal: AbortSignal) => Promise<unknown>,
): Promise<void> {
  const signal = withLimit(interruptSignal(), CHANGE_LIMIT_MS, what);
  const client = await s3Client();
  try {
    await action(client, signal);
  } catch (error) {
    signal.throwIfAborted();
    throw s3Error(error, what);
  } finally {
    client.destroy();
  }
}

/**
 * Copies an object inside the object store; one that is there is replaced.
 *
 * @param from Its address, as metadata has it: `s3://bucket/key`.
 * @param to The address of the copy.
 * @throws {LakehouseError} When there is no such object or bucket, or the object store cannot be reached.
 * @example Usage
 * ```ts ignore
 * import { iceberg } from "@lakehouse/lab";
 *
 * const [file] = await iceberg.snapshotFiles("lab", "trips");
 * await iceberg.copyObject(file!.path, `${file!.path}.copy`);
 * ```
 */
export async function copyObject(from: string, to: string): Promise<void> {
  const [source, target] = [bucketAndKey(from), bucketAndKey(to)];
  // A header, in which a key is percent-encoded but for its slashes.
  const key = encodeURIComponent(source.key).replaceAll("%2F", "/");
  await change(
    `Cannot copy ${from} to ${to}`,
    (client, abortSignal) =>
      client.send(
        new CopyObjectCommand({
          Bucket: target.bucket,
          Key: target.key,
          CopySource: `${source.bucket}/${key}`,
        }),
        { abortSignal },
      ),
  );
}

/**
 * Deletes an object. Nobody asks whether a table needs it.
 *
 * @throws {LakehouseError} When the object store refuses or cannot be reached.
 * @example Usage
 * ```ts ignore
 * import { iceberg } from "@lakehouse/lab";
 *
 * await iceberg.deleteObject("s3://trinotutorial/lab/trips/data/left-behind.parquet");
 * ```
 */
export async function deleteObject(path: string): Promise<void> {
  const { bucket, key } = bucketAndKey(path);
  await change(`Cannot delete ${path}`, (client, abortSignal) =>
    client.send(
      new DeleteObjectCommand({ Bucket: bucket, Key: key }),
      { abortSignal },
    ));
}

/** `action` on every item, eight at a time; results in the items' order. */
export async function inParallel<T, R>(
  items: readonly T[],
  action: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const rest = items.entries();
  const worker = async () => {
    for (const [index, item] of rest) results[index] = await action(item);
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker));
  return results;
}
