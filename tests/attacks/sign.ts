/**
 * Signatures as clients make them, for requests as bytes: written apart from
 * the gateway's and from the library's, and able to sign what is wrong.
 *
 * @module
 */

import { createHash, createHmac } from "node:crypto";
import { headerOf, type WireRequest, withHeaders } from "./wire.ts";

/** Who signs, when, and what of the request. */
export interface Signing {
  accessKey: string;
  secretKey: string;
  region: string;
  service: string;
  date: Date;
  /** What is stated of the body: its hash, a word in its place, or nothing. */
  states: "hex" | "base64" | "nothing" | { word: string };
  /** Headers that the client leaves unsigned. */
  unsigned: readonly string[];
  /** Algorithm that is named. */
  algorithm: string;
  /** Last part of the scope. */
  terminator: string;
  /** Day of the scope. @default {that of the date} */
  day?: string;
  /** Value of `x-amz-date`. @default {the date} */
  stamp?: string;
}

const sha256 = (data: string | Uint8Array) => createHash("sha256").update(data);
const hmac = (key: string | Uint8Array, data: string) =>
  createHmac("sha256", key).update(data).digest();
const encode = (text: string) =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  );

function canonicalQuery(query: string): string {
  return query.split("&").filter(Boolean).map((pair) => {
    const [name = "", value = ""] = pair.split("=");
    return [name, value].map((part) => encode(decodeURIComponent(part)))
      .join("=");
  }).sort().join("&");
}

/** The key of a day, a region and a service. */
export function signingKey(
  { secretKey, region, service, terminator }: Signing,
  day: string,
): Uint8Array {
  let key = hmac(`AWS4${secretKey}`, day);
  for (const part of [region, service, terminator]) key = hmac(key, part);
  return key;
}

/** A presigned form of the request: its signature stands in the query. */
export function presign(
  request: WireRequest,
  signing: Signing,
  changes: Record<string, string> = {},
): WireRequest {
  const { accessKey, region, service, date, terminator } = signing;
  const stamp = date.toISOString().replace(/[-:]|\.\d+/g, "");
  const day = stamp.slice(0, 8);
  const scope = `${day}/${region}/${service}/${terminator}`;
  const [path = "", query = ""] = request.target.split("?");
  const params = {
    "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
    "X-Amz-Credential": `${accessKey}/${scope}`,
    "X-Amz-Date": stamp,
    "X-Amz-Expires": "900",
    "X-Amz-SignedHeaders": "host",
    ...changes,
  };
  const all = [
    ...query === "" ? [] : [query],
    ...Object.entries(params).map(([name, value]) =>
      `${encode(name)}=${encode(value)}`
    ),
  ].join("&");
  const canonical = [
    request.method,
    path,
    canonicalQuery(all),
    `host:${headerOf(request, "host")}`,
    "",
    "host",
    "UNSIGNED-PAYLOAD",
  ].join("\n");
  const text = [
    "AWS4-HMAC-SHA256",
    params["X-Amz-Date"],
    scope,
    sha256(canonical).digest("hex"),
  ].join("\n");
  const signature = hmac(signingKey(signing, day), text).toString("hex");
  return { ...request, target: `${path}?${all}&X-Amz-Signature=${signature}` };
}

/** The request with the headers of its signature. */
export function sign(request: WireRequest, signing: Signing): WireRequest {
  const { accessKey, region, service, date, states } = signing;
  const stamp = signing.stamp ??
    date.toISOString().replace(/[-:]|\.\d+/g, "");
  const day = signing.day ?? stamp.slice(0, 8);
  const hash = sha256(request.body).digest();
  const stated = typeof states === "object"
    ? states.word
    : states === "nothing"
    ? undefined
    : states === "base64" && request.body.length > 0
    ? hash.toString("base64")
    : hash.toString("hex");
  const dated = withHeaders(request, {
    "x-amz-date": stamp,
    ...stated === undefined ? {} : { "x-amz-content-sha256": stated },
  });
  const names = dated.headers.map(([name]) => name.toLowerCase())
    .filter((name) => !signing.unsigned.includes(name)).sort();
  const [path = "", query = ""] = dated.target.split("?");
  const canonical = [
    dated.method,
    service === "s3" ? path : path.split("/").map(encode).join("/"),
    canonicalQuery(query),
    ...names.map((name) => `${name}:${(headerOf(dated, name) ?? "").trim()}`),
    "",
    names.join(";"),
    typeof states === "object" ? states.word : hash.toString("hex"),
  ].join("\n");
  const scope = `${day}/${region}/${service}/${signing.terminator}`;
  const text = [
    signing.algorithm,
    stamp,
    scope,
    sha256(canonical).digest("hex"),
  ].join("\n");
  const signature = hmac(signingKey(signing, day), text).toString("hex");
  return withHeaders(dated, {
    authorization: `${signing.algorithm} Credential=${accessKey}/${scope}, ` +
      `SignedHeaders=${names.join(";")}, Signature=${signature}`,
  });
}
