/**
 * DuckDB's types for those of Iceberg.
 *
 * @module
 */

import { LakehouseError } from "../../../lib/core/errors.ts";
import { identifier } from "../../../lib/trino/literal.ts";

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
 * import { duckdbType } from "./types.ts";
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
