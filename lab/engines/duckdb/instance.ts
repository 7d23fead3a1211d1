/**
 * DuckDB itself: opens it, and runs statements.
 *
 * It runs in a worker, since after an asynchronous call of a native library
 * Deno 2.8.1 can lose timers of the event loop that made the call.
 *
 * @module
 */

import { LakehouseError } from "../../../lib/core/errors.ts";
import { interruptSignal, withLimit } from "../../../lib/core/interrupt.ts";
import { StatementResult } from "../statement_result.ts";
import type { DuckdbReply, DuckdbRequest } from "./worker.ts";

const DEFAULT_LIMIT_MS = 30 * 60_000;

/** Options of {@linkcode Duckdb.sql}. */
export interface DuckdbSqlOptions {
  /** Ends the query. @default {interruptSignal()} */
  signal?: AbortSignal;
  /** Longest time it may take, in milliseconds. @default {1_800_000} */
  limitMs?: number;
}

/** A database in memory. */
export interface DuckdbInstance {
  /**
   * Runs one statement.
   *
   * @throws {LakehouseError} When DuckDB refuses or fails it.
   * @throws {unknown} The signal's reason, after the statement has ended.
   */
  run(sql: string, options?: DuckdbSqlOptions): Promise<StatementResult>;
  /** Closes it; statements that run are lost. */
  close(): Promise<void>;
}

function refused(cause: Error): LakehouseError {
  const text = cause.message.trim();
  const [line = "", ...rest] = text.split("\n");
  // DuckDB points at the place with a line and a caret below the sentence.
  const place = rest.filter((each) => each.trim()).join("\n");
  return new LakehouseError({
    what: line.replace(/[.\s]+$/, ""),
    ...place ? { why: `\n${place}\n` } : {},
    cause,
  });
}

function notLoaded(event: ErrorEvent): LakehouseError {
  return new LakehouseError({
    what: "Cannot load DuckDB",
    why: "its native part is not there for this machine, or was not fetched",
    next: "check the network, then run the same again",
    cause: event.error ?? new Error(event.message),
  });
}

/** A worker that answers requests by their numbers. */
function worker() {
  const worker = new Worker(new URL("./worker.ts", import.meta.url), {
    type: "module",
  });
  const waiting = new Map<number, PromiseWithResolvers<DuckdbReply>>();
  let id = 0;
  worker.onmessage = ({ data }: MessageEvent<DuckdbReply>) => {
    const request = waiting.get(data.id);
    waiting.delete(data.id);
    if (data.error === undefined) request?.resolve(data);
    else request?.reject(refused(new Error(data.error)));
  };
  worker.onerror = (event) => {
    // Left alone, the event would end the whole program.
    event.preventDefault();
    for (const { reject } of waiting.values()) reject(notLoaded(event));
    waiting.clear();
  };
  return {
    ask(request: Omit<DuckdbRequest, "id">) {
      const reply = Promise.withResolvers<DuckdbReply>();
      waiting.set(++id, reply);
      worker.postMessage({ id, ...request } satisfies DuckdbRequest);
      return { id, reply: reply.promise };
    },
    end: () => worker.terminate(),
  };
}

/**
 * Opens a database in memory, with these statements run.
 *
 * @param dir Folder for what does not fit in memory.
 * @throws {LakehouseError} When DuckDB cannot be loaded, or refuses a statement.
 */
export async function openViews(
  dir: string,
  statements: string[],
): Promise<DuckdbInstance> {
  const { ask, end } = worker();
  try {
    await ask({ open: { dir, statements } }).reply;
  } catch (error) {
    end();
    throw error;
  }
  return {
    async run(sql, options = {}) {
      const started = performance.now();
      const limit = withLimit(
        options.signal ?? interruptSignal(),
        options.limitMs ?? DEFAULT_LIMIT_MS,
        "The query",
      );
      limit.throwIfAborted();
      const { id, reply } = ask({ sql });
      const interrupt = () => void ask({ interrupt: id }).reply;
      limit.addEventListener("abort", interrupt, { once: true });
      try {
        const { columns = [], rows = [], ms = 0 } = await reply;
        const clientMs = performance.now() - started;
        return new StatementResult({
          ...{ engine: "DuckDB", text: sql },
          ...{ columns, rows, engineMs: ms, clientMs },
        });
      } catch (error) {
        throw limit.aborted ? limit.reason : error;
      } finally {
        limit.removeEventListener("abort", interrupt);
      }
    },
    async close() {
      await ask({ close: true }).reply;
      end();
    },
  };
}
