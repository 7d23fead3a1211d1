/**
 * Objects of a table in the object store, by the addresses that its metadata has.
 *
 * @module
 */

import {
  GetObjectCommand,
  ListObjectsV2Command,
  type S3Client,
} from "@aws-sdk/client-s3";
import { LakehouseError } from "../../lib/core/errors.ts";
import { s3Client, s3Error } from "../../lib/store/s3.ts";

const PARALLEL = 8;

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
  client: S3Client,
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

async function list(
  client: S3Client,
  prefix: string,
  signal: AbortSignal,
): Promise<StoredObject[]> {
  const { bucket, key } = bucketAndKey(prefix);
  const objects: StoredObject[] = [];
  let token: string | undefined;
  try {
    do {
      const page = await client.send(
        new ListObjectsV2Command({
          Bucket: bucket,
          Prefix: key,
          ContinuationToken: token,
        }),
        { abortSignal: signal },
      );
      for (
        const { Key = "", Size = 0, LastModified, ETag = "" } of page
          .Contents ?? []
      ) {
        objects.push({
          path: `s3://${bucket}/${Key}`,
          bytes: Size,
          modified: LastModified ?? new Date(NaN),
          etag: ETag.replaceAll('"', ""),
        });
      }
      token = page.NextContinuationToken;
    } while (token);
  } catch (error) {
    signal.throwIfAborted();
    throw s3Error(error, `Cannot list ${prefix}`);
  }
  return objects;
}

/** A reader on the object store of the settings. */
export function objectReader(signal: AbortSignal): ObjectReader {
  const client = s3Client();
  return {
    read: async (path) =>
      new Uint8Array(
        await new Response(await get(client, path, signal)).arrayBuffer(),
      ),
    async save(path, file, onBytes) {
      const counted = new TransformStream<Uint8Array, Uint8Array>({
        transform(part, controller) {
          onBytes(part.length);
          controller.enqueue(part);
        },
      });
      const body = await get(client, path, signal);
      await Deno.writeFile(file, body.pipeThrough(counted), { signal });
    },
    list: (prefix) => list(client, prefix, signal),
    close: () => client.destroy(),
  };
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
