/**
 * Parquet files by polars, in a worker.
 *
 * @module
 */

import { startWorker } from "../core/worker.ts";

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
