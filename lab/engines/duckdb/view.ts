/**
 * A snapshot as a view of DuckDB: Parquet files read by the ids of their
 * columns, without the rows that position deletes name.
 *
 * @module
 */

import { LakehouseError } from "../../../lib/core/errors.ts";
import { identifier, literal } from "../../../lib/trino/literal.ts";
import type { DataFile } from "../../iceberg/files.ts";
import type { TableTree } from "../../iceberg/tree.ts";

/** A file of the table and the copy of it that DuckDB reads. */
export interface LocalFile {
  /** The file as the table's metadata describes it. */
  file: DataFile;
  /** Path of the copy. */
  path: string;
}

const TYPES: Record<string, string> = {
  boolean: "BOOLEAN",
  int: "INTEGER",
  long: "BIGINT",
  float: "FLOAT",
  double: "DOUBLE",
  date: "DATE",
  time: "TIME",
  timestamp: "TIMESTAMP",
  timestamptz: "TIMESTAMPTZ",
  timestamp_ns: "TIMESTAMP_NS",
  string: "VARCHAR",
  uuid: "UUID",
  binary: "BLOB",
};

/**
 * The type of DuckDB that holds a type of Iceberg.
 *
 * @throws {LakehouseError} When there is none.
 * @example Usage
 * ```ts
 * import { duckdbType } from "./view.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(duckdbType("decimal(20, 2)"), "DECIMAL(20, 2)");
 * assertEquals(duckdbType({ type: "list", element: "long" }), "BIGINT[]");
 * ```
 */
export function duckdbType(type: unknown): string {
  if (typeof type === "string") {
    const known = TYPES[type] ??
      (type.startsWith("decimal(") ? type.toUpperCase() : undefined) ??
      (type.startsWith("fixed[") ? "BLOB" : undefined);
    if (known) return known;
    throw new LakehouseError({
      what: `Cannot read a column of the type "${type}" with DuckDB`,
      why: "no type of DuckDB is known for it",
      next: "leave the column to Trino or Spark",
    });
  }
  // deno-lint-ignore no-explicit-any
  const nested = type as any;
  if (nested.type === "list") return `${duckdbType(nested.element)}[]`;
  if (nested.type === "map") {
    return `MAP(${duckdbType(nested.key)}, ${duckdbType(nested.value)})`;
  }
  const fields = nested.fields.map((field: { name: string; type: unknown }) =>
    `${identifier(field.name)} ${duckdbType(field.type)}`
  );
  return `STRUCT(${fields.join(", ")})`;
}

/** The statements that make a view of the snapshot. */
export function viewSql(
  view: string,
  tree: TableTree,
  files: LocalFile[],
): string[] {
  const { fields } = tree.schema;
  const name = identifier(view);
  const data = files.filter(({ file }) => file.content === "data");
  const deletes = files.filter(({ file }) => file.content !== "data");
  if (data.length === 0) {
    const columns = fields.map((field) =>
      `CAST(NULL AS ${duckdbType(field.type)}) AS ${identifier(field.name)}`
    );
    return [`CREATE VIEW ${name} AS SELECT ${columns.join(", ")} WHERE false`];
  }
  const list = (all: LocalFile[]) =>
    `[${all.map(({ path }) => literal(path)).join(", ")}]`;
  // By id, as Iceberg reads: columns may have been renamed, added or widened
  // since a file was written.
  const columns = fields.map(({ id, name, type }) =>
    `${id}: {name: ${literal(name)}, type: ${
      literal(duckdbType(type))
    }, default_value: NULL}`
  );
  const source = `read_parquet(${list(data)}, schema = MAP {${
    columns.join(", ")
  }})`;
  if (deletes.length === 0) {
    return [`CREATE VIEW ${name} AS SELECT * FROM ${source}`];
  }
  const paths = identifier(`${view} paths`);
  const rows = data.map(({ file, path }) =>
    `(${literal(file.path)}, ${literal(path)})`
  );
  return [
    `CREATE TABLE ${paths} AS SELECT * FROM (VALUES ${
      rows.join(", ")
    }) AS t(file, copy)`,
    `CREATE VIEW ${name} AS SELECT * FROM ${source} AS rows_of_files
      WHERE NOT EXISTS (SELECT 1
        FROM read_parquet(${list(deletes)}) AS deletes
        JOIN ${paths} AS paths ON paths.file = deletes.file_path
        WHERE paths.copy = rows_of_files.filename
          AND deletes.pos = rows_of_files.file_row_number)`,
  ];
}
