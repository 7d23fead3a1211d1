/**
 * The worker that DuckDB runs in; see `instance.ts`.
 *
 * @module
 */

import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { serveRequests } from "../../../lib/core/worker.ts";
import type { Column } from "../../../lib/trino/types.ts";
import { encode, signature } from "./values.ts";

/** What the worker is asked. */
export interface DuckdbRequest {
  /** Opens the database: its folder for what does not fit in memory, and statements. */
  readonly open?: { readonly dir: string; readonly statements: string[] };
  /** Runs a statement. */
  readonly sql?: string;
  /** Ends the statement of the request with this number. */
  readonly interrupt?: number;
  /** Closes the database. */
  readonly close?: true;
}

/** What a statement returned. */
export interface DuckdbAnswer {
  /** How many statements the text holds; of several none is run. */
  readonly statements: number;
  /** Its columns. */
  readonly columns: Column[];
  /** Its rows, as Trino would send them. */
  readonly rows: unknown[][];
  /** Milliseconds it took. */
  readonly ms: number;
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

async function run(id: number, sql: string): Promise<DuckdbAnswer> {
  const started = performance.now();
  // One each, so that an interrupt ends no other statement.
  const connection = await instance!.connect();
  running.set(id, connection);
  try {
    // What cannot be taken apart says why when it is run.
    const { count: statements } = await connection.extractStatements(sql)
      .catch(() => ({ count: 1 }));
    // Of several DuckDB runs all and gives the rows of one.
    if (statements > 1) return { statements, columns: [], rows: [], ms: 0 };
    const reader = await connection.runAndReadAll(sql);
    const types = reader.columnTypes();
    const columns = reader.columnNames().map((name, i) => ({
      ...{ name, type: String(types[i]!), typeSignature: signature(types[i]!) },
    }));
    const rows = reader.getRows().map((values) =>
      values.map((value, i) => encode(types[i]!, value))
    );
    return { statements, columns, rows, ms: performance.now() - started };
  } finally {
    running.delete(id);
    connection.closeSync();
  }
}

serveRequests(async (
  { open: opening, sql, interrupt, close }: DuckdbRequest,
  id,
): Promise<DuckdbAnswer | void> => {
  if (opening) await open(opening);
  else if (sql !== undefined) return await run(id, sql);
  else if (interrupt !== undefined) running.get(interrupt)?.interrupt();
  else if (close) instance?.closeSync();
});
