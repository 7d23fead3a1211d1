/**
 * Settings of the download: where real trips come from, and keys for it.
 *
 * Looked up in the environment, then in `docker/.env`, then here.
 *
 * @module
 */

import { dockerEnv } from "../../lib/core/settings.ts";
import { LakehouseError } from "../../lib/core/errors.ts";

/** Chicago's open data portal, which speaks Socrata's SODA. */
const PORTAL_URI = "https://data.cityofchicago.org";
/** The endpoint of Google Cloud Storage that speaks S3. */
const GCS_ENDPOINT = "https://storage.googleapis.com";

function lookUp(name: string): string | undefined {
  return Deno.env.get(name) || dockerEnv()[name] || undefined;
}

function address(name: string, fallback: string): string {
  const value = lookUp(name) ?? fallback;
  const url = URL.parse(value);
  if (url && /^https?:$/.test(url.protocol)) return value.replace(/\/+$/, "");
  throw new LakehouseError({
    what: `Cannot use ${name} "${value}"`,
    why: "it is not an http:// or https:// address",
    next: `leave ${name} out, which means ${fallback}`,
  });
}

/** The portal's address and, if there is one, the application's token for it. */
export function portalSettings(): { uri: string; token: string | undefined } {
  return {
    uri: address("PORTAL_URI", PORTAL_URI),
    token: lookUp("SODA_APP_TOKEN"),
  };
}

/** An S3-compatible endpoint with the keys for it. */
export interface BucketSettings {
  /** Its address. */
  readonly endpoint: string;
  /** Access key of an HMAC key pair. */
  readonly accessKey: string;
  /** Secret of the same pair. */
  readonly secretKey: string;
}

/**
 * The endpoint buckets are read from, with its keys.
 *
 * @throws {LakehouseError} When a key is not set.
 */
export function bucketSettings(): BucketSettings {
  const accessKey = lookUp("GCS_ACCESS_KEY");
  const secretKey = lookUp("GCS_SECRET_KEY");
  if (!accessKey || !secretKey) {
    throw new LakehouseError({
      what: "Cannot read a bucket without keys",
      why: `${accessKey ? "GCS_SECRET_KEY" : "GCS_ACCESS_KEY"} is not set`,
      next:
        "create an HMAC key for a service account or a user (Cloud Storage, Settings, Interoperability) and set GCS_ACCESS_KEY and GCS_SECRET_KEY",
    });
  }
  return {
    endpoint: address("GCS_ENDPOINT", GCS_ENDPOINT),
    accessKey,
    secretKey,
  };
}
