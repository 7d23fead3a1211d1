/**
 * The client for the object store, and what its errors mean.
 *
 * @module
 */

import { S3Client } from "@aws-sdk/client-s3";
import { settings } from "../core/settings.ts";
import { knownCause, LakehouseError } from "../core/errors.ts";

/**
 * An S3 client for the object store of the settings.
 *
 * Call `destroy()` on it when done.
 *
 * @example Usage
 * ```ts
 * import { s3Client } from "@lakehouse";
 *
 * const client = s3Client();
 * client.destroy();
 * ```
 */
export function s3Client(): S3Client {
  const { minioHost, region, accessKey, secretKey } = settings();
  return new S3Client({
    endpoint: minioHost,
    region,
    forcePathStyle: true,
    credentials: { accessKeyId: accessKey, secretAccessKey: secretKey },
    maxAttempts: 4,
  });
}

/** What an error of the S3 client means to the user; `what` failed. */
export function s3Error(cause: unknown, what: string): unknown {
  if (cause instanceof LakehouseError) return cause;
  const { name, code, $metadata } = cause as {
    name?: string;
    code?: string;
    $metadata?: { httpStatusCode?: number };
  };
  const { minioHost } = settings();
  const known = knownCause([
    {
      pattern: /ECONNREFUSED|ENOTFOUND|EAI_AGAIN/,
      why: `nothing answers at ${minioHost}`,
      next: "deno task up",
    },
    {
      pattern: /^403/,
      why: `${minioHost} refused the keys (${name})`,
      next: "check MINIO_ACCESS_KEY and MINIO_SECRET_KEY",
    },
  ], `${$metadata?.httpStatusCode} ${code}`) ?? {
    why: `${minioHost} answered ${name ?? String(cause)}`,
    next: "deno task status",
  };
  return new LakehouseError({ what, ...known, cause });
}
