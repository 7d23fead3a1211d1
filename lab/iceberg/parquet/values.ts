/**
 * Values as a Parquet file stores them, made those of a column's type in the
 * table: `long` as BigInt, times as micros or nanos, dates as days, decimals as
 * BigInt of their last digit's unit; structs as lists of values in the order of
 * their fields, maps as lists of pairs.
 *
 * @module
 */

import type { SchemaElement } from "hyparquet";
import { LakehouseError } from "../../../lib/core/errors.ts";
import type { Field } from "../../../lib/catalog/tables.ts";
import { bigEndian } from "../encoding/bounds.ts";
import { byId, type FileColumn } from "./columns.ts";
import { isText } from "./file.ts";
import { initialDefault, type WithDefault } from "./defaults.ts";

/** Makes a stored value one of the table's; `undefined` where they are the same. */
export type Convert = ((stored: unknown) => unknown) | undefined;

/** A type of Iceberg that has parts. */
export interface NestedType {
  readonly type: "struct" | "list" | "map";
  readonly fields: readonly WithDefault[];
  readonly element: unknown;
  readonly "element-id": number;
  readonly key: unknown;
  readonly value: unknown;
}

/** Unit of the file's times: MILLIS, MICROS or NANOS; `undefined` when it has none. */
export function unitOf(element: SchemaElement): string | undefined {
  const { type, logical_type, converted_type } = element;
  if (type === "INT96") return "NANOS";
  return logical_type?.type === "TIMESTAMP" || logical_type?.type === "TIME"
    ? logical_type.unit
    : converted_type?.match(/^TIME(?:STAMP)?_(MILLIS|MICROS)$/)?.[1];
}

function isUnsigned(
  { logical_type, converted_type }: SchemaElement,
  bits: number,
): boolean {
  return converted_type === `UINT_${bits}` ||
    logical_type?.type === "INTEGER" && !logical_type.isSigned &&
      logical_type.bitWidth === bits;
}

/** Whether the file says no more of its whole numbers than that. */
const isPlain = ({ logical_type, converted_type }: SchemaElement) =>
  (logical_type === undefined || logical_type.type === "INTEGER") &&
  (converted_type === undefined || /^U?INT_/.test(converted_type));

const MICROS: Record<string, bigint> = { MILLIS: 1000n, MICROS: 1n };
const PER_DAY = 86_400_000_000n;

function times(element: SchemaElement, isNanos: boolean): Convert | null {
  const { type, converted_type, logical_type } = element;
  if (converted_type === "DATE" || logical_type?.type === "DATE") {
    return (days) => BigInt(days as number) * PER_DAY * (isNanos ? 1000n : 1n);
  }
  const unit = unitOf(element);
  if (!unit || type === "INT32" && unit !== "MILLIS") return null;
  if (unit !== "NANOS") {
    const by = MICROS[unit]! * (isNanos ? 1000n : 1n);
    return by === 1n ? undefined : (time) => BigInt(time as bigint) * by;
  }
  if (isNanos) return undefined;
  return (stored) => {
    const nanos = stored as bigint;
    if (nanos % 1000n === 0n) return nanos / 1000n;
    throw new LakehouseError({
      what: "A time of the file has nanoseconds",
      why: `the table's type ends at microseconds: ${nanos} ns`,
      next: "write the file again with times of microseconds",
    });
  };
}

const decoder = new TextDecoder();
const bytes = (length?: string) => ({ type, type_length }: SchemaElement) =>
  type === "BYTE_ARRAY" && length === undefined ||
  type === "FIXED_LEN_BYTE_ARRAY" &&
    (length === undefined || type_length === Number(length));

/** How a leaf's values become the type's; `null` when they do not. */
function leaf(type: string, element: SchemaElement): Convert | null {
  const stored = element.type;
  const [, name = type, given = ""] = type.match(/^(\w+)[[(](.*)[\])]$/) ?? [];
  const if_ = (fits: boolean): Convert | null => fits ? undefined : null;
  switch (name) {
    case "boolean":
      return if_(stored === "BOOLEAN");
    case "int":
      return if_(
        stored === "INT32" && isPlain(element) && !isUnsigned(element, 32),
      );
    case "long":
      if (!isPlain(element) || isUnsigned(element, 64)) return null;
      if (stored === "INT64") return undefined;
      if (stored !== "INT32") return null;
      return isUnsigned(element, 32)
        ? (value) => BigInt((value as number) >>> 0)
        : (value) => BigInt(value as number);
    case "float":
      return if_(stored === "FLOAT");
    case "double":
      return if_(stored === "DOUBLE" || stored === "FLOAT");
    case "date":
      return if_(stored === "INT32" && !unitOf(element));
    case "time":
    case "timestamp":
    case "timestamptz":
      return times(element, false);
    case "timestamp_ns":
    case "timestamptz_ns":
      return times(element, true);
    case "string":
      if (stored !== "BYTE_ARRAY") return null;
      // Some writers leave out that it is text.
      return isText(element)
        ? undefined
        : (value) => decoder.decode(value as Uint8Array);
    case "uuid":
      return if_(bytes("16")(element));
    case "fixed":
      return if_(bytes(given)(element));
    case "binary":
      return if_(bytes()(element));
    case "decimal": {
      const scale = Number(given.split(",")[1] ?? 0);
      const { logical_type, converted_type } = element;
      const isDecimal = converted_type === "DECIMAL" ||
        logical_type?.type === "DECIMAL";
      const own = logical_type?.type === "DECIMAL"
        ? logical_type.scale
        : element.scale ?? 0;
      if (!isDecimal || own !== scale) return null;
      return (value) =>
        value instanceof Uint8Array
          ? bigEndian(value)
          : BigInt(value as number | bigint);
    }
    case "unknown":
      return () => null;
    default:
      return null;
  }
}

/** The file's type in its own words: `INT64 (TIMESTAMP MICROS)`. */
export function storedType({ element, kind }: FileColumn): string {
  if (kind !== "leaf") return kind;
  const { type, logical_type, converted_type, precision, scale = 0 } = element;
  if (/DECIMAL/.test(logical_type?.type ?? converted_type ?? "")) {
    return `${type} (DECIMAL ${precision}, ${scale})`;
  }
  const { type: name, ...rest } = logical_type ?? {};
  const detail = name ? [name, ...Object.values(rest)] : [converted_type];
  return detail[0] === undefined ? `${type}` : `${type} (${detail.join(" ")})`;
}

/** How a type's values are called where they stand in an error. */
const typeName = (type: unknown): string =>
  typeof type === "string" ? type : `a ${(type as NestedType).type}`;

/**
 * How a column's stored values become those of a type of the table.
 *
 * @param path The file's address.
 * @throws {LakehouseError} When they do not without loss.
 */
export function converter(
  { name, type }: Pick<Field, "name" | "type">,
  column: FileColumn,
  path: string,
): Convert {
  const refused = () =>
    new LakehouseError({
      what: `Cannot read the column "${name}" of ${path}`,
      why: `the file has ${storedType(column)}, where the table has ${
        typeName(type)
      }`,
      next:
        "ask Trino or Spark whether they can, or rewrite the file with the table's types",
    });
  const inner = (part: unknown, within: FileColumn | undefined) => {
    if (!within) throw refused();
    const convert = converter({ name, type: part }, within, path);
    return (stored: unknown) =>
      stored === null || stored === undefined
        ? null
        : convert
        ? convert(stored)
        : stored;
  };
  if (typeof type === "string") {
    const convert = column.kind === "leaf" ? leaf(type, column.element) : null;
    if (convert === null) throw refused();
    return convert;
  }
  const nested = type as NestedType;
  if (nested.type !== column.kind) throw refused();
  if (nested.type === "list") {
    const element = inner(nested.element, column.inner[0]);
    return (stored) => (stored as unknown[]).map(element);
  }
  if (nested.type === "map") {
    const [keyColumn, valueColumn] = column.inner;
    const key = inner(nested.key, keyColumn);
    const value = inner(nested.value, valueColumn);
    return (stored) =>
      ((stored as Record<string, Record<string, unknown>[]>)[column.entries!]!)
        .map((pair) => [
          key(pair[keyColumn!.name]),
          value(pair[valueColumn!.name]),
        ]);
  }
  const fields = nested.fields.map((field) => {
    const found = byId(column.inner, field.id);
    if (!found) {
      const value = initialDefault(field);
      return () => value;
    }
    const convert = inner(field.type, found);
    return (stored: Record<string, unknown>) => convert(stored[found.name]);
  });
  return (stored) =>
    fields.map((field) => field(stored as Record<string, unknown>));
}
