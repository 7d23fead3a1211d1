/**
 * A table's columns: they are their ids, names come and go.
 *
 * @module
 */

import type { Field, Table } from "../../lib/catalog/tables.ts";
import { type TableMetadata, tableMetadata } from "./metadata.ts";

/** A column by its id, at whatever depth. */
export interface ColumnName {
  /** Its name, with those around it: `address.street`, `tags.element`. */
  name: string;
  /** Its type's name; that of a nested one is `list`, `map` or `struct`. */
  type: string;
}

// deno-lint-ignore no-explicit-any
type Json = any;

function walk(
  fields: Json[],
  prefix: string,
  into: Map<number, ColumnName>,
): void {
  for (const { id, name, type } of fields) {
    const path = prefix + name;
    const kind = typeof type === "string" ? type : type.type;
    if (!into.has(id)) into.set(id, { name: path, type: kind });
    if (typeof type === "string") continue;
    const inside = kind === "struct"
      ? type.fields
      : kind === "list"
      ? [{ id: type["element-id"], name: "element", type: type.element }]
      : [
        { id: type["key-id"], name: "key", type: type.key },
        { id: type["value-id"], name: "value", type: type.value },
      ];
    walk(inside, `${path}.`, into);
  }
}

/** The columns of one schema by id, nested ones too. */
function columnsOf(fields: readonly Field[]): Map<number, ColumnName> {
  const columns = new Map<number, ColumnName>();
  walk([...fields], "", columns);
  return columns;
}

/**
 * Every column the table ever had, by id; `schemaId` says whose names and types
 * hold where schemas differ.
 */
export function columnsById(
  metadata: TableMetadata,
  schemaId: number = metadata.currentSchemaId,
): Map<number, ColumnName> {
  const columns = new Map<number, ColumnName>();
  const named = metadata.schemas.filter(({ id }) => id === schemaId);
  for (const { fields } of [...named, ...metadata.schemas.toReversed()]) {
    walk(fields, "", columns);
  }
  return columns;
}

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
