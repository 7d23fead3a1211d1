/**
 * What became of a table's columns: they are their ids, names come and go.
 *
 * @module
 */

import type { Table } from "../../lib/catalog/tables.ts";
import { type ColumnName, columnsOf, tableMetadata } from "./metadata.ts";

/** A column that a table has or had. */
export interface ColumnHistory {
  /** Its id, by which data files know it; never given to another one. */
  id: number;
  /** Its name and type in the first schema that had it. */
  first: ColumnName;
  /** Its name and type now, or `undefined` when it was dropped. */
  now: ColumnName | undefined;
}

/**
 * Every column that the table has or had, by id: how it came and what it is now.
 *
 * The table's metadata keeps the schemas of before, until they are removed with
 * the snapshots that needed them.
 *
 * @example Usage
 * ```ts ignore
 * import { catalog, loadTable } from "@lakehouse";
 * import { iceberg } from "@lakehouse/lab";
 *
 * for (const { id, first, now } of iceberg.columnHistory(await loadTable(catalog(), "chicago", "taxi_trips"))) {
 *   console.log(id, first.name, now?.name ?? "dropped");
 * }
 * ```
 */
export function columnHistory(table: Table): ColumnHistory[] {
  const { schemas, currentSchemaId } = tableMetadata(table);
  const current = schemas.find(({ id }) => id === currentSchemaId);
  const now = columnsOf(current?.fields ?? table.fields);
  const first = new Map<number, ColumnName>(now);
  for (const { fields } of schemas.toReversed()) {
    for (const [id, column] of columnsOf(fields)) first.set(id, column);
  }
  return [...first].sort(([a], [b]) => a - b)
    .map(([id, column]) => ({ id, first: column, now: now.get(id) }));
}
