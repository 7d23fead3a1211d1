/**
 * Other bodies than the signed one, and other ways to frame it.
 *
 * @module
 */

import type { Generator } from "./generator.ts";
import { sign } from "./sign.ts";
import { latin1, withHeaders } from "./wire.ts";

const chunk = (text: string, extension = "") =>
  `${text.length.toString(16)}${extension}\r\n${text}\r\n`;

/** Bodies other than the signed one, and other ways to frame them. */
export const bodies: Generator = ({ request, plain, signing }) => {
  const text = String.fromCharCode(...request.body);
  const body = (changed: string) => ({ ...request, body: latin1(changed) });
  const framed = (changed: string) =>
    withHeaders(body(changed), { "transfer-encoding": "chunked" });
  const streamed = (word: string, more: Record<string, string>) =>
    sign(
      withHeaders(
        {
          ...plain,
          body: latin1(
            chunk(text, `;chunk-signature=${"0".repeat(64)}`) +
              "0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n",
          ),
        },
        { "content-encoding": "aws-chunked", ...more },
      ),
      { ...signing, states: { word } },
    );
  const other = {
    "body: another in chunks": framed(chunk(`${text} `) + "0\r\n\r\n"),
    "body: another with trailers": framed(
      chunk(`${text} `) + "0\r\nx-amz-checksum-sha256: x\r\n\r\n",
    ),
    "body: one byte more": body(`${text}\n`),
    "body: 100 kB of spaces more": body(text + " ".repeat(100_000)),
    "body: aws-chunked": streamed("STREAMING-AWS4-HMAC-SHA256-PAYLOAD", {
      "x-amz-decoded-content-length": String(text.length),
    }),
    "body: aws-chunked with trailers": streamed(
      "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
      {
        "x-amz-decoded-content-length": String(text.length),
        "x-amz-trailer": "x-amz-checksum-crc32",
      },
    ),
    "body: too long by its header": withHeaders(request, {
      "content-length": "99999999999",
    }),
    "body: a length below naught": withHeaders(request, {
      "content-length": "-1",
    }),
    "body: a length that is none": withHeaders(request, {
      "content-length": "0x10",
    }),
    "body: two lengths": {
      ...request,
      headers: [
        ...request.headers,
        ["content-length", "1"] as const,
        ["content-length", "2"] as const,
      ],
    },
    "body: an unknown framing": withHeaders(body(text), {
      "transfer-encoding": "xchunked",
    }),
    "body: a second request behind": {
      ...withHeaders(request, { authorization: undefined }),
      body: latin1(`${text}GET /_iceberg/v1/warehouses HTTP/1.1\r\n\r\n`),
    },
  };
  if (text === "") return other;
  return {
    ...other,
    "body: none": { ...request, body: new Uint8Array() },
    "body: one byte less": body(text.slice(0, -1)),
    "body: one bit off": body(
      String.fromCharCode(text.charCodeAt(0) ^ 1) + text.slice(1),
    ),
    "body: a byte order mark": body(`\xef\xbb\xbf${text}`),
    "body: UTF-16": body([...text].join("\0")),
    "body: a length one less": withHeaders(request, {
      "content-length": String(text.length - 1),
    }),
    "body: chunks that are none": framed(`zz\r\n${text}\r\n0\r\n\r\n`),
    "body: an endless chunk": framed(`ffffffffffffffffff\r\n${text}`),
    "body: a stated hash in capitals": withHeaders(request, {
      "x-amz-content-sha256": "E3B0".repeat(16),
    }),
  };
};
