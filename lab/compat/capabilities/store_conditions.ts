/**
 * What an object store checks before it does something: conditions, checksums,
 * bodies that come in signed chunks.
 *
 * @module
 */

import { createHash, createHmac } from "node:crypto";
import { settings } from "../../../lib/core/settings.ts";
import { type Answer, sameAnswer } from "../answer.ts";
import type { Capability, Difference } from "../capability.ts";
import { isDone, type Reply, signed } from "../calls/http.ts";
import { inStore, type Objects } from "../calls/objects.ts";
import { replied } from "../calls/replies.ts";

/** The text for which every checksum's authors state its value. */
const TEXT = "123456789";
/** Checksums of {@linkcode TEXT} by the names of their headers, in base64. */
const CHECKSUMS = {
  crc32: "y/Q5Jg==",
  crc64nvme: "rosUhgp5mIg=",
  sha256: createHash("sha256").update(TEXT).digest("base64"),
};
/** Checksums of another text of the same length. */
const WRONG = {
  crc32: "AAAAAA==",
  crc64nvme: "AAAAAAAAAAA=",
  sha256: createHash("sha256").update("987654321").digest("base64"),
};
type Checksum = keyof typeof CHECKSUMS;

const ABSENT: Answer = [
  ["put where there is none", 200],
  ["put where there is one", 412, "PreconditionFailed"],
  ["the object", "first"],
  ["of five at once let in", 1],
];
const MATCHING: Answer = [
  ["put with its ETag", 200],
  ["put with the ETag before", 412, "PreconditionFailed"],
  ["the object", "second"],
];
const READING: Answer = [
  ["if none matches its ETag", 304],
  ["if none matches another", 200],
  ["if one matches its ETag", 200],
  ["if one matches another", 412],
];
/** What becomes of a right and a wrong body; the wrong one is refused by a 4xx. */
const CHECKED: Answer = [
  ["right", "stored", TEXT],
  ["wrong", "refused", 404],
];

/** Puts a right and a wrong object; what became of each. */
async function checked(
  objects: Objects,
  put: (name: string, isRight: boolean) => Promise<Reply>,
): Promise<Difference> {
  const answer: unknown[][] = [];
  let says = "";
  for (const name of ["right", "wrong"]) {
    const reply = await put(name, name === "right");
    const { status } = reply;
    const text = await objects.textOf(name);
    const became = status < 500 ? "refused" : status;
    answer.push([name, isDone(reply) ? "stored" : became, text]);
    if (name === "wrong" && status >= 500 && text === 404) {
      says = `it refuses with ${status}, which clients try again`;
    }
  }
  const isRight = sameAnswer(answer.slice(0, 1), CHECKED.slice(0, 1));
  return { answer, says: isRight ? says : "" };
}

/** The answer alone where there is nothing to say of it. */
const explained = ({ answer, says }: Difference) =>
  says ? { answer, says } : answer;

const hmac = (key: string | Uint8Array, text: string) =>
  createHmac("sha256", key).update(text).digest();
const sha256 = (text: string) =>
  createHash("sha256").update(text).digest("hex");

/** Chunks of a body, each signed on top of the one before. */
function signedChunks(
  headers: Record<string, string>,
  chunks: readonly string[],
): string {
  const date = headers["x-amz-date"] ?? "";
  const authorization = headers.authorization ?? "";
  const [, scope = ""] = authorization.match(/Credential=[^/]+\/([^,]+)/) ?? [];
  let [, last = ""] = authorization.match(/Signature=(\w+)/) ?? [];
  const key = scope.split("/").reduce<string | Uint8Array>(
    hmac,
    `AWS4${settings().secretKey}`,
  );
  return [...chunks, ""].map((chunk) => {
    last = hmac(
      key,
      [
        ...["AWS4-HMAC-SHA256-PAYLOAD", date, scope, last],
        ...[sha256(""), sha256(chunk)],
      ].join("\n"),
    ).toString("hex");
    const size = chunk.length.toString(16);
    return `${size};chunk-signature=${last}\r\n${chunk}\r\n`;
  }).join("");
}

/** Puts {@linkcode TEXT} with a checksum behind its last chunk. */
function withTrailer(
  objects: Objects,
  name: string,
  checksum: string,
): Promise<Reply> {
  const size = TEXT.length.toString(16);
  return objects.ask({
    ...{ method: "PUT", name },
    headers: {
      "content-encoding": "aws-chunked",
      "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
      "x-amz-decoded-content-length": String(TEXT.length),
      "x-amz-trailer": "x-amz-checksum-crc32",
    },
    body: `${size}\r\n${TEXT}\r\n0\r\nx-amz-checksum-crc32:${checksum}\r\n\r\n`,
  });
}

/** Puts {@linkcode TEXT} in signed chunks; a wrong one is altered afterwards. */
async function inChunks(
  objects: Objects,
  name: string,
  isRight: boolean,
): Promise<Reply> {
  const plain = objects.request({
    ...{ method: "PUT", name },
    headers: {
      "content-encoding": "aws-chunked",
      "x-amz-content-sha256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
      "x-amz-decoded-content-length": String(TEXT.length),
    },
  });
  const headers = await signed(plain, "s3");
  const body = signedChunks(headers, [TEXT]);
  return await objects.sendAs({
    ...{ ...plain, headers },
    body: isRight ? body : body.replace(TEXT, "987654321"),
  });
}

/** Puts objects with a checksum, which is kept with the right one. */
async function withChecksum(
  objects: Objects,
  checksum: Checksum,
): Promise<Answer | Difference> {
  const header = `x-amz-checksum-${checksum}`;
  const { answer, says } = await checked(objects, (name, isRight) => {
    const value = (isRight ? CHECKSUMS : WRONG)[checksum];
    const headers = { [header]: value };
    return objects.ask({ method: "PUT", name, headers, body: TEXT });
  });
  const headers = { "x-amz-checksum-mode": "ENABLED" };
  const head = await objects.ask({ method: "HEAD", name: "right", headers });
  const kept = head.headers.get(header);
  const isKept = kept === CHECKSUMS[checksum];
  const isChecked = sameAnswer(answer, CHECKED);
  return explained({
    answer: [...answer, ["given by HEAD", kept]],
    says: isChecked && kept === null
      ? "it checks it, but does not give it by HEAD"
      : isKept
      ? says
      : "",
  });
}

/** What an object store checks before it does something. */
export const conditionCapabilities: readonly Capability[] = [
  {
    ...{ id: "put_if_absent", group: "store" },
    name: "Put if there is none (If-None-Match: *)",
    engines: {
      typescript: inStore(async (objects) => {
        const put = (name: string, body: string) =>
          objects.ask({
            ...{ method: "PUT", name, body },
            headers: { "if-none-match": "*" },
          });
        const replies = [await put("a", "first"), await put("a", "second")];
        const five = await Promise.all(
          ["1", "2", "3", "4", "5"].map((body) => put("b", body)),
        );
        return replied(ABSENT, [
          ...[...replies, await objects.textOf("a")],
          five.filter(isDone).length,
        ]);
      }),
    },
    expect: ABSENT,
  },
  {
    ...{ id: "put_if_match", group: "store" },
    name: "Put over the one that was read (If-Match)",
    engines: {
      typescript: inStore(async (objects) => {
        const first = await objects.put("object", "first");
        const etag = first.headers.get("etag") ?? "none";
        const put = (body: string) =>
          objects.ask({
            ...{ method: "PUT", name: "object", body },
            headers: { "if-match": etag },
          });
        const replies = [await put("second"), await put("third")];
        const text = await objects.textOf("object");
        return replied(MATCHING, [...replies, text]);
      }),
    },
    expect: MATCHING,
  },
  {
    ...{ id: "get_if", group: "store", name: "Get on a condition" },
    engines: {
      typescript: inStore(async (objects) => {
        const put = await objects.put("object", "text");
        const etag = put.headers.get("etag") ?? "none";
        const other = `"${"0".repeat(32)}"`;
        const rows = [];
        for (const name of ["if-none-match", "if-match"]) {
          for (const value of [etag, other]) {
            const headers = { [name]: value };
            const request = { method: "GET", name: "object", headers };
            rows.push((await objects.ask(request)).status);
          }
        }
        return replied(READING, rows);
      }),
    },
    expect: READING,
  },
  ...(["crc32", "crc64nvme", "sha256"] as const).map((one): Capability => ({
    ...{ id: `checksum_${one}`, group: "store" },
    name: `Checksum in a header: ${one.toUpperCase()}`,
    engines: { typescript: inStore((objects) => withChecksum(objects, one)) },
    expect: [...CHECKED, ["given by HEAD", CHECKSUMS[one]]],
  })),
  {
    ...{ id: "checksum_trailer", group: "store" },
    name: "Checksum behind a body in chunks",
    engines: {
      typescript: inStore(async (objects) =>
        explained(
          await checked(
            objects,
            (name, isRight) =>
              withTrailer(objects, name, (isRight ? CHECKSUMS : WRONG).crc32),
          ),
        )
      ),
    },
    expect: CHECKED,
  },
  {
    ...{ id: "signed_chunks", group: "store", name: "Body in signed chunks" },
    engines: {
      typescript: inStore(async (objects) =>
        explained(
          await checked(objects, (name, isRight) =>
            inChunks(objects, name, isRight)),
        )
      ),
    },
    expect: CHECKED,
  },
];
