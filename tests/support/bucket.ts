/**
 * Removes a bucket that a test has made.
 *
 * @module
 */

import { DeleteBucketCommand } from "@aws-sdk/client-s3";
import { deleteObjects, listObjects } from "../../lib/store/s3.ts";
import { s3Client } from "../../lib/store/s3.ts";

/** Removes a bucket with all that is in it; one that is not there is no error. */
export async function removeBucket(Bucket: string): Promise<void> {
  const client = await s3Client();
  try {
    const found = await Array.fromAsync(listObjects(client, Bucket));
    await deleteObjects(client, Bucket, found.map(({ key }) => key));
    await client.send(new DeleteBucketCommand({ Bucket }));
  } catch (error) {
    if ((error as Error).name !== "NoSuchBucket") throw error;
  } finally {
    client.destroy();
  }
}
