/**
 * The worker that DuckDB runs in; see `instance.ts`.
 *
 * @module
 */

import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { type Column, uniqueNames } from "../../../lib/trino/types.ts";
import { toColumn, toExact } from "./values.ts";

/** What the worker is asked. */
export interface DuckdbRequest {
  /** Number of the request. */
  readonly id: number;
  /** Opens the database: its folder for what does not fit in memory, and statements. */
  readonly open?: { readonly dir: string; readonly statements: string[] };
  /** Runs a statement. */
  readonly sql?: string;
  /** Ends the statement of this request. */
  readonly interrupt?: number;
  /** Closes the database. */
  readonly close?: true;
}

/** The worker's answer to a {@linkcode DuckdbRequest}. */
export interface DuckdbReply {
  /** Number of the request. */
  readonly id: number;
  /** What DuckDB says of a failure. */
  readonly error?: string;
  /** Columns of a statement's result. */
  readonly columns?: Column[];
  /** Its rows. */
  readonly rows?: Record<string, unknown>[];
  /** Milliseconds it took. */
  readonly ms?: number;
}

let instance: DuckDBInstance | undefined;
/** Connections by the number of the request whose statement they run. */
const running = new Map<number, DuckDBConnection>();

async function open(
  { dir, statements }: NonNullable<DuckdbRequest["open"]>,
): Promise<void> {
  instance = await DuckDBInstance.create(":memory:", {
    temp_directory: `${dir}/spill`,
    // Nothing is fetched from its host behind anybody's back.
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
  });
  const connection = await instance.connect();
  try {
    await connection.run("SET GLOBAL TimeZone = 'UTC'");
    for (const statement of statements) await connection.run(statement);
  } finally {
    connection.closeSync();
  }
}

async function run(id: number, sql: string): Promise<Partial<DuckdbReply>> {
  const started = performance.now();
  // One each, so that an interrupt ends no other statement.
  const connection = await instance!.connect();
  running.set(id, connection);
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
    return { columns, rows, ms: performance.now() - started };
  } finally {
    running.delete(id);
    connection.closeSync();
  }
}

async function answer(
  { id, open: opening, sql, interrupt, close }: DuckdbRequest,
): Promise<Partial<DuckdbReply>> {
  if (opening) await open(opening);
  else if (sql !== undefined) return await run(id, sql);
  else if (interrupt !== undefined) running.get(interrupt)?.interrupt();
  else if (close) instance?.closeSync();
  return {};
}

self.onmessage = async ({ data }: MessageEvent<DuckdbRequest>) => {
  const { id } = data;
  try {
    self.postMessage({ id, ...await answer(data) } satisfies DuckdbReply);
  } catch (error) {
    const reply = error instanceof Error ? error.message : String(error);
    self.postMessage({ id, error: reply } satisfies DuckdbReply);
  }
};
