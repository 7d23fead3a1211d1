/**
 * Parquet files by polars, in a worker.
 *
 * While an asynchronous call of nodejs-polars is under way, Deno 2.8.1 can lose
 * timers of the same event loop, and with them time limits, progress and the
 * program itself. So polars runs in a worker, synchronously.
 *
 * @module
 */

/** Asks the worker for a Parquet file. */
export interface Compression {
  /** Number of the request. */
  readonly id: number;
  /** Path of the Arrow file to read, or of several, one after another. */
  readonly arrow: string | readonly string[];
  /** Path of the Parquet file to write. */
  readonly parquet: string;
}

/** The worker's answer to a {@linkcode Compression}. */
export interface Compressed {
  /** Number of the request. */
  readonly id: number;
  /** What went wrong, or `undefined` when nothing did. */
  readonly error: string | undefined;
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
  const worker = new Worker(new URL("./parquet_worker.ts", import.meta.url), {
    type: "module",
  });
  const waiting = new Map<number, PromiseWithResolvers<void>>();
  let id = 0;
  worker.onmessage = ({ data }: MessageEvent<Compressed>) => {
    const request = waiting.get(data.id);
    waiting.delete(data.id);
    if (data.error === undefined) request?.resolve();
    else request?.reject(new Error(data.error));
  };
  worker.onerror = (event) => {
    // Left alone, the event would end the whole program.
    event.preventDefault();
    for (const { reject } of waiting.values()) reject(new Error(event.message));
    waiting.clear();
  };
  return {
    write(arrow, parquet) {
      const request = Promise.withResolvers<void>();
      waiting.set(++id, request);
      worker.postMessage({ id, arrow, parquet } satisfies Compression);
      return request.promise;
    },
    [Symbol.dispose]: () => worker.terminate(),
  };
}
