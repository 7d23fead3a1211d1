/**
 * Values of files and of tables as expressions of DuckDB's SQL.
 *
 * @module
 */

import { identifier, literal } from "../../../lib/trino/literal.ts";
import { exactOf } from "../../iceberg/encoding/bounds.ts";
import { byId, type FileColumn } from "../../iceberg/parquet/columns.ts";
import { initialDefault } from "../../iceberg/parquet/defaults.ts";
import { type NestedType, unitOf } from "../../iceberg/parquet/values.ts";
import { duckdbType } from "./types.ts";

const isMicros = (type: unknown) =>
  ["time", "timestamp", "timestamptz"].includes(type as string);

/** Whether DuckDB reads the column as the table has it, but for a cast. */
function isSame(type: unknown, column: FileColumn): boolean {
  if (typeof type === "string") {
    return !(isMicros(type) && unitOf(column.element) === "NANOS") &&
      (type !== "uuid" || column.element.logical_type?.type === "UUID");
  }
  const { type: kind, fields, element, key, value } = type as NestedType;
  if (kind !== "struct") {
    return (kind === "list" ? [element] : [key, value])
      .every((part, i) => isSame(part, column.inner[i]!));
  }
  return fields.length === column.inner.length &&
    fields.every(({ id, name, type }, i) => {
      const found = column.inner[i]!;
      return found.id === id && found.name === name && isSame(type, found);
    });
}

/**
 * A column of a file, or a part of one, as the value that the table has.
 *
 * @param type Its type in the table.
 * @param sql What it is called in the file.
 */
export function valueSql(
  type: unknown,
  column: FileColumn,
  sql: string,
  depth = 0,
): string {
  if (isSame(type, column)) return sql;
  if (type === "uuid") return `CAST(lower(hex(${sql})) AS UUID)`;
  if (typeof type === "string") {
    // A cast would cut them off without a word.
    const text = literal("a time of the file has nanoseconds");
    const nanos = type === "time"
      ? `epoch_ns(${sql})`
      : `epoch_ns(CAST(${sql} AS TIMESTAMP_NS))`;
    return `CASE WHEN ${nanos} % 1000 = 0 THEN ${sql} WHEN ${sql} IS NOT NULL THEN error(${text}) END`;
  }
  const nested = type as NestedType;
  const item = `part${depth}`;
  const inner = (part: unknown, within: FileColumn, name: string) =>
    valueSql(part, within, name, depth + 1);
  if (nested.type === "list") {
    return `list_transform(${sql}, lambda ${item}: ${
      inner(nested.element, column.inner[0]!, item)
    })`;
  }
  if (nested.type === "map") {
    const key = inner(nested.key, column.inner[0]!, `${item}.key`);
    const value = inner(nested.value, column.inner[1]!, `${item}.value`);
    return `map_from_entries(list_transform(map_entries(${sql}), ` +
      `lambda ${item}: {'key': ${key}, 'value': ${value}}))`;
  }
  const fields = nested.fields.map((field) => {
    const found = byId(column.inner, field.id);
    const value = found
      ? inner(
        field.type,
        found,
        `struct_extract(${sql}, ${literal(found.name)})`,
      )
      : constantSql(field.type, initialDefault(field));
    return `${identifier(field.name!)}: CAST(${value} AS ${
      duckdbType(field.type)
    })`;
  });
  return `CASE WHEN ${sql} IS NOT NULL THEN {${fields.join(", ")}} END`;
}

/** One value, in the form of `parquet/values.ts`, for all rows. */
export function constantSql(type: unknown, value: unknown): string {
  const cast = (sql: string) => `CAST(${sql} AS ${duckdbType(type)})`;
  if (value === null || value === undefined) return cast("NULL");
  if (typeof type !== "string") {
    const nested = type as NestedType;
    const all = value as unknown[];
    if (nested.type === "list") {
      return cast(
        `[${all.map((item) => constantSql(nested.element, item)).join(", ")}]`,
      );
    }
    if (nested.type === "map") {
      const pairs = (value as [unknown, unknown][]).map(([key, each]) =>
        `${constantSql(nested.key, key)}: ${constantSql(nested.value, each)}`
      );
      return cast(`MAP {${pairs.join(", ")}}`);
    }
    const fields = nested.fields.map((field, i) =>
      `${identifier(field.name!)}: ${constantSql(field.type, all[i])}`
    );
    return cast(`{${fields.join(", ")}}`);
  }
  const exact = exactOf(type, value);
  if (exact instanceof Uint8Array) return `from_hex('${exact.toHex()}')`;
  return cast(literal(String(exact).replace(/ UTC$/, "+00")));
}
