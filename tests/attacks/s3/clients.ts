/**
 * What Spark, Trino and the AWS SDK send to an object store, and in which of
 * the four forms: the body's hash, none, signed chunks, a checksum behind it.
 *
 * @module
 */

import { createHash } from "node:crypto";
import type { GoodRequest } from "../clients.ts";
import { presign, sign, type Signing } from "../sign.ts";
import { latin1, type WireRequest, withHeaders } from "../wire.ts";
import { framed, signedChunks, withTrailer } from "./chunks.ts";

/** A good request of S3: how its body goes over the wire is its own. */
export interface GoodS3Request extends GoodRequest {
  /** How the body is vouched for. */
  form: "hash" | "unsigned" | "chunks" | "trailer" | "presigned";
}

/** Parts of a body that goes in chunks. */
export const PARTS: readonly string[] = ["a".repeat(8_192), "b".repeat(300)];

/** What is there before: an object to read, one to overwrite, an upload. */
export interface Scene {
  port: number;
  bucket: string;
  /** An upload in parts that has begun, of the key `v1/parts`. */
  uploadId: string;
  keys: { accessKey: string; secretKey: string };
}

const LIST = "<?xml version='1.0'?><Delete><Object><Key>v1/deleted</Key>" +
  "</Object><Quiet>true</Quiet></Delete>";
const COMPLETE = "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber>" +
  "<ETag>none</ETag></Part></CompleteMultipartUpload>";

/** How whoever has the keys signs for S3. */
export function s3Signing(
  keys: Scene["keys"],
  states: Signing["states"] = "hex",
): Signing {
  return {
    ...keys,
    region: "us-east-1",
    service: "s3",
    date: new Date(),
    states,
    unsigned: ["user-agent", "accept-encoding"],
    algorithm: "AWS4-HMAC-SHA256",
    terminator: "aws4_request",
  };
}

const WORDS = {
  unsigned: "UNSIGNED-PAYLOAD",
  chunks: "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
  trailer: "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
};

type Call = [
  name: string,
  form: GoodS3Request["form"],
  method: string,
  target: string,
  body?: string,
  headers?: Record<string, string>,
];

function calls({ bucket, uploadId }: Scene): Call[] {
  const at = `/${bucket}/v1`;
  const whole = PARTS.join("");
  const decoded = { "x-amz-decoded-content-length": `${whole.length}` };
  return [
    ["a read", "hash", "GET", `${at}/read`],
    ["a read of a range", "hash", "GET", `${at}/read`, "", {
      range: "bytes=0-3",
    }],
    ["a look", "hash", "HEAD", `${at}/read`],
    ["a list", "hash", "GET", `/${bucket}?list-type=2&prefix=v1%2F`],
    ["a list of buckets", "hash", "GET", "/"],
    ["a write", "hash", "PUT", `${at}/write`, whole],
    ["a write without a hash", "unsigned", "PUT", `${at}/unsigned`, whole],
    ["a write in chunks", "chunks", "PUT", `${at}/chunks`, whole, {
      ...decoded,
      "content-encoding": "aws-chunked",
    }],
    ["a write with a trailer", "trailer", "PUT", `${at}/trailer`, whole, {
      ...decoded,
      "content-encoding": "aws-chunked",
      "x-amz-trailer": "x-amz-checksum-crc32",
    }],
    ["a copy", "hash", "PUT", `${at}/copy`, "", {
      "x-amz-copy-source": `/${bucket}/v1/read`,
    }],
    ["a part", "hash", "PUT", `${at}/parts?partNumber=1&uploadId=${uploadId}`]
      .concat(whole) as Call,
    ["an upload's begin", "hash", "POST", `${at}/begun?uploads=`],
    ["a list of deletions", "hash", "POST", `/${bucket}?delete=`, LIST, {
      "content-md5": createHash("md5").update(LIST).digest("base64"),
    }],
    ["a deletion", "hash", "DELETE", `${at}/deleted`],
    ["a presigned read", "presigned", "GET", `${at}/read`],
    ["a presigned write", "presigned", "PUT", `${at}/presigned`, whole],
    [
      "an upload's end",
      "hash",
      "POST",
      `${at}/parts?uploadId=${uploadId}`,
      COMPLETE,
    ],
  ];
}

/** A request with its body as the form sends it, signed. */
export function signAs(
  form: GoodS3Request["form"],
  plain: WireRequest,
  signing: Signing,
): WireRequest {
  if (form === "presigned") return presign(plain, signing);
  const signed = sign(plain, signing);
  if (form === "chunks") {
    const chunks = signedChunks(signed, signing, PARTS);
    return { ...signed, body: latin1(framed(chunks)) };
  }
  return form === "trailer"
    ? { ...signed, body: latin1(withTrailer(PARTS)) }
    : signed;
}

/** The good requests to the object store of a scene, signed now. */
export function goodS3Requests(scene: Scene): GoodS3Request[] {
  return calls(scene).map(([name, form, method, target, body = "", more]) => {
    const states = form in WORDS
      ? { word: WORDS[form as keyof typeof WORDS] }
      : "hex";
    const signing = s3Signing(scene.keys, states);
    const plain = withHeaders({
      method,
      target,
      headers: [
        ["host", `127.0.0.1:${scene.port}`],
        ["user-agent", "aws-sdk-java/2.30"],
      ],
      body: latin1(body),
    }, more ?? {});
    return {
      name,
      form,
      plain,
      signing,
      request: signAs(form, plain, signing),
    };
  });
}
