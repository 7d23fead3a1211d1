/**
 * Reads Avro files with 64-bit integers as they are: snapshot ids do not fit a
 * `number`.
 *
 * @module
 */

import { crc32, inflateRaw, zstdDecompress } from "node:zlib";
import avro from "avsc";
import { LakehouseError } from "../../lib/core/errors.ts";
import type { ObjectReader } from "./object_store.ts";
import { Buffer } from "node:buffer";

const LONG = avro.types.LongType.__with({
  fromBuffer: (bytes: Uint8Array) =>
    new DataView(bytes.buffer, bytes.byteOffset, 8).getBigInt64(0, true),
  toBuffer: (value: bigint) => {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigInt64(0, value, true);
    return bytes;
  },
  fromJSON: BigInt,
  toJSON: Number,
  isValid: (value: unknown) => typeof value === "bigint",
  compare: (a: bigint, b: bigint) => a < b ? -1 : a > b ? 1 : 0,
});

/** A file is compressed in a way that this reader does not know. */
export class UnknownCodec extends Error {
  override name = "UnknownCodec";
  constructor(readonly codec: string) {
    super(`its compression, ${codec}, is not known`);
  }
}

/** Snappy as Avro has it: the checksum of what it holds is at its end. */
async function unsnap(data: Uint8Array): Promise<Buffer> {
  const { snappyUncompress } = await import("hyparquet");
  // Its length stands before it, in as many groups of seven bits as it takes.
  let [length, at] = [0, 0];
  for (; data[at]! > 127; at++) length += (data[at]! & 127) * 2 ** (7 * at);
  const whole = Buffer.alloc(length + data[at]! * 2 ** (7 * at));
  snappyUncompress(data.subarray(0, -4), whole);
  const sum = new DataView(data.buffer, data.byteOffset, data.length)
    .getUint32(data.length - 4);
  if (sum !== crc32(whole)) throw new Error("a checksum differs");
  return whole;
}

/**
 * The records of a whole Avro file; a field that is null there is `null` here.
 *
 * Logical types stay what they are underneath: a date is a number of days.
 *
 * @throws {UnknownCodec} When it is compressed in a way that is not known.
 * @throws {Error} When it is no Avro file, or is damaged.
 */
export async function readAvro(
  bytes: Uint8Array,
): Promise<Record<string, unknown>[]> {
  const records: Record<string, unknown>[] = [];
  let hasSchema = false;
  const decoder = new avro.streams.BlockDecoder({
    // Iceberg compresses its metadata with gzip's method unless told otherwise.
    codecs: {
      null: (data, done) => done(null, data),
      deflate: (data, done) => inflateRaw(data, done),
      zstandard: (data, done) => zstdDecompress(data, done),
      snappy: (data, done) => {
        unsnap(data).then((whole) => done(null, whole), done);
      },
    },
    parseHook: (schema) =>
      avro.Type.forSchema(schema, {
        // Some writers say "long", some {"type": "long"}.
        typeHook: (inner) =>
          (inner as { type?: unknown }).type === "long" ? LONG : undefined,
        registry: { long: LONG },
      }),
  });
  let sync = new Uint8Array();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  decoder.on("metadata", (_type, _codec, file) => {
    sync = file.sync;
    hasSchema = "avro.schema" in file.meta;
  });
  decoder.on("data", (record) => records.push(record));
  decoder.on("end", resolve);
  decoder.on("error", (error) => {
    const [, codec] = error.message.match(/unknown codec: (.*)/) ?? [];
    reject(codec === undefined ? error : new UnknownCodec(codec));
  });
  decoder.end(bytes);
  await promise;
  if (!hasSchema) throw new Error("it is no Avro file");
  // The decoder takes a file that breaks off for one that ends.
  const end = bytes.subarray(-sync.length);
  if (!end.every((byte, index) => byte === sync[index])) {
    throw new Error("its end is missing");
  }
  return records;
}

/** An object that is not what it should be. */
export function damaged(
  path: string,
  why: string,
  cause?: unknown,
): LakehouseError {
  return new LakehouseError({
    what: `Cannot read ${path}`,
    why,
    next: "restore the object, or look at another snapshot",
    cause,
  });
}

/**
 * The records of an object, and its size.
 *
 * @throws {LakehouseError} When it is missing, damaged, or compressed in a way that is not known.
 */
export async function readRecords(
  objects: Pick<ObjectReader, "read">,
  path: string,
): Promise<{ records: Record<string, unknown>[]; bytes: number }> {
  const bytes = await objects.read(path);
  try {
    return { records: await readAvro(bytes), bytes: bytes.length };
  } catch (cause) {
    if (!(cause instanceof UnknownCodec)) {
      throw damaged(path, `it is damaged: ${(cause as Error).message}`, cause);
    }
    throw new LakehouseError({
      what: `Cannot read ${path} without an engine`,
      why: `it is compressed with ${cause.codec}`,
      next:
        "ask Trino or Spark, or rewrite it: CALL system.rewrite_manifests(…)",
      cause,
    });
  }
}
