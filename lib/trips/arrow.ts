/**
 * Arrow IPC files of fixed-size batches, written from typed arrays that lie in
 * the very bytes of the file: the way to hand columns to polars without a
 * JavaScript value per cell and without a frame on the JavaScript heap.
 *
 * The layout is that of the Arrow columnar format 1.x, little-endian.
 *
 * @module
 */

import { Builder } from "flatbuffers";
import {
  type ArrowField,
  type Block,
  blockVector,
  HEADER,
  message,
  padded,
  recordBatch,
  schema,
  VERSION_5,
} from "./arrow_metadata.ts";

export type { ArrowField };

/** A bit per row, 1 where there is a value; empty when the column has no nulls. */
interface Nullable {
  readonly validity: Uint8Array;
}

/** A column of texts of 40 bytes: 10 words a row. */
export interface KeyColumn extends Nullable {
  /** The bytes, as words. */
  readonly words: Uint32Array;
}

/** A column of texts of a pool. */
export interface PoolColumn extends Nullable {
  /** Index in the pool of each row. */
  readonly codes: Int32Array;
}

/** A column of 64-bit integers; for `timestamp`, microseconds since 1970. */
export interface LongColumn extends Nullable {
  /** Low and high half of each row; BigInt is several times slower. */
  readonly words: Int32Array;
}

/** A column of doubles. */
export interface DoubleColumn extends Nullable {
  /** The value of each row. */
  readonly values: Float64Array;
}

/** Any column. */
export type ArrowColumn = KeyColumn | PoolColumn | LongColumn | DoubleColumn;

/** Bytes of a text in a "key" column. */
export const KEY_BYTES = 40;

const MAGIC = new TextEncoder().encode("ARROW1");
/** Where a buffer of a column lies in a batch's body, and its length for `rows` rows. */
interface BufferSpan {
  readonly offset: number;
  readonly length: (rows: number) => number;
}

/** A file in the making; see {@linkcode arrowBatch}. */
export interface ArrowBatch {
  /** The columns, in order. */
  readonly fields: readonly ArrowField[];
  /** The cells of each column, by name. */
  readonly columns: Readonly<Record<string, ArrowColumn>>;
  /** Bytes of all cells. */
  readonly body: Uint8Array;
  /** What stands before the first batch: magic, schema and pools. */
  readonly prologue: Uint8Array;
  readonly dictionaries: readonly Block[];
  readonly spans: readonly BufferSpan[];
}

/** Where each text ends among the UTF-8 bytes of all. */
function textEnds(pool: readonly string[], bytes: number): Int32Array {
  const ends = new Int32Array(pool.length + 1);
  pool.forEach((text, i) => ends[i + 1] = ends[i]! + text.length);
  if (ends.at(-1) !== bytes) {
    const encoder = new TextEncoder();
    pool.forEach((text, i) =>
      ends[i + 1] = ends[i]! + encoder.encode(text).length
    );
  }
  return ends;
}

function dictionary(
  id: number,
  pool: readonly string[],
): [metadata: Uint8Array, body: Uint8Array] {
  // All at once: a call per text costs more than its bytes.
  const bytes = new TextEncoder().encode(pool.join(""));
  const ends = textEnds(pool, bytes.length);
  const length = bytes.length;
  const body = new Uint8Array(padded(ends.byteLength) + padded(length));
  body.set(new Uint8Array(ends.buffer));
  body.set(bytes, padded(ends.byteLength));
  const b = new Builder(256);
  const batch = recordBatch(b, pool.length, [0], [
    [0, 0],
    [0, ends.byteLength],
    [padded(ends.byteLength), length],
  ]);
  b.startObject(3);
  b.addFieldInt64(0, BigInt(id), 0n);
  b.addFieldOffset(1, batch, 0);
  return [message(b, HEADER.dictionary, b.endObject(), body.length), body];
}

function concatenated(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Lays out room for batches of up to `capacity` rows. */
export function arrowBatch(
  fields: readonly ArrowField[],
  capacity: number,
): ArrowBatch {
  const spans: BufferSpan[] = [];
  let size = 0;
  const span = (bytes: number, length: BufferSpan["length"]) => {
    const offset = size;
    spans.push({ offset, length });
    size += padded(bytes);
    return offset;
  };
  const places = fields.map(({ type, nullable }) => {
    const bitmap = nullable ? (capacity + 7) >> 3 : 0;
    const validity = span(bitmap, (n) => nullable ? (n + 7) >> 3 : 0);
    if (type === "key") {
      const ends = span(4 * (capacity + 1), (n) => 4 * (n + 1));
      const data = span(KEY_BYTES * capacity, (n) => KEY_BYTES * n);
      return { bitmap, validity, ends, data };
    }
    const width = type === "pool" ? 4 : 8;
    const data = span(width * capacity, (n) => width * n);
    return { bitmap, validity, ends: -1, data };
  });

  const buffer = new ArrayBuffer(size);
  const columns = Object.fromEntries(
    fields.map(({ name, type }, i): [string, ArrowColumn] => {
      const { bitmap, validity: at, ends, data } = places[i]!;
      const validity = new Uint8Array(buffer, at, bitmap);
      switch (type) {
        case "key":
          new Int32Array(buffer, ends, capacity + 1).forEach((_, row, all) =>
            all[row] = KEY_BYTES * row
          );
          return [name, {
            validity,
            words: new Uint32Array(buffer, data, KEY_BYTES / 4 * capacity),
          }];
        case "pool":
          return [name, {
            validity,
            codes: new Int32Array(buffer, data, capacity),
          }];
        case "long":
        case "timestamp":
          return [name, {
            validity,
            words: new Int32Array(buffer, data, 2 * capacity),
          }];
        case "double":
          return [name, {
            validity,
            values: new Float64Array(buffer, data, capacity),
          }];
      }
    }),
  );

  const magic = new Uint8Array(64);
  magic.set(MAGIC);
  const b = new Builder(1024);
  const parts = [magic, message(b, HEADER.schema, schema(b, fields), 0)];
  let at = parts[0]!.length + parts[1]!.length;
  const dictionaries: Block[] = [];
  fields.forEach(({ pool }, id) => {
    if (!pool) return;
    const [metadata, body] = dictionary(id, pool);
    dictionaries.push({
      offset: at,
      metadata: metadata.length,
      body: body.length,
    });
    at += metadata.length + body.length;
    parts.push(metadata, body);
  });
  return {
    fields,
    columns,
    body: new Uint8Array(buffer),
    prologue: concatenated(parts),
    dictionaries,
    spans,
  };
}

/** Marks every cell as present. */
export function clearNulls({ columns }: ArrowBatch): void {
  for (const column of Object.values(columns)) column.validity.fill(255);
}

function nullCount({ validity }: ArrowColumn): number {
  let nulls = 0;
  for (const byte of validity) {
    for (let bits = byte ^ 255; bits !== 0; bits &= bits - 1) nulls++;
  }
  return nulls;
}

/** A file being written; see {@linkcode openArrow}. */
export interface ArrowFile {
  readonly file: Deno.FsFile;
  position: number;
  blocks: Block[];
}

/** Opens `path` for one Arrow file after another, each in place of the last. */
export function openArrow(path: string): ArrowFile {
  // Writing over the old pages is faster than letting the system clear new ones.
  const file = Deno.openSync(path, { write: true, create: true });
  return { file, position: 0, blocks: [] };
}

function write(to: ArrowFile, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) {
    at += to.file.writeSync(bytes.subarray(at));
  }
  to.position += bytes.length;
}

/** Starts over with the next file. */
export function beginArrow(to: ArrowFile, { prologue }: ArrowBatch): void {
  to.file.seekSync(0, Deno.SeekMode.Start);
  to.position = 0;
  to.blocks = [];
  write(to, prologue);
}

/** Appends the first `rows` rows of the batch. */
export function writeBatch(
  to: ArrowFile,
  { fields, columns, body, spans }: ArrowBatch,
  rows: number,
): void {
  const b = new Builder(2048);
  const header = recordBatch(
    b,
    rows,
    fields.map(({ name }) => nullCount(columns[name]!)),
    spans.map(({ offset, length }) => [offset, length(rows)]),
  );
  const metadata = message(b, HEADER.batch, header, body.length);
  to.blocks.push({
    offset: to.position,
    metadata: metadata.length,
    body: body.length,
  });
  write(to, metadata);
  write(to, body);
}

/** Ends the file with its footer. */
export function endArrow(
  to: ArrowFile,
  { fields, dictionaries }: ArrowBatch,
): void {
  const b = new Builder(1024);
  const fieldList = schema(b, fields);
  const pools = blockVector(b, dictionaries);
  const batches = blockVector(b, to.blocks);
  b.startObject(5);
  b.addFieldInt16(0, VERSION_5, 0);
  b.addFieldOffset(1, fieldList, 0);
  b.addFieldOffset(2, pools, 0);
  b.addFieldOffset(3, batches, 0);
  b.finish(b.endObject());
  const footer = b.asUint8Array();
  const endOfStream = new Uint8Array(8);
  new DataView(endOfStream.buffer).setInt32(0, -1, true);
  const length = new Uint8Array(4);
  new DataView(length.buffer).setInt32(0, footer.length, true);
  write(to, concatenated([endOfStream, footer, length, MAGIC]));
  to.file.truncateSync(to.position);
}
