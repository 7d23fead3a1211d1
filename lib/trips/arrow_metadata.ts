/**
 * The metadata of Arrow IPC files as flatbuffers: schema, record batches, the
 * frame of a message.
 *
 * @module
 */

import { Builder } from "flatbuffers";

/** A column to be written: fixed 40-byte text, text of a pool, or 8-byte values. */
export interface ArrowField {
  /** Name of the column. */
  readonly name: string;
  /** What its cells are; "timestamp" is in microseconds, UTC. */
  readonly type: "key" | "pool" | "timestamp" | "long" | "double";
  /** Whether cells can be null. @default false */
  readonly nullable?: boolean;
  /** The texts a cell of a "pool" column can have. */
  readonly pool?: readonly string[];
}

export const VERSION_5 = 4;
/** Numbers of the `MessageHeader` union in Arrow's Message.fbs. */
export const HEADER = { schema: 1, dictionary: 2, batch: 3 } as const;
/** Numbers of the `Type` union in Arrow's Schema.fbs. */
const TYPE = { int: 2, double: 3, utf8: 5, timestamp: 10 } as const;

export const padded = (length: number) => (length + 63) & ~63;

/** A message's place in the file, for the footer. */
export interface Block {
  readonly offset: number;
  readonly metadata: number;
  readonly body: number;
}

function int(b: Builder, bits: number): number {
  b.startObject(2);
  b.addFieldInt32(0, bits, 0);
  b.addFieldInt8(1, 1, 0); // signed
  return b.endObject();
}

function type(b: Builder, field: ArrowField): [number, number] {
  switch (field.type) {
    case "long":
      return [TYPE.int, int(b, 64)];
    case "double":
      b.startObject(1);
      b.addFieldInt16(0, 2, 0); // double precision
      return [TYPE.double, b.endObject()];
    case "timestamp": {
      const zone = b.createString("UTC");
      b.startObject(2);
      b.addFieldInt16(0, 2, 0); // microseconds
      b.addFieldOffset(1, zone, 0);
      return [TYPE.timestamp, b.endObject()];
    }
    case "key":
    case "pool":
      b.startObject(0);
      return [TYPE.utf8, b.endObject()];
  }
}

function offsets(b: Builder, all: readonly number[]): number {
  b.startVector(4, all.length, 4);
  for (const offset of all.toReversed()) b.addOffset(offset);
  return b.endVector();
}

export function schema(b: Builder, fields: readonly ArrowField[]): number {
  const all = fields.map((field, id) => {
    const name = b.createString(field.name);
    const [typeNumber, typeOffset] = type(b, field);
    let dictionary = 0;
    if (field.type === "pool") {
      const index = int(b, 32);
      b.startObject(4);
      b.addFieldInt64(0, BigInt(id), -1n);
      b.addFieldOffset(1, index, 0);
      dictionary = b.endObject();
    }
    const children = offsets(b, []);
    b.startObject(7);
    b.addFieldOffset(0, name, 0);
    b.addFieldInt8(1, 1, 0); // nullable, as every column of the public table
    b.addFieldInt8(2, typeNumber, 0);
    b.addFieldOffset(3, typeOffset, 0);
    if (dictionary) b.addFieldOffset(4, dictionary, 0);
    b.addFieldOffset(5, children, 0);
    return b.endObject();
  });
  const list = offsets(b, all);
  b.startObject(4);
  b.addFieldOffset(1, list, 0);
  return b.endObject();
}

/** A vector of structs of two 64-bit integers. */
function pairs(
  b: Builder,
  all: readonly (readonly [number, number])[],
): number {
  b.startVector(16, all.length, 8);
  for (const [first, second] of all.toReversed()) {
    b.prep(8, 16);
    b.writeInt64(BigInt(second));
    b.writeInt64(BigInt(first));
  }
  return b.endVector();
}

export function recordBatch(
  b: Builder,
  rows: number,
  nulls: readonly number[],
  buffers: readonly (readonly [number, number])[],
): number {
  const nodes = pairs(b, nulls.map((count) => [rows, count] as const));
  const spans = pairs(b, buffers);
  b.startObject(5);
  b.addFieldInt64(0, BigInt(rows), 0n);
  b.addFieldOffset(1, nodes, 0);
  b.addFieldOffset(2, spans, 0);
  return b.endObject();
}

/** Frames a message's metadata: continuation mark, length, padding. */
export function message(
  b: Builder,
  header: number,
  offset: number,
  bodyLength: number,
): Uint8Array {
  b.startObject(5);
  b.addFieldInt16(0, VERSION_5, 0);
  b.addFieldInt8(1, header, 0);
  b.addFieldOffset(2, offset, 0);
  b.addFieldInt64(3, BigInt(bodyLength), 0n);
  b.finish(b.endObject());
  const metadata = b.asUint8Array();
  const framed = new Uint8Array(padded(metadata.length + 8));
  const view = new DataView(framed.buffer);
  view.setInt32(0, -1, true);
  view.setInt32(4, framed.length - 8, true);
  framed.set(metadata, 8);
  return framed;
}

export function blockVector(b: Builder, blocks: readonly Block[]): number {
  b.startVector(24, blocks.length, 8);
  for (const { offset, metadata, body } of blocks.toReversed()) {
    b.prep(8, 24);
    b.writeInt64(BigInt(body));
    b.pad(4);
    b.writeInt32(metadata);
    b.writeInt64(BigInt(offset));
  }
  return b.endVector();
}
