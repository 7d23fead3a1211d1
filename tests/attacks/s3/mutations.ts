/**
 * What is done to a good request of S3: each change alone must keep it out.
 *
 * @module
 */

import { authorizations, signedAnew } from "../credentials.ts";
import { added, hosts, signedHeaders } from "../headers.ts";
import type { Attack } from "../mutations.ts";
import { presign, sign } from "../sign.ts";
import { methods, paths, queries } from "../targets.ts";
import { latin1, type WireRequest, withHeaders } from "../wire.ts";
import { type Chunk, framed, signedChunks, withTrailer } from "./chunks.ts";
import { type GoodS3Request, PARTS } from "./clients.ts";

type Named = Record<string, WireRequest | undefined>;

/** Those of the attacks whose name has none of the words. */
function without(words: RegExp, attacks: Named): Named {
  return Object.fromEntries(
    Object.entries(attacks).filter(([name]) => !words.test(name)),
  );
}

const flipped = (text: string) =>
  String.fromCharCode(text.charCodeAt(0) ^ 1) + text.slice(1);

/** Chunks that are not those that were signed. */
function chunkAttacks({ request, signing }: GoodS3Request): Named {
  const [first, second, end] = signedChunks(request, signing, PARTS) as [
    Chunk,
    Chunk,
    Chunk,
  ];
  const body = (text: string) => ({ ...request, body: latin1(text) });
  const naught = "0".repeat(64);
  const all = framed([first, second, end]);
  const changes: Record<string, string> = {
    "one bit off": framed([
      { ...first, data: flipped(first.data) },
      second,
      end,
    ]),
    "the last one, one bit off": framed([
      first,
      { ...second, data: flipped(second.data) },
      end,
    ]),
    "a signature of naughts": framed([
      { ...first, signature: naught },
      second,
      end,
    ]),
    "the end's signature of naughts": framed([
      first,
      second,
      { ...end, signature: naught },
    ]),
    "in another order": framed([second, first, end]),
    "the first left out": framed([second, end]),
    "the last left out": framed([first, end]),
    "the end left out": framed([first, second]),
    "one twice": framed([first, first, second, end]),
    "one more": framed([first, second, { data: "x", signature: naught }, end]),
    "none at all": "",
    "only the end": framed([end]),
    "no signatures": all.replaceAll(/;chunk-signature=[0-9a-f]+/g, ""),
    "short signatures": all.replaceAll(/(signature=.{32})[0-9a-f]{32}/g, "$1"),
    "another extension": all.replaceAll("chunk-signature", "x"),
    "a size that is none": `zz${all}`,
    "a size below naught": `-1${all.slice(4)}`,
    "a size of 16 digits": `ffffffffffffffff${all.slice(4)}`,
    "a size larger than it is": `3000${all.slice(4)}`,
    "a head that does not end": "2".repeat(100_000),
    "no chunks, but the body": PARTS.join(""),
  };
  return Object.fromEntries(
    Object.entries(changes).map(([name, text]) => [
      `chunks: ${name}`,
      body(text),
    ]),
  );
}

/** A body or a checksum that are not each other's. */
function trailerAttacks({ request }: GoodS3Request): Named {
  const [first = "", second = ""] = PARTS;
  const body = (text: string) => ({ ...request, body: latin1(text) });
  const whole = `x-amz-checksum-crc32:${withTrailer(PARTS).split(":").at(-1)}`
    .trim();
  const changes: Record<string, string> = {
    "a body one bit off": withTrailer([flipped(first), second], whole),
    "a chunk left out": withTrailer([second], whole),
    "a chunk more": withTrailer([first, second, "x"], whole),
    "in another order": withTrailer([second, first], whole),
    "another checksum": withTrailer(PARTS, "x-amz-checksum-crc32:AAAAAA=="),
    "an empty checksum": withTrailer(PARTS, "x-amz-checksum-crc32:"),
    "a checksum of another kind": withTrailer(
      PARTS,
      "x-amz-checksum-crc32c:AAAAAA==",
    ),
    "no checksum": withTrailer(PARTS, ""),
    "no end": withTrailer(PARTS).slice(0, 8_192),
    "a size that is none": `zz${withTrailer(PARTS)}`,
  };
  return Object.fromEntries(
    Object.entries(changes).map(([name, text]) => [
      `trailer: ${name}`,
      body(text),
    ]),
  );
}

/** Another body than the one whose hash is signed. */
function bodyAttacks({ request }: GoodS3Request): Named {
  const text = String.fromCharCode(...request.body);
  const body = (changed: string) => ({ ...request, body: latin1(changed) });
  const more: Named = {
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
        ["content-length", "1"],
        ["content-length", "2"],
      ],
    },
    "body: an unknown framing": withHeaders(request, {
      "transfer-encoding": "xchunked",
    }),
  };
  if (text === "") return more;
  return {
    ...more,
    "body: one byte more": body(`${text}\n`),
    "body: one byte less": body(text.slice(0, -1)),
    "body: one bit off": body(flipped(text)),
    "body: none": body(""),
    "body: a hash in capitals": withHeaders(request, {
      "x-amz-content-sha256": "E3B0".repeat(16),
    }),
    "body: without its hash after all": withHeaders(request, {
      "x-amz-content-sha256": "UNSIGNED-PAYLOAD",
    }),
    "body: in chunks after all": withHeaders(
      body(framed([{ data: text, signature: "0".repeat(64) }, {
        data: "",
        signature: "0".repeat(64),
      }])),
      { "x-amz-content-sha256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD" },
    ),
    "body: another in chunks": withHeaders(
      body(`${text.length.toString(16)}\r\n${flipped(text)}\r\n0\r\n\r\n`),
      { "transfer-encoding": "chunked" },
    ),
  };
}

const HOUR = 3_600_000;

/** The presigned form: another name in it, another time, another order of one. */
function presignedAttacks({ request, plain, signing }: GoodS3Request): Named {
  const { target } = request;
  const set = (name: string, value: string) => ({
    ...request,
    target: target.replace(new RegExp(`(${name}=)[^&]*`), `$1${value}`),
  });
  const at = (ms: number, changes: Record<string, string> = {}) =>
    presign(
      plain,
      { ...signing, date: new Date(signing.date.getTime() + ms) },
      changes,
    );
  const drop = (name: string) => ({
    ...request,
    target: target.replace(new RegExp(`[?&]${name}=[^&]*`), "")
      .replace(/&/, target.includes("?") ? "?" : "&"),
  });
  const named = (value: string, secret = signing.secretKey) =>
    presign(plain, { ...signing, accessKey: value, secretKey: secret });
  const names = [
    "X-Amz-Algorithm",
    "X-Amz-Credential",
    "X-Amz-Date",
    "X-Amz-Expires",
    "X-Amz-SignedHeaders",
    "X-Amz-Signature",
  ];
  return {
    ...Object.fromEntries(names.map((name) => [
      `presigned: no ${name}`,
      drop(name),
    ])),
    ...Object.fromEntries(names.map((name) => [
      `presigned: an empty ${name}`,
      set(name, ""),
    ])),
    ...Object.fromEntries(names.map((name) => [
      `presigned: another ${name}`,
      set(name, "x"),
    ])),
    "presigned: a longer time": set("X-Amz-Expires", "604800"),
    "presigned: a signature of naughts": set(
      "X-Amz-Signature",
      "0".repeat(64),
    ),
    "presigned: an hour old": at(-HOUR),
    "presigned: a day old, for a year": at(-24 * HOUR, {
      "X-Amz-Expires": "31536000",
    }),
    "presigned: from tomorrow": at(24 * HOUR),
    "presigned: for a time below naught": at(0, { "X-Amz-Expires": "-1" }),
    "presigned: for a time that is none": at(0, { "X-Amz-Expires": "x" }),
    "presigned: another secret": named(signing.accessKey, "wrong"),
    "presigned: another name": named("nobody"),
    "presigned: version 2": {
      ...request,
      target: `${target.split("?")[0]}?AWSAccessKeyId=${signing.accessKey}` +
        "&Expires=9999999999&Signature=c2lnbmF0dXJl",
    },
    "presigned: another object": {
      ...request,
      target: target.replace("/v1/", "/v1/x"),
    },
    "presigned: another query": { ...request, target: `${target}&acl=` },
    "presigned: another method": {
      ...request,
      method: request.method === "GET" ? "DELETE" : "GET",
    },
    "presigned: a copy": withHeaders(
      { ...request, method: "PUT" },
      { "x-amz-copy-source": "/x/y" },
    ),
    "presigned: an unsigned tag": withHeaders(request, {
      "x-amz-meta-a": "b",
    }),
    "presigned: another host": withHeaders(request, { host: "evil.example" }),
    "presigned: a bearer beside it": withHeaders(request, {
      authorization: `AWS4-HMAC-SHA256 Credential=x`,
    }),
  };
}

/** A request that nobody signed, or that somebody else did. */
function strangers({ plain, signing }: GoodS3Request): Named {
  return {
    "nobody's": plain,
    "nobody's, with a date": withHeaders(plain, {
      "x-amz-date": signing.date.toISOString().replace(/[-:]|\.\d+/g, ""),
    }),
    "nobody's, to be shared": withHeaders(plain, {
      "x-amz-acl": "public-read-write",
    }),
    "nobody's, from a page": withHeaders(plain, {
      "origin": "http://evil.example",
      "access-control-request-method": plain.method,
    }),
    "version 2 of the signature": withHeaders(plain, {
      "date": signing.date.toUTCString(),
      "authorization": `AWS ${signing.accessKey}:c2lnbmF0dXJl`,
    }),
    "signed for the catalog": sign(plain, { ...signing, service: "s3tables" }),
  };
}

/** Every attack that can be made of the good request. */
export function attacksOnS3(good: GoodS3Request): Attack[] {
  const { form } = good;
  const named: Named = {
    // Whoever has the keys may do what S3 has: only changes of what was signed.
    ...without(/^signed method [A-Z]+$/, methods(good)),
    ...paths(good),
    ...queries(good),
    // One client sends this one itself.
    ...without(form === "trailer" ? /x-amz-trailer/ : /^$/, added(good)),
    ...strangers(good),
    ...form === "presigned" ? presignedAttacks(good) : {
      ...signedHeaders(good),
      ...authorizations(good),
      ...without(
        /service s3$|a list for a body/,
        signedAnew(good),
      ),
      ...hosts(good),
    },
    ...form === "chunks"
      ? chunkAttacks(good)
      : form === "trailer"
      ? trailerAttacks(good)
      : form === "hash"
      ? bodyAttacks(good)
      : {},
  };
  const isSame = (request: WireRequest) =>
    JSON.stringify(request) === JSON.stringify(good.request);
  return Object.entries(named).flatMap(([name, request]) =>
    request && !isSame(request)
      ? [{ name: `${name}; ${good.name}`, request }]
      : []
  );
}
