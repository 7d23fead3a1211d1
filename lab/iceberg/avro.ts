/**
 * Reads Avro files with 64-bit integers as they are: snapshot ids do not fit a
 * `number`.
 *
 * @module
 */

import { inflateRaw, zstdDecompress } from "node:zlib";
import avro from "avsc";

/** What an Avro file holds. */
export interface AvroFile {
  /** Its records; a field that is null there is `null` here. */
  records: Record<string, unknown>[];
  /** The texts in its header, `avro.schema` among them. */
  header: Record<string, string>;
}

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

/**
 * Decodes a whole Avro file.
 *
 * Logical types stay what they are underneath: a date is a number of days.
 *
 * @throws {Error} When it is no Avro file, is damaged, or is compressed in another way.
 */
export async function readAvro(bytes: Uint8Array): Promise<AvroFile> {
  const records: Record<string, unknown>[] = [];
  const header: Record<string, string> = {};
  const decoder = new avro.streams.BlockDecoder({
    // Iceberg compresses its metadata with gzip's method unless told otherwise.
    codecs: {
      null: (data, done) => done(null, data),
      deflate: (data, done) => inflateRaw(data, done),
      zstandard: (data, done) => zstdDecompress(data, done),
    },
    parseHook: (schema) =>
      avro.Type.forSchema(schema, { registry: { long: LONG } }),
  });
  let sync = new Uint8Array();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  decoder.on("metadata", (_type, _codec, file) => {
    sync = file.sync;
    for (const [name, value] of Object.entries(file.meta)) {
      header[name] = new TextDecoder().decode(value as Uint8Array);
    }
  });
  decoder.on("data", (record) => records.push(record));
  decoder.on("end", resolve);
  decoder.on("error", reject);
  decoder.end(bytes);
  await promise;
  if (!("avro.schema" in header)) throw new Error("it is no Avro file");
  // The decoder takes a file that breaks off for one that ends.
  const end = bytes.subarray(-sync.length);
  if (!end.every((byte, index) => byte === sync[index])) {
    throw new Error("its end is missing");
  }
  return { records, header };
}
