/**
 * A snapshot as a view of DuckDB: Parquet files read as the table sees their
 * columns, without the rows that are deleted.
 *
 * @module
 */

import { stringifyExactJson } from "../../../lib/core/json.ts";
import { identifier, literal } from "../../../lib/trino/literal.ts";
import type { Projected } from "../../iceberg/parquet/projection.ts";
import type { TableTree } from "../../iceberg/tree.ts";
import { constantSql, valueSql } from "./expressions.ts";
import { duckdbType } from "./types.ts";

/** A data file as DuckDB reads it. */
export interface LocalFile {
  /** Path of the copy. */
  path: string;
  /** What the table's columns are in it. */
  columns: readonly Projected[];
}

/** Names that no column of a file has by chance. */
const FILE = identifier("lakehouse file");
const PLACE = "file_row_number";

/**
 * The statements that make a view of the snapshot.
 *
 * @param deleted A file of lines with a copy's path and the place of a deleted row, if rows are deleted.
 */
export function viewSql(
  view: string,
  { schema: { fields } }: TableTree,
  files: readonly LocalFile[],
  deleted: string | undefined,
): string[] {
  const name = identifier(view);
  const types = fields.map(({ type }) => duckdbType(type));
  if (files.length === 0) {
    const columns = fields.map((field, i) =>
      `CAST(NULL AS ${types[i]}) AS ${identifier(field.name)}`
    );
    return [`CREATE VIEW ${name} AS SELECT ${columns.join(", ")} WHERE false`];
  }
  // DuckDB reads files of one call by the first one's columns.
  const alike = Map.groupBy(files, ({ columns }) =>
    stringifyExactJson(
      columns.map((each) => "column" in each ? each.column : each.value),
    ));
  const gone = identifier(`${view} deleted`);
  const parts = [...alike.values()].map((group) => {
    const columns = group[0]!.columns.map((each, i) => {
      const { name, type } = fields[i]!;
      const value = "column" in each
        ? valueSql(type, each.column, identifier(each.column.name))
        : constantSql(type, each.value);
      return `CAST(${value} AS ${types[i]}) AS ${identifier(name)}`;
    });
    const paths = group.map(({ path }) => literal(path)).join(", ");
    const options = deleted
      ? `, filename = ${literal("lakehouse file")}, ${PLACE} = true`
      : "";
    return `SELECT ${columns.join(", ")} FROM read_parquet([${paths}]` +
      `, hive_partitioning = false${options}) AS rows_of_files` +
      (deleted
        ? ` WHERE NOT EXISTS (SELECT 1 FROM ${gone} AS gone
          WHERE gone.copy = rows_of_files.${FILE} AND gone.place = rows_of_files.${PLACE})`
        : "");
  });
  return [
    ...deleted
      ? [
        `CREATE TABLE ${gone} AS SELECT * FROM read_csv(${
          literal(deleted)
        }, header = false, columns = {copy: 'VARCHAR', place: 'BIGINT'})`,
      ]
      : [],
    `CREATE VIEW ${name} AS ${parts.join(" UNION ALL ")}`,
  ];
}
