/**
 * Reads Avro files with 64-bit integers as they are: snapshot ids do not fit a
 * `number`.
 *
 * @module
 */

import { crc32, inflateRawSync, zstdDecompressSync } from "node:zlib";
import avro from "avsc";
import { LakehouseError } from "../../../lib/core/errors.ts";
import type { ObjectReader } from "../object_store.ts";
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

// Writers end a block after some 64 kB; a file may say that it is anything.
const LARGEST_BLOCK = 64 * 1024 * 1024;
const MOST_RECORDS = 5_000_000;

/** Snappy as Avro has it: the checksum of what it holds is at its end. */
async function unsnap(data: Buffer): Promise<Buffer> {
  const { snappyUncompress } = await import("hyparquet");
  // Its length stands before it, in as many groups of seven bits as it takes.
  let [length, at] = [0, 0];
  for (; data[at]! > 127; at++) length += (data[at]! & 127) * 2 ** (7 * at);
  length += data[at]! * 2 ** (7 * at);
  if (!(length <= LARGEST_BLOCK)) throw new Error(TOO_LARGE);
  const whole = Buffer.alloc(length);
  snappyUncompress(data.subarray(0, -4), whole);
  if (data.readUInt32BE(data.length - 4) !== crc32(whole)) {
    throw new Error("a checksum differs");
  }
  return whole;
}

const TOO_LARGE = `a block of it is larger than ${LARGEST_BLOCK} bytes`;
const LIMIT = { maxOutputLength: LARGEST_BLOCK };

// Iceberg compresses its metadata with gzip's method unless told otherwise.
const CODECS: Record<string, (data: Buffer) => Buffer | Promise<Buffer>> = {
  null: (data) => data,
  deflate: (data) => inflateRawSync(data, LIMIT),
  zstandard: (data) => zstdDecompressSync(data, LIMIT),
  snappy: unsnap,
};

const META = avro.Type.forSchema({ type: "map", values: "bytes" });
const MAGIC = Buffer.from("Obj\x01");

/** Reads one value after the other. */
function reader(bytes: Buffer, start = 0) {
  let at = start;
  return {
    isAtEnd: () => at === bytes.length,
    value(type: avro.Type) {
      const { value, offset } = type.decode(bytes, at);
      if (offset < 0) throw new Error("its end is missing");
      at = offset;
      return value;
    },
    bytes(length: number): Buffer {
      if (!(length >= 0 && at + length <= bytes.length)) {
        throw new Error("its end is missing");
      }
      at += length;
      return bytes.subarray(at - length, at);
    },
  };
}

/**
 * The records of a whole Avro file; a field that is null there is `null` here.
 *
 * Logical types stay what they are underneath: a date is a number of days.
 *
 * @throws {UnknownCodec} When it is compressed in a way that is not known.
 * @throws {Error} When it is no Avro file, is damaged, or is larger than it may be.
 */
export async function readAvro(
  bytes: Uint8Array,
): Promise<Record<string, unknown>[]> {
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (!whole.subarray(0, 4).equals(MAGIC)) {
    throw new Error("it is no Avro file");
  }
  const file = reader(whole, 4);
  const meta: Record<string, Buffer | undefined> = file.value(META);
  const schema = meta["avro.schema"];
  if (!schema) throw new Error("it is no Avro file");
  const codec = meta["avro.codec"]?.toString() ?? "null";
  const decompress = Object.hasOwn(CODECS, codec) && CODECS[codec];
  if (!decompress) throw new UnknownCodec(codec);
  const type = avro.Type.forSchema(JSON.parse(schema.toString()), {
    // Some writers say "long", some {"type": "long"}.
    typeHook: (inner) =>
      (inner as { type?: unknown }).type === "long" ? LONG : undefined,
    registry: { long: LONG },
  });
  const sync = file.bytes(16);
  const records: Record<string, unknown>[] = [];
  while (!file.isAtEnd()) {
    const count = Number(file.value(LONG));
    const block = file.bytes(Number(file.value(LONG)));
    if (!file.bytes(16).equals(sync)) throw new Error("its end is missing");
    if (records.length + count > MOST_RECORDS) {
      throw new Error(`it has more than ${MOST_RECORDS} records`);
    }
    const rows = reader(await decompress(block));
    for (let row = 0; row < count; row++) records.push(rows.value(type));
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
