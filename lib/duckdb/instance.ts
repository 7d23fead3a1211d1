/**
 * DuckDB itself: opens it, and runs statements.
 *
 * Imported only when it is wanted, since its native part is not there for every
 * machine.
 *
 * @module
 */

import { DuckDBInstance } from "@duckdb/node-api";
import { LakehouseError } from "../errors.ts";
import { interruptSignal, withLimit } from "../interrupt.ts";
import { StatementResult } from "../statement_result.ts";
import { uniqueNames } from "../trino_types.ts";
import { toColumn, toExact } from "./values.ts";

const DEFAULT_LIMIT_MS = 30 * 60_000;

/** Options of {@linkcode Duckdb.query}. */
export interface DuckdbQueryOptions {
  /** Ends the query. @default {interruptSignal()} */
  signal?: AbortSignal;
  /** Longest time it may take, in milliseconds. @default {1_800_000} */
  limitMs?: number;
}

function refused(cause: unknown): LakehouseError {
  const text = (cause as Error).message.trim();
  const [line = "", ...rest] = text.split("\n");
  // DuckDB points at the place with a line and a caret below the sentence.
  const place = rest.filter((each) => each.trim()).join("\n");
  return new LakehouseError({
    what: line.replace(/[.\s]+$/, ""),
    ...place ? { why: `\n${place}\n` } : {},
    cause,
  });
}

/** Runs one statement on a connection of its own. */
export async function run(
  instance: DuckDBInstance,
  sql: string,
  options: DuckdbQueryOptions,
): Promise<StatementResult> {
  const started = performance.now();
  const limit = withLimit(
    options.signal ?? interruptSignal(),
    options.limitMs ?? DEFAULT_LIMIT_MS,
    "The query",
  );
  limit.throwIfAborted();
  // One each, so that an abort ends no other query.
  const connection = await instance.connect();
  const interrupt = () => connection.interrupt();
  limit.addEventListener("abort", interrupt, { once: true });
  try {
    const reader = await connection.runAndReadAll(sql);
    const types = reader.columnTypes();
    const columns = uniqueNames(
      reader.columnNames().map((name, index) => toColumn(name, types[index]!)),
    );
    const rows = reader.getRows().map((values) =>
      Object.fromEntries(
        columns.map(({ name }, index) => [
          name,
          toExact(types[index]!, values[index]!),
        ]),
      )
    );
    const ms = performance.now() - started;
    return new StatementResult({
      engine: "DuckDB",
      text: sql,
      ...{ columns, rows, engineMs: ms, clientMs: ms },
    });
  } catch (error) {
    throw limit.aborted ? limit.reason : refused(error);
  } finally {
    limit.removeEventListener("abort", interrupt);
    connection.closeSync();
  }
}

/** Opens a database in memory, with these statements run. */
export async function openViews(
  dir: string,
  views: string[],
): Promise<DuckDBInstance> {
  const instance = await DuckDBInstance.create(":memory:", {
    temp_directory: `${dir}/spill`,
    // Nothing is fetched from its host behind anybody's back.
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
  });
  const connection = await instance.connect();
  try {
    await connection.run("SET GLOBAL TimeZone = 'UTC'");
    for (const statement of views) await connection.run(statement);
    return instance;
  } catch (error) {
    instance.closeSync();
    throw refused(error);
  } finally {
    connection.closeSync();
  }
}
