/**
 * Which value each column of the table has in a file: a column of the file, or
 * one value for all its rows.
 *
 * @module
 */

import type { Field, Table } from "../../../lib/catalog/tables.ts";
import type { DataFile } from "../files.ts";
import {
  byId,
  type FileColumn,
  fileColumns,
  type NameMapping,
  nameMapping,
} from "./columns.ts";
import { initialDefault, type WithDefault } from "./defaults.ts";
import type { ParquetFile } from "./file.ts";
import { type Convert, converter } from "./values.ts";

/** A column in one file. */
export type Projected =
  | { readonly column: FileColumn; readonly convert: Convert }
  | { readonly value: unknown };

/** A column of the table, to be found in a file by its id. */
export type Wanted = WithDefault & Pick<Field, "name" | "type">;

/**
 * Finds columns in a file as Iceberg's specification resolves them: by the ids
 * that the file has; else the value of its partition, where that is the column's;
 * else by the table's name mapping; else the column's first default; else null.
 *
 * @throws {LakehouseError} When nothing says which column is which, or a column is of another type.
 */
export function project(
  parquet: ParquetFile,
  file: Pick<DataFile, "constants">,
  wanted: readonly Wanted[],
  table: Pick<Table, "properties">,
): Projected[] {
  return projectBy(
    parquet,
    file,
    wanted,
    nameMapping(table.properties),
  );
}

/** The same with the mapping itself. */
export function projectBy(
  parquet: ParquetFile,
  { constants }: Pick<DataFile, "constants">,
  wanted: readonly Wanted[],
  mapping: readonly NameMapping[] | undefined,
): Projected[] {
  // A file with nothing but partitions' values needs no names.
  const needsFile = wanted.some(({ id }) => !constants.has(id));
  const columns = needsFile || mapping
    ? fileColumns(parquet, mapping)
    : fileColumns(parquet, []);
  return wanted.map((field) => {
    const column = byId(columns, field.id);
    if (column?.element.field_id === undefined && constants.has(field.id)) {
      return { value: constants.get(field.id) };
    }
    return column
      ? { column, convert: converter(field, column, parquet.path) }
      : { value: initialDefault(field) };
  });
}

/** Values of these columns in one row group, in the order of the columns. */
export async function readGroup(
  parquet: ParquetFile,
  projected: readonly Projected[],
  group: number,
): Promise<unknown[][]> {
  const names = projected.flatMap((each) =>
    "column" in each ? each.column.name : []
  );
  const stored = await parquet.read([...new Set(names)], group);
  return projected.map((each) => {
    if (!("column" in each)) {
      return new Array(parquet.groups[group]!).fill(each.value);
    }
    const values = stored.get(each.column.name)!;
    const { convert } = each;
    if (!convert) return values;
    return values.map((value) =>
      value === null || value === undefined ? null : convert(value)
    );
  });
}
