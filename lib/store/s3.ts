/**
 * The client for the object store, and what its errors mean.
 *
 * @module
 */

import type { S3, S3ClientConfig } from "@aws-sdk/client-s3";
import type { S3ServiceException } from "@aws-sdk/client-s3";
import { settings } from "../core/settings.ts";
import { causesOf, knownCause, LakehouseError } from "../core/errors.ts";
import { STORE_CAUSES } from "../core/errors.ts";

type Changes = S3ClientConfig & { endpoint?: string };

/**
 * An S3 client for the object store of the settings, through the environment's
 * proxy where there is one for it.
 *
 * Call `destroy()` on it when done.
 *
 * @param changes What is to differ. @default {{}}
 * @example Usage
 * ```ts
 * import { s3Client } from "@lakehouse";
 *
 * const client = await s3Client();
 * client.destroy();
 * ```
 */
export async function s3Client(changes: Changes = {}): Promise<S3> {
  // Half of what this library would load; it is left until it is needed.
  const { S3 } = await import("@aws-sdk/client-s3");
  const { minioHost, region, sessionToken, ...given } = settings();
  const { accessKey: accessKeyId, secretKey: secretAccessKey } = given;
  const config = {
    ...{ endpoint: minioHost, region, maxAttempts: 4 },
    forcePathStyle: given.s3Addressing === "path",
    credentials: { accessKeyId, secretAccessKey, sessionToken },
    ...changes,
  };
  // Node's HTTPS, by which the client asks, knows of no proxy.
  const { getProxyForUrl } = await import("proxy-from-env");
  const proxy = getProxyForUrl(config.endpoint);
  if (!proxy) return new S3(config);
  const { HttpsProxyAgent } = await import("https-proxy-agent");
  const httpsAgent = new HttpsProxyAgent(proxy);
  const requestHandler = { httpAgent: httpsAgent, httpsAgent };
  return new S3({ ...config, requestHandler });
}

/** What an error of the S3 client means to the user; `what` failed. */
export function s3Error(cause: unknown, what: string): unknown {
  if (cause instanceof LakehouseError) return cause;
  const { name, code, $metadata } = cause as
    & Partial<S3ServiceException>
    & { code?: string };
  const { minioHost } = settings();
  const said = name ?? String(cause);
  const known = knownCause([
    ...STORE_CAUSES,
    ...causesOf("endpoint", { minioHost, name, said }),
  ], `${$metadata?.httpStatusCode} ${code} ${name}`);
  return new LakehouseError({ what, ...known, cause });
}

const MOST_AT_ONCE = 1000;

/** An object, as a list of its bucket has it. */
export interface ListedObject {
  /** Its key. */
  key: string;
  /** Its size in bytes. */
  size: number;
  /** The entity tag: the MD5 of its bytes, or of its parts' MD5s with their number. */
  etag: string;
  /** When it was written. */
  modified: Date;
}

/**
 * Every object of a bucket whose key begins with `prefix`, in the store's order.
 *
 * @throws {Error} What the client throws.
 * @example Usage
 * ```ts ignore
 * import { s3Client } from "@lakehouse";
 * import { listObjects } from "./s3.ts";
 *
 * for await (const { key, size } of listObjects(await s3Client(), "staging")) {
 *   console.log(key, size);
 * }
 * ```
 */
export async function* listObjects(
  client: S3,
  bucket: string,
  prefix = "",
  signal?: AbortSignal,
): AsyncGenerator<ListedObject> {
  const { paginateListObjectsV2 } = await import("@aws-sdk/client-s3");
  const pages = paginateListObjectsV2(
    // A store that repeats the token would be asked for ever.
    { client, stopOnSameToken: true },
    { Bucket: bucket, Prefix: prefix },
    signal ? { abortSignal: signal } : {},
  );
  for await (const { Contents = [] } of pages) {
    for (const each of Contents) {
      yield {
        key: each.Key ?? "",
        size: each.Size ?? 0,
        etag: each.ETag?.replaceAll('"', "") ?? "",
        modified: each.LastModified ?? new Date(NaN),
      };
    }
  }
}

/**
 * Deletes objects, a thousand a request; one that is not there is no error.
 *
 * @throws {LakehouseError} When the store keeps one of them.
 * @throws {Error} What the client throws.
 */
export async function deleteObjects(
  client: S3,
  bucket: string,
  keys: readonly string[],
  signal?: AbortSignal,
): Promise<void> {
  // A store on a file system keeps a folder's own object while others are in it.
  const inside = keys.toSorted().reverse();
  for (let start = 0; start < inside.length; start += MOST_AT_ONCE) {
    const Objects = inside.slice(start, start + MOST_AT_ONCE)
      .map((Key) => ({ Key }));
    const { Errors: [kept] = [] } = await client.deleteObjects(
      { Bucket: bucket, Delete: { Objects, Quiet: true } },
      signal ? { abortSignal: signal } : {},
    );
    if (!kept) continue;
    throw new LakehouseError({
      what: `Cannot delete "${kept.Key}" from the bucket "${bucket}"`,
      why: `the object store answered ${kept.Code}: ${kept.Message}`,
      next: "check that the keys may delete there, then run it again",
    });
  }
}
