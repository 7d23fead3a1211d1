/**
 * What engines of SQL have in common.
 *
 * @module
 */

import type { Row } from "../../../lib/trino/rows.ts";
import type { Column } from "../../../lib/trino/types.ts";
import type { Answer } from "../answer.ts";

/** Values of a result in the order of its columns. */
export function valuesOf(
  { columns, rows }: { columns: readonly Column[]; rows: readonly Row[] },
): Answer {
  return rows.map((row) => columns.map(({ name }) => row[name]));
}

/** The statement that reads these columns, in the order of the first. */
export function readSql(table: string, columns: readonly string[]): string {
  return `SELECT ${columns.join(", ")} FROM ${table} ORDER BY ${columns[0]}`;
}
