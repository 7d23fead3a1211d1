// Files that are made to be more than they seem: read within bounds, refused
// with a sentence, and nothing of the program goes down with them.

import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { Buffer } from "node:buffer";
import {
  brotliCompressSync,
  deflateRawSync,
  gzipSync,
  zstdCompressSync,
} from "node:zlib";
import { LakehouseError } from "../../lib/core/errors.ts";
import { readRecords } from "./encoding/avro.ts";
import { decompressors, openParquet } from "./parquet/file.ts";

const PATH = "s3://lake/lab/trips/bomb";
const SYNC = Buffer.alloc(16, 7);

/** A whole number as Avro writes it. */
function long(value: number): Buffer {
  const bytes: number[] = [];
  let rest = BigInt(value) * 2n;
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return Buffer.from([...bytes, Number(rest)]);
}

const text = (value: string) =>
  Buffer.concat([long(Buffer.byteLength(value)), Buffer.from(value)]);

/** An Avro file of one block. */
function avroFile(
  schema: string,
  codec: string,
  rows: number,
  block: Uint8Array,
): Uint8Array {
  return new Uint8Array(Buffer.concat([
    Buffer.from("Obj\x01"),
    long(2),
    ...[text("avro.schema"), text(schema)],
    ...[text("avro.codec"), text(codec)],
    long(0),
    SYNC,
    ...[long(rows), long(block.length), block, SYNC],
  ]));
}

const RECORD =
  '{"type":"record","name":"r","fields":[{"name":"a","type":"string"}]}';
const ZEROES = new Uint8Array(600_000_000);

async function refusal(bytes: Uint8Array): Promise<string> {
  const before = Deno.memoryUsage().rss;
  const error = await assertRejects(
    () => readRecords({ read: () => Promise.resolve(bytes) }, PATH),
    LakehouseError,
  );
  const grown = Deno.memoryUsage().rss - before;
  assert(grown < 450e6, `${Math.round(grown / 1e6)} MB`);
  assert(error.message.length < 2_000, `${error.message.length} letters`);
  return error.message;
}

function deep(depth: number): string {
  let type = '"int"';
  for (let level = 0; level < depth; level++) {
    type = `{"type":"array","items":${type}}`;
  }
  return `{"type":"record","name":"r","fields":[{"name":"a","type":${type}}]}`;
}

const AVRO: Record<string, () => Uint8Array> = {
  "a block of deflate": () =>
    avroFile(RECORD, "deflate", 1, deflateRawSync(ZEROES)),
  "a block of zstandard": () =>
    avroFile(RECORD, "zstandard", 1, zstdCompressSync(ZEROES)),
  "a block of snappy that says 32 GB": () =>
    avroFile(RECORD, "snappy", 1, Buffer.from("8080808080010000000000", "hex")),
  "a billion records of nothing": () =>
    avroFile(
      '{"type":"record","name":"r","fields":[]}',
      "null",
      1e9,
      Buffer.alloc(0),
    ),
  "a text of 4 GB": () => avroFile(RECORD, "null", 1, long(4e9)),
  "a schema 100,000 deep": () =>
    avroFile(deep(100_000), "null", 1, Buffer.from([0])),
  "a schema that is none": () => avroFile("{", "null", 1, Buffer.from([0])),
  "a schema of a type that there is not": () =>
    avroFile('{"type":"x"}', "null", 1, Buffer.from([0])),
};

for (const [name, make] of Object.entries(AVRO)) {
  Deno.test(`an Avro file with ${name} is refused`, async () => {
    assertStringIncludes(await refusal(make()), PATH);
  });
}

Deno.test("a page of Parquet is no larger than it says, and says no gigabytes", async () => {
  const codecs = await decompressors();
  const zeroes = ZEROES.subarray(0, 100_000_000);
  const packed = {
    ZSTD: zstdCompressSync(zeroes),
    GZIP: gzipSync(zeroes),
    BROTLI: brotliCompressSync(zeroes.subarray(0, 10_000_000)),
  };
  for (const [codec, page] of Object.entries(packed)) {
    const decompress = codecs[codec as keyof typeof packed]!;
    assertThrows(() => decompress(page, 1_000), Error);
  }
  for (const decompress of Object.values(codecs)) {
    assertThrows(
      () => decompress(new Uint8Array(8), 2 ** 31 - 1),
      Error,
      "a page of it is larger than",
    );
  }
  const pack = {
    ZSTD: zstdCompressSync,
    GZIP: gzipSync,
    BROTLI: brotliCompressSync,
  };
  for (const [codec, compress] of Object.entries(pack)) {
    const decompress = codecs[codec as keyof typeof pack]!;
    for (const size of [0, 1, 1_000, 300_000]) {
      const page = decompress(compress(new Uint8Array(size)), size);
      assertEquals(page.length, size, codec);
    }
  }
});

/** The end of a Parquet file whose schema is so deep: all that is read first. */
function deepParquet(depth: number): Uint8Array {
  const size: number[] = [];
  let rest = depth + 1;
  for (; rest > 127; rest >>= 7) size.push(rest & 127 | 128);
  size.push(rest);
  const name = [1, 97];
  const group = Buffer.from([0x48, ...name, 0x15, 2, 0]);
  const metadata = Buffer.concat([
    Buffer.from([0x15, 2, 0x19, 0xfc, ...size]),
    ...Array(depth).fill(group),
    Buffer.from([0x15, 2, 0x38, ...name, 0]),
    Buffer.from([0x16, 0, 0x19, 0x0c, 0]),
  ]);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(metadata.length);
  const mark = Buffer.from("PAR1");
  return new Uint8Array(Buffer.concat([mark, metadata, length, mark]));
}

Deno.test("a Parquet file with a schema 100,000 deep is refused", async () => {
  assertEquals((await openParquet(PATH, deepParquet(50))).groups, []);
  const error = await assertRejects(
    () => openParquet(PATH, deepParquet(100_000)),
    LakehouseError,
  );
  assertStringIncludes(error.message, PATH);
});
