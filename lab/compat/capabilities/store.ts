/**
 * What an object store does: put, get, list, copy and delete as programs do it;
 * what it checks while it does so is in a file of its own.
 *
 * @module
 */

import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import type { Answer } from "../answer.ts";
import type { Capability } from "../capability.ts";
import {
  encodeKey,
  inStore,
  type Objects,
  type Upload,
} from "../calls/objects.ts";
import { replied } from "../calls/replies.ts";
import { conditionCapabilities } from "./store_conditions.ts";

/** The smallest size that a part may have unless it is the last. */
const PART_BYTES = 5 * 1024 * 1024;
const KEYS = [
  "day=2024-01-01/part (1)'s.parquet",
  "percent%2Fsign",
  "plus+and space",
  "question?mark&more#end",
  "Ünïcode 東京 ☃",
];
const ABORTED: Answer = [
  ["a part afterwards", 404, "NoSuchUpload"],
  ["the object", 404],
];
/** What a complete upload gives; `parts` are counted in its ETag. */
const uploaded = (parts: unknown): Answer => [
  ["got before it is complete", 404],
  ["the bytes that were sent", true],
  ["parts in its ETag", parts],
];
const ERRORS: Answer = [
  ["a missing object", 404, "NoSuchKey"],
  ["a missing bucket", 404, "NoSuchBucket"],
  ["a missing upload", 404, "NoSuchUpload"],
  ["a range beyond the end", 416, "InvalidRange"],
];

/** Names of objects, without the probe's prefix. */
const namesOf = (
  objects: Objects,
  found: readonly { Key?: string | undefined }[] = [],
) => found.map(({ Key = "" }) => Key.replace(objects.prefix, ""));

/** Everything that is listed under the probe's prefix. */
async function list(
  objects: Objects,
): Promise<{ name: string | undefined; size: number | undefined }[]> {
  const { bucket, prefix } = objects;
  const { Contents = [] } = await objects.send(
    new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix }),
  );
  const names = namesOf(objects, Contents);
  return Contents.map(({ Size }, i) => ({ name: names[i], size: Size }));
}

/** Bytes that no store could guess. */
function randomBytes(size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  for (let i = 0; i < size; i += 65_536) {
    crypto.getRandomValues(bytes.subarray(i, i + 65_536));
  }
  return bytes;
}

const sameBytes = (one: Uint8Array, other: Uint8Array) =>
  one.length === other.length && one.every((byte, i) => byte === other[i]);

/** Sends the parts of an upload; what they are, to complete it with. */
async function sendParts(
  objects: Objects,
  upload: Upload,
  parts: Uint8Array[],
) {
  const sent = [];
  for (const [i, Body] of parts.entries()) {
    const PartNumber = i + 1;
    const command = new UploadPartCommand({ ...upload, PartNumber, Body });
    const { ETag } = await objects.send(command);
    sent.push({ ETag, PartNumber });
  }
  return sent;
}

/** What an object store does. */
const ownCapabilities: readonly Capability[] = [
  {
    ...{ id: "object_put", group: "store", name: "Put, get, HEAD" },
    engines: {
      typescript: inStore(async (objects) => {
        const Body = randomBytes(1000);
        const [full, empty] = [objects.at("full"), objects.at("empty")];
        await objects.send(new PutObjectCommand({ ...full, Body }));
        await objects.send(
          new PutObjectCommand({ ...empty, Body: new Uint8Array() }),
        );
        const { bytes } = await objects.get("full");
        const head = await objects.send(new HeadObjectCommand(full));
        const none = await objects.send(new HeadObjectCommand(empty));
        return [
          ["the bytes that were sent", sameBytes(bytes, Body)],
          ["length by HEAD", head.ContentLength],
          ["length of an empty one", none.ContentLength],
        ];
      }),
    },
    expect: [
      ["the bytes that were sent", true],
      ["length by HEAD", 1000],
      ["length of an empty one", 0],
    ],
  },
  {
    ...{ id: "object_metadata", group: "store" },
    name: "Type and metadata kept",
    engines: {
      typescript: inStore(async (objects) => {
        const object = objects.at("object");
        await objects.send(
          new PutObjectCommand({
            ...{ ...object, Body: "a", ContentType: "text/x-compat" },
            Metadata: { trips: "three" },
          }),
        );
        const head = await objects.send(new HeadObjectCommand(object));
        return [
          ["type", head.ContentType],
          ["trips", head.Metadata?.trips],
        ];
      }),
    },
    expect: [["type", "text/x-compat"], ["trips", "three"]],
  },
  {
    ...{ id: "object_etag", group: "store" },
    name: "ETag the same by put, get, HEAD and list",
    engines: {
      typescript: inStore(async (objects) => {
        const { bucket: Bucket, prefix: Prefix } = objects;
        const object = objects.at("object");
        const put = (Body: string) =>
          objects.send(new PutObjectCommand({ ...object, Body }));
        const before = (await put("before")).ETag;
        const { ETag } = await put("after");
        const list = await objects.send(
          new ListObjectsV2Command({ Bucket, Prefix }),
        );
        const others = [
          (await objects.get("object")).ETag,
          (await objects.send(new HeadObjectCommand(object))).ETag,
          list.Contents?.[0]?.ETag,
        ];
        return [
          ["the same", ...others.map((one) => one === ETag)],
          ["given", typeof ETag],
          ["another for other bytes", before !== ETag],
        ];
      }),
    },
    expect: [
      ["the same", true, true, true],
      ["given", "string"],
      ["another for other bytes", true],
    ],
  },
  {
    ...{ id: "object_keys", group: "store" },
    name: "Keys with spaces, signs and other scripts",
    engines: {
      typescript: inStore(async (objects) => {
        for (const name of KEYS) await objects.put(name, `at ${name}`);
        const names = (await list(objects)).map(({ name }) => name);
        const rows = [];
        for (const name of KEYS) {
          const text = await objects.textOf(name);
          rows.push([name, text === `at ${name}`, names.includes(name)]);
        }
        return rows;
      }),
    },
    expect: KEYS.map((name) => [name, true, true]),
  },
  {
    ...{ id: "object_range", group: "store", name: "Ranges" },
    engines: {
      typescript: inStore(async (objects) => {
        await objects.put("digits", "0123456789");
        const rows = [];
        for (const range of ["2-4", "7-", "-2", "8-99"]) {
          const headers = { range: `bytes=${range}` };
          const request = { method: "GET", name: "digits", headers };
          const reply = await objects.ask(request);
          const where = reply.headers.get("content-range");
          rows.push([range, reply.status, reply.text, where]);
        }
        return rows;
      }),
    },
    expect: [
      ["2-4", 206, "234", "bytes 2-4/10"],
      ["7-", 206, "789", "bytes 7-9/10"],
      ["-2", 206, "89", "bytes 8-9/10"],
      ["8-99", 206, "89", "bytes 8-9/10"],
    ],
  },
  {
    ...{ id: "object_list", group: "store", name: "List in pages" },
    engines: {
      typescript: inStore(async (objects) => {
        for (const name of ["e", "c", "a", "d", "b"]) {
          await objects.put(name, name);
        }
        const pages = [];
        let ContinuationToken: string | undefined;
        do {
          const page = await objects.send(
            new ListObjectsV2Command({
              ...{ Bucket: objects.bucket, Prefix: objects.prefix },
              ...{ MaxKeys: 2, ContinuationToken },
            }),
          );
          pages.push(namesOf(objects, page.Contents));
          ContinuationToken = page.NextContinuationToken;
        } while (ContinuationToken && pages.length < 9);
        return pages;
      }),
    },
    expect: [["a", "b"], ["c", "d"], ["e"]],
  },
  {
    ...{ id: "object_folders", group: "store", name: "List by a delimiter" },
    engines: {
      typescript: inStore(async (objects) => {
        for (const name of ["a/1", "a/2", "b/c/3", "d"]) {
          await objects.put(name, name);
        }
        const page = await objects.send(
          new ListObjectsV2Command({
            ...{ Bucket: objects.bucket, Prefix: objects.prefix },
            Delimiter: "/",
          }),
        );
        const folders = page.CommonPrefixes?.map(({ Prefix }) => ({
          Key: Prefix,
        }));
        return [
          ["folders", ...namesOf(objects, folders)],
          ["objects", ...namesOf(objects, page.Contents)],
        ];
      }),
    },
    expect: [["folders", "a/", "b/"], ["objects", "d"]],
  },
  {
    ...{ id: "object_consistent", group: "store" },
    name: "List at once after put, overwrite and delete",
    engines: {
      typescript: inStore(async (objects) => {
        const rows = [];
        const look = async (what: string) => {
          const found = await list(objects);
          rows.push([
            what,
            ...found.map(({ name, size }) => `${name} ${size}`),
          ]);
        };
        await objects.put("object", "1");
        await look("put");
        await objects.put("object", "333");
        await look("overwritten");
        const got = await objects.textOf("object");
        await objects.send(new DeleteObjectCommand(objects.at("object")));
        await look("deleted");
        rows.push(["got", got, await objects.textOf("object")]);
        return rows;
      }),
    },
    expect: [
      ["put", "object 1"],
      ["overwritten", "object 3"],
      ["deleted"],
      ["got", "333", 404],
    ],
  },
  {
    ...{ id: "object_copy", group: "store", name: "Copy" },
    engines: {
      typescript: inStore(async (objects) => {
        const from = objects.at("from here");
        await objects.put("from here", "copied", { "x-amz-meta-trips": "3" });
        await objects.send(
          new CopyObjectCommand({
            ...objects.at("to"),
            CopySource: encodeKey(`${from.Bucket}/${from.Key}`),
          }),
        );
        const { bytes, Metadata } = await objects.get("to");
        return [
          ["copy", new TextDecoder().decode(bytes), Metadata?.trips],
          ["the first", await objects.textOf("from here")],
        ];
      }),
    },
    expect: [["copy", "copied", "3"], ["the first", "copied"]],
  },
  {
    ...{ id: "object_delete_many", group: "store" },
    name: "Delete many at once",
    engines: {
      typescript: inStore(async (objects) => {
        for (const name of ["a", "b & c", "kept"]) {
          await objects.put(name, name);
        }
        const gone = ["a", "b & c", "never"].map((name) => objects.at(name));
        const { Deleted, Errors } = await objects.send(
          new DeleteObjectsCommand({
            Bucket: objects.bucket,
            Delete: { Objects: gone.map(({ Key }) => ({ Key })) },
          }),
        );
        return [
          ["deleted", ...namesOf(objects, Deleted).sort()],
          ["errors", Errors?.length ?? 0],
          ["left", ...(await list(objects)).map(({ name }) => name)],
        ];
      }),
    },
    expect: [
      ["deleted", "a", "b & c", "never"],
      ["errors", 0],
      ["left", "kept"],
    ],
  },
  {
    ...{ id: "multipart", group: "store", name: "Upload in parts" },
    engines: {
      typescript: inStore(async (objects) => {
        const bytes = randomBytes(PART_BYTES + 1000);
        const upload = await objects.begin("object");
        const Parts = await sendParts(objects, upload, [
          bytes.subarray(0, PART_BYTES),
          bytes.subarray(PART_BYTES),
        ]);
        const before = await objects.textOf("object");
        await objects.send(
          new CompleteMultipartUploadCommand({
            ...{ ...upload, MultipartUpload: { Parts } },
          }),
        );
        const got = await objects.get("object");
        const parts = got.ETag?.match(/-(\d+)"$/)?.[1];
        return replied(uploaded(parts), [
          ...[before, sameBytes(got.bytes, bytes), parts],
        ]);
      }),
    },
    expect: uploaded("2"),
    differs: [{
      answer: uploaded(null),
      says: "its ETag does not count the parts",
    }],
  },
  {
    ...{ id: "multipart_abort", group: "store" },
    name: "Upload in parts, given up",
    engines: {
      typescript: inStore(async (objects) => {
        const upload = await objects.begin("object");
        await sendParts(objects, upload, [randomBytes(1000)]);
        await objects.send(new AbortMultipartUploadCommand(upload));
        const id = encodeURIComponent(upload.UploadId ?? "");
        const query = `partNumber=2&uploadId=${id}`;
        const more = await objects.ask({
          ...{ method: "PUT", name: "object", query, body: "more" },
        });
        return replied(ABORTED, [more, await objects.textOf("object")]);
      }),
    },
    expect: ABORTED,
  },
  {
    ...{ id: "object_errors", group: "store" },
    name: "Errors by status and code",
    engines: {
      typescript: inStore(async (objects) => {
        const name = "object";
        await objects.put(name, "short");
        const headers = { range: "bytes=100-200" };
        const query = "partNumber=1&uploadId=never";
        return replied(ERRORS, [
          await objects.ask({ method: "GET", name: "missing" }),
          await objects.ask({
            method: "GET",
            name,
            bucket: "compat-missing-bucket",
          }),
          await objects.ask({ method: "PUT", name, query, body: "part" }),
          await objects.ask({ method: "GET", name, headers }),
        ]);
      }),
    },
    expect: ERRORS,
  },
];

/** What an object store does. */
export const storeCapabilities: readonly Capability[] = [
  ...ownCapabilities,
  ...conditionCapabilities,
];
