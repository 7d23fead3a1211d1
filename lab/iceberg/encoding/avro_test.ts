import { assert, assertEquals, assertRejects } from "@std/assert";
import { Buffer } from "node:buffer";
import { crc32, deflateRaw, zstdCompress } from "node:zlib";
import avro from "avsc";
import { LakehouseError } from "../../../lib/core/errors.ts";
import { readAvro, readRecords, UnknownCodec } from "./avro.ts";

const SCHEMA = {
  type: "record",
  name: "entry",
  fields: [
    { name: "path", type: "string" },
    { name: "rows", type: ["null", "int"], default: null },
  ],
} as const;

/** Snappy's form of a block, with no byte spared, and Avro's checksum after it. */
function snapped(data: Buffer): Buffer {
  const length = [data.length & 127 | 128, data.length >> 7];
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(data));
  // A literal whose length takes two bytes.
  const tag = [61 << 2, data.length - 1 & 255, data.length - 1 >> 8];
  return Buffer.concat([Buffer.from([...length, ...tag]), data, sum]);
}

/** An Avro file of these records. */
async function write(
  records: unknown[],
  codec: string,
  schema: unknown = SCHEMA,
): Promise<Uint8Array> {
  const encoder = new avro.streams.BlockEncoder(schema as avro.Schema, {
    codec,
    // Small blocks, so that there are several.
    blockSize: 64,
    codecs: {
      null: (data, done) => done(null, data),
      deflate: (data, done) => deflateRaw(data, done),
      zstandard: (data, done) => zstdCompress(data, done),
      snappy: (data, done) => done(null, snapped(data)),
      xz: (data, done) => done(null, data),
    },
  });
  const parts: Uint8Array[] = [];
  encoder.on("data", (part) => parts.push(part));
  const ended = new Promise((resolve) => encoder.on("end", resolve));
  for (const record of records) encoder.write(record);
  encoder.end();
  await ended;
  return new Uint8Array(await new Blob(parts as BlobPart[]).arrayBuffer());
}

const RECORDS = Array.from({ length: 50 }, (_, n) => ({
  path: `s3://bucket/data/${n}.parquet`,
  rows: n % 3 ? n : null,
}));

Deno.test("readAvro() reads what is compressed in any way Iceberg has, and what is not", async () => {
  for (const codec of ["null", "deflate", "zstandard", "snappy"]) {
    const file = await write(RECORDS, codec);
    assertEquals((await readAvro(file)).map((each) => ({ ...each })), RECORDS);
    // The codec's name in the header, behind its length.
    const name = `avro.codec${String.fromCharCode(2 * codec.length)}${codec}`;
    const header = new TextDecoder("latin1").decode(file);
    assert(codec === "null" || header.includes(name), codec);
  }
});

Deno.test("readAvro() keeps every digit of a long, in both ways to name the type", async () => {
  for (const type of ['"long"', '{"type":"long"}']) await readsLongs(type);
});

/** Reads one record of a long, its bytes as Avro's specification has them. */
async function readsLongs(type: string): Promise<void> {
  const schema =
    `{"type":"record","name":"r","fields":[{"name":"id","type":${type}}]}`;
  const sync = new Uint8Array(16).fill(7);
  const text = (value: string) => {
    const data = new TextEncoder().encode(value);
    const length = data.length * 2;
    const size = length < 128 ? [length] : [length & 127 | 128, length >> 7];
    return [...size, ...data];
  };
  let zigzag = (9007199254740993n << 1n) ^ 0n;
  const id: number[] = [];
  for (; zigzag > 127n; zigzag >>= 7n) id.push(Number(zigzag & 127n) | 128);
  id.push(Number(zigzag));
  const file = new Uint8Array([
    ...[0x4f, 0x62, 0x6a, 1],
    ...[2, ...text("avro.schema"), ...text(schema), 0],
    ...sync,
    ...[2, id.length * 2, ...id],
    ...sync,
  ]);
  const [record] = await readAvro(file);
  assertEquals({ ...record }, { id: 9007199254740993n });
}

Deno.test("readAvro() fails on what is no whole Avro file", async () => {
  const whole = await write(RECORDS, "deflate");
  const text = new TextEncoder().encode(
    "no Avro file, but a text that is long enough",
  );
  await assertRejects(() => readAvro(text));
  await assertRejects(() => readAvro(new Uint8Array()));
  await assertRejects(() => readAvro(whole.subarray(0, 100)));
  await assertRejects(() => readAvro(whole.subarray(0, whole.length - 20)));
  const changed = whole.slice();
  changed.fill(0, whole.length - 60, whole.length - 40);
  await assertRejects(() => readAvro(changed));
});

Deno.test("a compression that is not known is told as that, and damage as damage", async () => {
  for (
    const [bytes, why] of [
      [await write(RECORDS, "xz"), "it is compressed with xz"],
      [new Uint8Array(50), "it is damaged: "],
    ] as const
  ) {
    const error = await assertRejects(
      () =>
        readRecords({ read: () => Promise.resolve(bytes) }, "s3://b/m.avro"),
      LakehouseError,
      "s3://b/m.avro",
    );
    assert(error.why?.startsWith(why), error.why);
  }
});

Deno.test("readAvro() names a compression that it does not know", async () => {
  await assertRejects(
    async () => readAvro(await write(RECORDS, "xz")),
    UnknownCodec,
    "xz",
  );
});
