/**
 * Bodies in chunks, as AWS's SDKs send them to an object store: each chunk with
 * a signature of its own, or all with a checksum behind them.
 *
 * @module
 */

import { createHash, createHmac } from "node:crypto";
import { crc32 } from "node:zlib";
import { type Signing, signingKey } from "../sign.ts";
import { headerOf, latin1, type WireRequest } from "../wire.ts";

const sha256 = (data: string | Uint8Array) =>
  createHash("sha256").update(data).digest("hex");

/** A chunk: its bytes, and what stands before them. */
export interface Chunk {
  data: string;
  signature: string;
}

/** Chunks as they go over the wire. */
export function framed(chunks: readonly Chunk[]): string {
  return chunks.map(({ data, signature }) =>
    `${data.length.toString(16)};chunk-signature=${signature}\r\n${data}\r\n`
  ).join("");
}

/** The body's chunks, the empty one included, each signed after the one before. */
export function signedChunks(
  request: WireRequest,
  signing: Signing,
  parts: readonly string[],
): Chunk[] {
  const authorization = headerOf(request, "authorization") ?? "";
  const stamp = headerOf(request, "x-amz-date") ?? "";
  const day = stamp.slice(0, 8);
  const { region, service, terminator } = signing;
  const scope = `${day}/${region}/${service}/${terminator}`;
  const key = signingKey(signing, day);
  let previous = authorization.slice(-64);
  return [...parts, ""].map((data) => {
    const text = [
      "AWS4-HMAC-SHA256-PAYLOAD",
      stamp,
      scope,
      previous,
      sha256(""),
      sha256(latin1(data)),
    ].join("\n");
    previous = createHmac("sha256", key).update(text).digest("hex");
    return { data, signature: previous };
  });
}

/** A body with its checksum behind it. */
export function withTrailer(
  parts: readonly string[],
  trailer = `x-amz-checksum-crc32:${checksum(parts.join(""))}`,
): string {
  const chunks = parts.map((data) =>
    `${data.length.toString(16)}\r\n${data}\r\n`
  ).join("");
  return `${chunks}0\r\n${trailer}\r\n\r\n`;
}

/** The CRC-32 of a text, in base64. */
export function checksum(text: string): string {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, crc32(latin1(text)));
  return btoa(String.fromCharCode(...bytes));
}
