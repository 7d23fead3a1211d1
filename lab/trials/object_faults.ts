/**
 * Single objects of the object store, by their addresses: for trying out what a
 * table makes of an object that it knows nothing of, or that is gone.
 *
 * @module
 */

import {
  CopyObjectCommand,
  DeleteObjectCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { bucketAndKey } from "../iceberg/object_reader.ts";
import { interruptSignal, withLimit } from "../../lib/core/interrupt.ts";
import { s3Client, s3Error } from "../../lib/store/s3.ts";

const LIMIT_MS = 120_000;

async function withClient(
  what: string,
  action: (client: S3Client, abortSignal: AbortSignal) => Promise<unknown>,
): Promise<void> {
  const signal = withLimit(interruptSignal(), LIMIT_MS, what);
  const client = s3Client();
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
 * import { iceberg, trials } from "@lakehouse/lab";
 *
 * const [file] = await iceberg.snapshotFiles("lab", "trips");
 * await trials.copyObject(file!.path, `${file!.path}.copy`);
 * ```
 */
export async function copyObject(from: string, to: string): Promise<void> {
  const [source, target] = [bucketAndKey(from), bucketAndKey(to)];
  await withClient(
    `Cannot copy ${from} to ${to}`,
    (client, abortSignal) =>
      client.send(
        new CopyObjectCommand({
          Bucket: target.bucket,
          Key: target.key,
          // A header, in which a key is percent-encoded but for its slashes.
          CopySource: `${source.bucket}/${
            encodeURIComponent(source.key).replaceAll("%2F", "/")
          }`,
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
 * import { trials } from "@lakehouse/lab";
 *
 * await trials.deleteObject("s3://trinotutorial/lab/trips/data/left-behind.parquet");
 * ```
 */
export async function deleteObject(path: string): Promise<void> {
  const { bucket, key } = bucketAndKey(path);
  await withClient(
    `Cannot delete ${path}`,
    (client, abortSignal) =>
      client.send(
        new DeleteObjectCommand({ Bucket: bucket, Key: key }),
        { abortSignal },
      ),
  );
}
