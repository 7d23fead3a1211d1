/**
 * Signs HTTP requests with AWS Signature Version 4, for the Iceberg REST
 * catalog and for S3.
 *
 * @module
 */

import { Sha256 } from "@aws-crypto/sha256-js";
import { SignatureV4 } from "@smithy/signature-v4";

/** Who signs, and for what. */
export interface SigningOptions {
  /** Access key. */
  accessKey: string;
  /** Secret key that belongs to {@linkcode SigningOptions.accessKey}. */
  secretKey: string;
  /** Token of temporary keys. @default {none} */
  sessionToken?: string | undefined;
  /** Region of the credential scope. */
  region: string;
  /** Service of the credential scope: `s3` for objects, the catalog's name for its own. */
  service: string;
  /**
   * Time of signing.
   *
   * @default {new Date()}
   */
  date?: Date;
}

/** A request before or after signing; `fetch` takes it as it is. */
export interface HttpRequest {
  /** Method in capitals. */
  method: string;
  /** Absolute address, path and query percent-encoded. */
  url: string;
  /** Headers by name; all of them are signed. */
  headers?: Record<string, string>;
  /** Body, or `undefined` for none. */
  body?: string | Uint8Array<ArrayBuffer>;
}

function queryOf({ searchParams }: URL): Record<string, string[]> {
  const names = [...new Set(searchParams.keys())];
  return Object.fromEntries(names.map((n) => [n, searchParams.getAll(n)]));
}

/**
 * Signs the request and returns its headers with the signature's added.
 *
 * @example Usage
 * ```ts
 * import { signRequest } from "./sigv4.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const headers = await signRequest(
 *   { method: "GET", url: "http://localhost:9000/_iceberg/v1/warehouses" },
 *   {
 *     accessKey: "minioadmin",
 *     secretKey: "minioadmin",
 *     region: "us-east-1",
 *     service: "s3tables",
 *     date: new Date("2026-01-02T03:04:05Z"),
 *   },
 * );
 * assertEquals(headers["x-amz-date"], "20260102T030405Z");
 * ```
 */
export async function signRequest(
  request: HttpRequest,
  options: SigningOptions,
): Promise<Record<string, string>> {
  const url = new URL(request.url);
  const signer = new SignatureV4({
    service: options.service,
    region: options.region,
    credentials: {
      accessKeyId: options.accessKey,
      secretAccessKey: options.secretKey,
      sessionToken: options.sessionToken ?? "",
    },
    sha256: Sha256,
    // S3 alone signs the path as it is sent; every other service signs it
    // encoded once more, so that %1F becomes %251F.
    uriEscapePath: options.service !== "s3",
  });
  const signed = await signer.sign({
    method: request.method,
    protocol: url.protocol,
    hostname: url.hostname,
    path: url.pathname,
    query: queryOf(url),
    headers: { ...request.headers, host: url.host },
    body: request.body,
  }, { signingDate: options.date ?? new Date() });
  return signed.headers;
}

/**
 * Signs the request and sends it. Redirects are not followed: the signature
 * holds for one address only.
 *
 * @throws {TypeError} When the endpoint cannot be reached.
 * @example Usage
 * ```ts ignore
 * import { settings } from "@lakehouse";
 * import { signedFetch } from "./sigv4.ts";
 *
 * const { catalogUri, accessKey, secretKey, region } = settings();
 * const response = await signedFetch(
 *   { method: "GET", url: `${catalogUri}/v1/warehouses` },
 *   { accessKey, secretKey, region, service: "s3tables" },
 * );
 * console.log(await response.json());
 * ```
 */
export async function signedFetch(
  request: HttpRequest,
  options: SigningOptions & { signal?: AbortSignal | undefined },
): Promise<Response> {
  const { host: _, ...headers } = await signRequest(request, options);
  return await fetch(request.url, {
    method: request.method,
    headers,
    // Deno sends what it can repeat a second time when the connection breaks: not
    // a Blob, and so no commit.
    body: request.body ? new Blob([request.body]) : null,
    redirect: "manual",
    signal: options.signal ?? null,
  });
}
