/**
 * Arrow IPC files of batches whose cells are filled in place: the way to hand
 * columns to polars without a JavaScript value per cell and without a frame on
 * the JavaScript heap.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { AsyncByteQueue, type Data, Dictionary, Float64 } from "apache-arrow";
import { Int32, Int64, makeData, makeVector, RecordBatch } from "apache-arrow";
import { RecordBatchFileWriter, TimestampMicrosecond } from "apache-arrow";
import { Utf8 } from "apache-arrow";
import { startWorker } from "../core/worker.ts";

/** A column to be written. */
export interface ArrowField {
  /** Name of the column. */
  readonly name: string;
  /** What its cells are: texts of 40 bytes, texts of a pool, microseconds since 1970 in UTC, or numbers. */
  readonly type: "key" | "pool" | "timestamp" | "long" | "double";
  /** The texts a cell of a "pool" column can have. */
  readonly pool?: readonly string[];
}

/** The cells of a column, to be filled. */
export interface ArrowColumn {
  /** A bit per row, 1 where there is a value; all are 1 in a new batch. */
  readonly validity: Uint8Array;
  /**
   * The values as words of 32 bits: 10 of each key, a text's number in the
   * pool, or the low and the high half of a long or timestamp. BigInt is
   * several times slower.
   */
  readonly words: Int32Array;
  /** The same bytes as doubles. */
  readonly doubles: Float64Array;
}

/** Room for rows, to be filled and written over and over; see {@linkcode arrowBatch}. */
export interface ArrowBatch {
  /** The cells of each column, by name. */
  readonly columns: Readonly<Record<string, ArrowColumn>>;
  /** All rows there is room for. */
  readonly all: RecordBatch;
}

/** Bytes of a text in a "key" column. */
export const KEY_BYTES = 40;

const WIDTH = { key: KEY_BYTES, pool: 4, timestamp: 8, long: 8, double: 8 };

const PLAIN = {
  timestamp: new TimestampMicrosecond("UTC"),
  long: new Int64(),
  double: new Float64(),
};

function columnData(
  { type, pool = [] }: ArrowField,
  length: number,
  { validity: nullBitmap, words: data }: ArrowColumn,
): Data {
  const cells = { length, nullBitmap, data };
  switch (type) {
    case "key": {
      const valueOffsets = new Int32Array(length + 1)
        .map((_, row) => KEY_BYTES * row);
      return makeData({ type: new Utf8(), ...cells, valueOffsets });
    }
    case "pool": {
      // All at once: a call per text costs more than its bytes.
      const data = new TextEncoder().encode(pool.join(""));
      const valueOffsets = new Int32Array(pool.length + 1);
      pool.forEach((text, i) =>
        valueOffsets[i + 1] = valueOffsets[i]! + Buffer.byteLength(text)
      );
      return makeData({
        type: new Dictionary(new Utf8(), new Int32()),
        ...cells,
        dictionary: makeVector(
          makeData({ type: new Utf8(), data, valueOffsets }),
        ),
      });
    }
    default:
      return makeData({ type: PLAIN[type], ...cells });
  }
}

/** Makes room for batches of up to `capacity` rows. */
export function arrowBatch(
  fields: readonly ArrowField[],
  capacity: number,
): ArrowBatch {
  // A column's parts are multiples of 8 bytes, or the library would copy them.
  const rows = (capacity + 63) & ~63;
  const columns: Record<string, ArrowColumn> = {};
  const data: Record<string, Data> = {};
  for (const field of fields) {
    const bytes = new ArrayBuffer(WIDTH[field.type] * rows);
    const column = {
      validity: new Uint8Array(rows / 8).fill(255),
      words: new Int32Array(bytes),
      doubles: new Float64Array(bytes),
    };
    columns[field.name] = column;
    data[field.name] = columnData(field, capacity, column);
  }
  return { columns, all: new RecordBatch(data) };
}

/** Leaves a cell without a value. */
export function setNull({ validity }: ArrowColumn, row: number): void {
  validity[row >> 3]! &= ~(1 << (row & 7));
}

/** Sets a cell of a "long" or "timestamp" column to a safe integer. */
export function setLong(
  { words }: ArrowColumn,
  row: number,
  value: number,
): void {
  const high = Math.floor(value / 2 ** 32);
  words[2 * row] = (value - high * 2 ** 32) | 0;
  words[2 * row + 1] = high;
}

/** An Arrow file in the making; see {@linkcode arrowWriter}. */
export interface ArrowWriter {
  /** Appends the first `rows` rows of the batch; then all its cells count as values again. */
  write(rows: number): void;
  /** Ends the file, and says how many bytes it has. */
  end(): number;
}

/** Starts an Arrow file in place of what `file` holds. */
export function arrowWriter(
  file: Deno.FsFile,
  { columns, all }: ArrowBatch,
): ArrowWriter {
  // Writing over the old pages is faster than letting the system clear new ones.
  file.seekSync(0, Deno.SeekMode.Start);
  const queue = Object.assign(new AsyncByteQueue(), {
    // At once: nothing is queued.
    write(bytes: Uint8Array) {
      for (let at = 0; at < bytes.length;) {
        at += file.writeSync(bytes.subarray(at));
      }
    },
  });
  const writer = new RecordBatchFileWriter().reset(queue);
  return {
    write(rows) {
      writer.write(all.slice(0, rows));
      for (const { validity } of Object.values(columns)) validity.fill(255);
    },
    end() {
      writer.close();
      const bytes = file.seekSync(0, Deno.SeekMode.Current);
      file.truncateSync(bytes);
      return bytes;
    },
  };
}

/** What the worker is asked. */
export interface Compression {
  /** Path of the Arrow file to read, or of several, one after another. */
  readonly arrow: string | readonly string[];
  /** Path of the Parquet file to write. */
  readonly parquet: string;
}

/** Writes Parquet files, one after another; see {@linkcode parquetWriter}. */
export interface ParquetWriter extends Disposable {
  /**
   * Turns the Arrow file `arrow`, or several in this order, into the Parquet
   * file `parquet`.
   *
   * @throws {Error} When polars fails, with its message.
   */
  write(arrow: string | readonly string[], parquet: string): Promise<void>;
}

/** Starts a worker for Parquet files; it ends with the writer's disposal. */
export function parquetWriter(): ParquetWriter {
  const worker = startWorker<Compression, void>(
    new URL("./parquet_worker.ts", import.meta.url),
  );
  return {
    write: (arrow, parquet) => worker.ask({ arrow, parquet }).answer,
    [Symbol.dispose]: () => worker[Symbol.dispose](),
  };
}
