/**
 * Whether MinIO AIStor serves S3, which it does with a valid licence only.
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

/**
 * Fails when the server runs but serves nothing, as it does without a licence.
 *
 * @throws {LakehouseError} When it denies a signed list of its buckets, or does not answer.
 * @throws {unknown} The signal's reason.
 */
export async function checkServing(signal?: AbortSignal): Promise<void> {
  const client = await s3Client();
  try {
    await client.send(
      new ListBucketsCommand({}),
      signal ? { abortSignal: signal } : {},
    );
  } catch (cause) {
    signal?.throwIfAborted();
    throw denial(cause as S3ServiceException);
  } finally {
    client.destroy();
  }
}

/** What it means that a server that is well does not list its buckets. */
function denial(cause: S3ServiceException): LakehouseError {
  const { name, message, $metadata } = cause;
  if ($metadata?.httpStatusCode === undefined) {
    return new LakehouseError({
      what: "MinIO AIStor runs, but cannot be reached",
      why: `nothing answers at ${settings().minioHost}`,
      next: "deno task doctor --stack docker",
      cause,
    });
  }
  const isAboutKeys = /SignatureDoesNotMatch|InvalidAccessKeyId/.test(name);
  return new LakehouseError({
    what: "MinIO AIStor runs, but denies requests",
    why: isAboutKeys
      ? "it was started with other keys"
      : `its licence is missing, expired or not valid (${name}: ${message})`,
    next: isAboutKeys
      ? "check MINIO_ACCESS_KEY and MINIO_SECRET_KEY in docker/.env, then deno task up --stack docker"
      : "put a valid MINIO_LICENSE into docker/.env, then deno task up --stack docker",
    cause,
  });
}
