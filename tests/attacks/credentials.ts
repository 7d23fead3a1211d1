/**
 * Who signed, when, and what for, told otherwise than it is.
 *
 * @module
 */

import type { Generator } from "./generator.ts";
import { sign, type Signing } from "./sign.ts";
import { headerOf, withHeaders } from "./wire.ts";

/** The Authorization header by itself. */
export const authorizations: Generator = ({ request }) => {
  const value = headerOf(request, "authorization") ?? "";
  const names = value.match(/SignedHeaders=([^,]+)/)?.[1] ?? "";
  const listed = (list: string) =>
    value.replace(/SignedHeaders=[^,]+/, `SignedHeaders=${list}`);
  const signature = value.slice(-64);
  const signed = (text: string) => value.slice(0, -64) + text;
  const changes: Record<string, string> = {
    "another scheme": value.replace("AWS4-HMAC-SHA256", "AWS4-HMAC-SHA1"),
    "a weaker hash": value.replace("SHA256", "MD5"),
    "a stronger hash": value.replace("SHA256", "SHA512"),
    "two keys": value.replace("AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256"),
    "small letters": value.toLowerCase(),
    "no scheme": value.replace("AWS4-HMAC-SHA256 ", ""),
    "version 2": `AWS ${value.match(/Credential=([^/]+)/)?.[1]}:c2lnbmF0dXJl`,
    "a bearer": `Bearer ${signature}`,
    "basic": `Basic ${btoa("a:b")}`,
    "a signature of naughts": signed("0".repeat(64)),
    "a signature one bit off": signed(
      (signature.startsWith("0") ? "1" : "0") + signature.slice(1),
    ),
    "a signature in capitals": signed(
      signature.toUpperCase().replace(/^\d*$/, "A"),
    ),
    "a short signature": signed(signature.slice(0, 32)),
    "a long signature": signed(`${signature}00`),
    "no signature": signed(""),
    "two signatures": `${value}, Signature=${"0".repeat(64)}`,
    "two credentials": value.replace(
      "Credential=",
      "Credential=a/b, Credential=",
    ),
    "no credential": value.replace(/Credential=[^,]+, /, ""),
    "parts in another order": value.replace(
      /(Credential=[^,]+), (SignedHeaders=[^,]+)/,
      "$2, $1",
    ),
    "no list of headers": value.replace(/SignedHeaders=[^,]+, /, ""),
    "an empty list of headers": listed(""),
    "a list in another order": listed(names.split(";").reverse().join(";")),
    "a list with one more": listed(`${names};x-none`),
    "a list with one twice": listed(`${names};host`),
    "a list in capitals": listed(names.toUpperCase()),
    "a list without host": listed(names.replace(/host;?/, "")),
    "a list without the date": listed(names.replace(/;?x-amz-date/, "")),
    "a list that begins with nothing": listed(`;${names}`),
    "a list with nothing in it": listed(names.replace(";", ";;")),
    "a list that ends with nothing": listed(`${names};`),
    "a list of a name that is none": listed("host;__proto__;x-amz-date"),
    "a list with a space": listed(names.replace(";", "; ")),
    "64 kB": `${value}, ${"x".repeat(65_536)}`,
    "a list of 5,000": listed(Array(5_000).fill("host").join(";")),
    "something after it": `${value} x`,
    "a wide space in it": value.replace(", ", ",\xa0"),
  };
  return Object.fromEntries(
    Object.entries(changes).filter(([, changed]) => changed !== value)
      .map(([name, changed]) => [
        `authorization: ${name}`,
        withHeaders(request, { authorization: changed }),
      ]),
  );
};

const HOUR = 3_600_000;

/** Rightly signed, but with other keys, at another time, for something else. */
export const signedAnew: Generator = ({ plain, signing }) => {
  const now = signing.date.getTime();
  const stamp = (text: string): Partial<Signing> => ({
    stamp: text,
    day: signing.date.toISOString().slice(0, 10).replaceAll("-", ""),
  });
  const changes: Record<string, Partial<Signing>> = {
    "another secret key": { secretKey: `${signing.secretKey}x` },
    "an empty secret key": { secretKey: "" },
    "the access key as secret key": { secretKey: signing.accessKey },
    "another access key": { accessKey: "minioadmin2" },
    "an access key more": { accessKey: `${signing.accessKey}/x` },
    "service s3": { service: "s3" },
    "service S3TABLES": { service: "S3TABLES" },
    "service execute-api": { service: "execute-api" },
    "service glue": { service: "glue" },
    "another terminator": { terminator: "aws5_request" },
    "another algorithm": { algorithm: "AWS4-HMAC-SHA512" },
    "an hour ago": { date: new Date(now - HOUR) },
    "16 minutes ago": { date: new Date(now - HOUR * 16 / 60) },
    "in an hour": { date: new Date(now + HOUR) },
    "a year ago": { date: new Date(now - 365 * 24 * HOUR) },
    "the day before": {
      day: new Date(now - 24 * HOUR).toISOString().slice(0, 10)
        .replaceAll("-", ""),
    },
    "a date as in mails": stamp(signing.date.toUTCString()),
    "a date with dashes": stamp(signing.date.toISOString()),
    "a date without a zone": stamp("20261128T101010"),
    "a date that is none": stamp("20261399T999999Z"),
    "an empty date": stamp(""),
    "a list for a body": { states: { word: "UNSIGNED-PAYLOAD" } },
    "a stream of signed chunks": {
      states: { word: "STREAMING-AWS4-HMAC-SHA256-PAYLOAD" },
    },
    "a stream with trailers": {
      states: { word: "STREAMING-UNSIGNED-PAYLOAD-TRAILER" },
    },
    "a signed stream with trailers": {
      states: { word: "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER" },
    },
    "the hash of another body": { states: { word: "0".repeat(64) } },
    "an empty hash": { states: { word: "" } },
  };
  return Object.fromEntries(
    Object.entries(changes).map(([name, change]) => [
      `signed: ${name}`,
      sign(plain, { ...signing, ...change }),
    ]),
  );
};
