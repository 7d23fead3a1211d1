/**
 * Checksums of objects: the one the store tells, and the one the copy has.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import type { GetObjectCommandOutput } from "@aws-sdk/client-s3";

/** Google's header for the checksums of an object. */
export const GOOGLE_HASH = "x-goog-hash";

/**
 * The MD5 an object has to have, in hexadecimal digits, if the answer tells.
 *
 * Mostly the entity tag is the MD5; not so with a key service's encryption, nor
 * for objects made of parts.
 */
export function expectedMd5(
  answer: GetObjectCommandOutput,
  etag: string,
): string | undefined {
  const google = (answer as { [GOOGLE_HASH]?: string })[GOOGLE_HASH];
  if (google !== undefined) {
    const base64 = google.match(/md5=([\w+/]+=*)/)?.[1];
    return base64 && Uint8Array.fromBase64(base64).toHex();
  }
  if (answer.ServerSideEncryption?.startsWith("aws:kms")) return undefined;
  return /^[0-9a-f]{32}$/.test(etag) ? etag : undefined;
}

/** The MD5 of a file, in hexadecimal digits. */
export async function md5(path: string): Promise<string> {
  const hash = createHash("md5");
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest("hex");
}
