/**
 * Verifies AWS Signature Version 4 on requests that the gateway receives.
 *
 * Written apart from sigv4.ts, so that each is a check on the other.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { createHash, createHmac, timingSafeEqual } from "node:crypto";

/** How far a request's clock may be off, in milliseconds: 15 minutes. */
const CLOCK_TOLERANCE_MS: number = 15 * 60_000;

/** Why a request whose clock is further off is refused. */
export const TOO_SKEWED =
  "The request is more than 15 minutes off this server's clock";

/** The one pair of keys that is let in, and what it must have signed for. */
export interface VerifyOptions {
  /** Access key that is let in. */
  accessKey: string;
  /** Secret key that belongs to {@linkcode VerifyOptions.accessKey}. */
  secretKey: string;
  /** Service that the credential scope must name; any region is accepted. */
  service: string;
  /**
   * The time now.
   *
   * @default {new Date()}
   */
  now?: Date;
}

/** What is known of a request before its body is read. */
export interface RequestHead {
  /** Method in capitals. */
  method: string;
  /** Absolute address. */
  url: string;
  /** All headers, `host` included. */
  headers: Headers;
}

/** A request as it was received. */
export interface ReceivedRequest extends RequestHead {
  /** Body; empty when there is none. */
  body: Uint8Array;
}

interface Authorization {
  accessKey: string;
  day: string;
  region: string;
  service: string;
  signedHeaders: string[];
  signature: string;
}

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 +Credential=([^\s,/]+)\/(\d{8})\/([^\s,/]+)\/([^\s,/]+)\/aws4_request *, *SignedHeaders=([a-z0-9_-]+(?:;[a-z0-9_-]+)*) *, *Signature=([0-9a-f]{64})$/;

function parseAuthorization(headers: Headers): Authorization | undefined {
  const match = headers.get("authorization")?.match(AUTHORIZATION);
  if (!match) return undefined;
  const [, accessKey = "", day = "", region = "", service = "", names = ""] =
    match;
  const signature = match[6] ?? "";
  const signedHeaders = names.split(";");
  return { accessKey, day, region, service, signedHeaders, signature };
}

const sha256 = (data: string | Uint8Array) => createHash("sha256").update(data);
const hmac = (key: string | Uint8Array, data: string) =>
  createHmac("sha256", key).update(data, "utf8").digest();

/** Compares in a time that tells nothing about where the two texts differ. */
function same(a: string, b: string): boolean {
  return timingSafeEqual(sha256(a).digest(), sha256(b).digest());
}

function clock(text: string | null): number {
  const parts = text?.match(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/);
  if (!parts) return NaN;
  const [, year, month, day, hour, minute, second] = parts;
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

/**
 * Why the headers alone already rule the request out, or `undefined`: lets the
 * gateway refuse before it reads a body.
 */
export function refuseHeaders(
  headers: Headers,
  options: VerifyOptions,
): string | undefined {
  if (!headers.has("authorization")) return "The request is not signed";
  const auth = parseAuthorization(headers);
  if (!auth) return "The Authorization header is not AWS Signature Version 4";
  if (!same(auth.accessKey, options.accessKey)) {
    return "The access key is not known";
  }
  if (auth.service !== options.service) {
    return `The request is signed for the service "${auth.service}", expected "${options.service}"`;
  }
  const date = headers.get("x-amz-date");
  const time = clock(date);
  if (Number.isNaN(time)) {
    return "The x-amz-date header is missing or unreadable";
  }
  if (!date?.startsWith(auth.day)) {
    return "The day of the credential scope is not that of x-amz-date";
  }
  const now = (options.now ?? new Date()).getTime();
  if (Math.abs(now - time) > CLOCK_TOLERANCE_MS) {
    return TOO_SKEWED;
  }
  const unsigned = ["host", ...headers.keys()].find((name) =>
    (name === "host" || name.startsWith("x-amz-")) &&
    !auth.signedHeaders.includes(name)
  );
  return unsigned && `The signature does not cover the ${unsigned} header`;
}

const OTHER_BODY = "The body is not the one that was signed";

/**
 * The hash that the request states of its body, in hex; `undefined` when it
 * states none, empty when what it states is no hash.
 */
function statedHash(headers: Headers): string | undefined {
  const stated = headers.get("x-amz-content-sha256");
  if (stated === null || /^[0-9a-f]{64}$/.test(stated)) {
    return stated ?? undefined;
  }
  // Iceberg's Java client states a body's hash in base64, all others in hex;
  // the canonical request holds it in hex either way.
  return /^[\w+/]{43}=$/.test(stated)
    ? Buffer.from(stated, "base64").toString("hex")
    : "";
}

/** Whether a wrong signature shows without the body. */
export function statesBody(headers: Headers): boolean {
  return headers.has("x-amz-content-sha256");
}

/**
 * The headers that the signature covers, as it covers them: nobody vouches for
 * the others. Their names are those of the request.
 */
export function coveredHeaders(headers: Headers): Headers {
  const covered = new Headers();
  for (const name of parseAuthorization(headers)?.signedHeaders ?? []) {
    if (headers.has(name)) covered.set(name, canonicalValue(headers, name));
  }
  return covered;
}

const encode = (text: string) =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );

const compare = (a: string, b: string) => a < b ? -1 : a > b ? 1 : 0;

/**
 * The query as the signature covers it, or `undefined` when an escape in it is
 * none: the URL class would take that for another text, which may be signed.
 */
export function canonicalQuery(url: URL): string | undefined {
  try {
    decodeURIComponent(url.search);
  } catch {
    return undefined;
  }
  return [...url.searchParams]
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .sort((a, b) => compare(a[0], b[0]) || compare(a[1], b[1]))
    .map(([name, value]) => `${name}=${value}`).join("&");
}

// Spaces and tabs only: trim() takes away more than clients have left out.
function canonicalValue(headers: Headers, name: string): string {
  return (headers.get(name) ?? "").replace(/^[ \t]+|[ \t]+$/g, "")
    .replace(/ +/g, " ");
}

function canonicalRequest(
  request: RequestHead,
  signedHeaders: string[],
  hash: string,
): string {
  const url = new URL(request.url);
  return [
    request.method,
    // The path is encoded once more than it was sent: %1F becomes %251F.
    url.pathname.split("/").map(encode).join("/"),
    canonicalQuery(url),
    ...signedHeaders.map((name) =>
      `${name}:${canonicalValue(request.headers, name)}`
    ),
    "",
    signedHeaders.join(";"),
    hash,
  ].join("\n");
}

function refuseSignature(
  request: RequestHead,
  auth: Authorization,
  hash: string,
  secretKey: string,
): string | undefined {
  const { day, region, service, signedHeaders } = auth;
  const text = [
    "AWS4-HMAC-SHA256",
    request.headers.get("x-amz-date"),
    `${day}/${region}/${service}/aws4_request`,
    sha256(canonicalRequest(request, signedHeaders, hash)).digest("hex"),
  ].join("\n");
  let key = hmac(`AWS4${secretKey}`, day);
  for (const part of [region, service, "aws4_request"]) key = hmac(key, part);
  return same(hmac(key, text).toString("hex"), auth.signature)
    ? undefined
    : "The signature is not the one that the request and the secret key give";
}

/**
 * Why the request must be refused whatever its body is, or `undefined`: whoever
 * has not the secret key is not to make the gateway hold a body. Only where the
 * request states no hash of its body must the signature wait for it.
 */
export function refuseHead(
  request: RequestHead,
  options: VerifyOptions,
): string | undefined {
  const refused = refuseHeaders(request.headers, options);
  const auth = parseAuthorization(request.headers);
  if (refused || !auth) return refused ?? "The request is not signed";
  if (canonicalQuery(new URL(request.url)) === undefined) {
    return "The query is not percent-encoded";
  }
  const hash = statedHash(request.headers);
  if (hash === "") return OTHER_BODY;
  return hash && refuseSignature(request, auth, hash, options.secretKey);
}

/**
 * Why the request must be refused, or `undefined` when its signature is right.
 *
 * @example Usage
 * ```ts ignore
 * import { refuseRequest } from "./verify.ts";
 *
 * const reason = refuseRequest(
 *   { method: "GET", url: request.url, headers: request.headers, body },
 *   { accessKey, secretKey, service: "s3tables" },
 * );
 * if (reason) return new Response(reason, { status: 403 });
 * ```
 */
export function refuseRequest(
  request: ReceivedRequest,
  options: VerifyOptions,
): string | undefined {
  const stated = statedHash(request.headers);
  const hash = sha256(request.body).digest("hex");
  const refused = refuseHeaders(request.headers, options);
  if (!refused && stated && stated !== hash) return OTHER_BODY;
  const head = refuseHead(request, options);
  const auth = parseAuthorization(request.headers);
  if (head || stated || !auth) return head;
  return refuseSignature(request, auth, hash, options.secretKey);
}
