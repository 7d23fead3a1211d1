/**
 * DuckDB as an engine of the matrix: the real one, with its own extension for
 * Iceberg catalogs.
 *
 * @module
 */

import type { CompatEngine } from "../engine.ts";
import { pythonSession } from "./python.ts";
import { readSql } from "./sql.ts";

/** DuckDB's name of the catalog, as python_session.py attaches it. */
const CATALOG = "lakehouse";

/**
 * Starts DuckDB.
 *
 * @param python The interpreter that has it.
 * @throws {LakehouseError} When it does not start, or does not reach the catalog.
 */
export async function duckdbEngine(
  python: string,
  signal: AbortSignal,
): Promise<CompatEngine> {
  const session = await pythonSession(python, "duckdb", signal);
  const { duckdb, "iceberg extension": extension } = session.versions;
  return {
    name: "duckdb",
    title: `DuckDB ${duckdb}`,
    version: `DuckDB ${duckdb}, its iceberg extension ${extension}`,
    lacks: /^Not implemented Error/,
    tableName: (namespace, table) => `${CATALOG}.${namespace}.${table}`,
    namespaceName: (namespace) => `${CATALOG}.${namespace}`,
    readStatement: readSql,
    run: session.run,
    close: session.close,
  };
}
