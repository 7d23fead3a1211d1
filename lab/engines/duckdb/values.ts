/**
 * DuckDB's types and values in the words of Trino's protocol, so that the same
 * value of a table is the same value in a notebook, whichever engine read it.
 *
 * @module
 */

import {
  DuckDBArrayValue,
  DuckDBBlobValue,
  DuckDBDateValue,
  DuckDBListValue,
  DuckDBMapValue,
  DuckDBStructValue,
  DuckDBTimestampNanosecondsValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  DuckDBTimeValue,
  type DuckDBType,
  DuckDBTypeId,
  type DuckDBValue,
} from "@duckdb/node-api";
import {
  dayText,
  microsText,
  nanosText,
  timeText,
} from "../../iceberg/timestamps.ts";
import { shortest } from "../../iceberg/bounds.ts";
import type { Column } from "../../../lib/trino/types.ts";

const NAMES: Record<string, string> = {
  float: "real",
  blob: "varbinary",
  "timestamp with time zone": "timestamp",
  timestamp_ns: "timestamp",
};

/** A column of a result. */
export function toColumn(name: string, type: DuckDBType): Column {
  const text = String(type);
  const base = text.toLowerCase().replace(/[([].*$/, "");
  return { name, type: text, typeSignature: { rawType: NAMES[base] ?? base } };
}

/** A value of DuckDB in the form that results of Trino have. */
export function toExact(type: DuckDBType, value: DuckDBValue): unknown {
  if (typeof value === "number") {
    return type.typeId === DuckDBTypeId.FLOAT ? shortest(value) : value;
  }
  if (typeof value !== "object" || value === null) return value;
  // deno-lint-ignore no-explicit-any
  const inner = type as any;
  if (value instanceof DuckDBDateValue && value.isFinite) {
    return dayText(value.days);
  }
  if (value instanceof DuckDBTimestampTZValue && value.isFinite) {
    return `${microsText(value.micros)} UTC`;
  }
  if (value instanceof DuckDBTimestampValue && value.isFinite) {
    return microsText(value.micros);
  }
  if (value instanceof DuckDBTimestampNanosecondsValue && value.isFinite) {
    return nanosText(value.nanos);
  }
  if (value instanceof DuckDBTimeValue) return timeText(value.micros);
  if (value instanceof DuckDBBlobValue) return new Uint8Array(value.bytes);
  if (value instanceof DuckDBListValue || value instanceof DuckDBArrayValue) {
    return value.items.map((item) => toExact(inner.valueType, item));
  }
  if (value instanceof DuckDBStructValue) {
    return Object.fromEntries(
      Object.entries(value.entries).map(([name, item], index) => [
        name,
        toExact(inner.entryTypes[index], item),
      ]),
    );
  }
  if (value instanceof DuckDBMapValue) {
    return Object.fromEntries(
      value.entries.map(({ key, value: item }) => [
        String(toExact(inner.keyType, key)),
        toExact(inner.valueType, item),
      ]),
    );
  }
  // Decimals, UUIDs, intervals and what is not finite say best themselves.
  return String(value);
}
