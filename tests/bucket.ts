/**
 * Removes a bucket that a test has made.
 *
 * @module
 */

import {
  DeleteBucketCommand,
  DeleteObjectsCommand,
  paginateListObjectsV2,
} from "@aws-sdk/client-s3";
import { s3Client } from "../lib/store/s3.ts";

/** Removes a bucket with all that is in it; one that is not there is no error. */
export async function removeBucket(Bucket: string): Promise<void> {
  const client = s3Client();
  try {
    for await (
      const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket })
    ) {
      const Objects = Contents.map(({ Key }) => ({ Key }));
      if (Objects.length === 0) continue;
      await client.send(
        new DeleteObjectsCommand({ Bucket, Delete: { Objects } }),
      );
    }
    await client.send(new DeleteBucketCommand({ Bucket }));
  } catch (error) {
    if ((error as Error).name !== "NoSuchBucket") throw error;
  } finally {
    client.destroy();
  }
}
