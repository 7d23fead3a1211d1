/**
 * Whether the store serves S3: MinIO AIStor does so with a valid licence only.
 *
 * @module
 */

import {
  ListBucketsCommand,
  type S3ServiceException,
} from "@aws-sdk/client-s3";
import { settings } from "../../lib/core/settings.ts";
import { LakehouseError } from "../../lib/core/errors.ts";
import { s3Client } from "../../lib/store/s3.ts";
import { type Store, type StoreName, storeOf } from "./store.ts";

/**
 * Fails when the server runs but serves nothing, as it does without a licence.
 *
 * @throws {LakehouseError} When it denies a signed list of its buckets, or does not answer.
 * @throws {unknown} The signal's reason.
 */
export async function checkServing(
  name: StoreName,
  signal?: AbortSignal,
): Promise<void> {
  const client = await s3Client();
  try {
    await client.send(
      new ListBucketsCommand({}),
      signal ? { abortSignal: signal } : {},
    );
  } catch (cause) {
    signal?.throwIfAborted();
    throw denial(storeOf(name), cause as S3ServiceException);
  } finally {
    client.destroy();
  }
}

const KEYS = "check MINIO_ACCESS_KEY and MINIO_SECRET_KEY in docker/.env";
const LICENCE = "put a valid MINIO_LICENSE into docker/.env";

/** What it means that a server that is well does not list its buckets. */
function denial(
  { title, isLicensed }: Store,
  cause: S3ServiceException,
): LakehouseError {
  const { name, message, $metadata } = cause;
  if ($metadata?.httpStatusCode === undefined) {
    return new LakehouseError({
      what: `${title} runs, but cannot be reached`,
      why: `nothing answers at ${settings().minioHost}`,
      next: "deno task doctor --stack docker",
      cause,
    });
  }
  const [why, next] = /SignatureDoesNotMatch|InvalidAccessKeyId/.test(name)
    ? ["it was started with other keys", KEYS]
    : isLicensed
    ? [
      `its licence is missing, expired or not valid (${name}: ${message})`,
      LICENCE,
    ]
    : [`${name}: ${message}`, KEYS];
  return new LakehouseError({
    what: `${title} runs, but denies requests`,
    why,
    next: `${next}, then deno task up --stack docker`,
    cause,
  });
}
