/**
 * DuckDB's types and values in the words of Trino's protocol, so that the same
 * value of a table is the same value in a notebook, whichever engine read it.
 *
 * @module
 */

import {
  DuckDBArrayType,
  DuckDBArrayValue,
  DuckDBBlobValue,
  DuckDBDateValue,
  DuckDBListType,
  DuckDBListValue,
  DuckDBMapType,
  DuckDBMapValue,
  DuckDBStructType,
  DuckDBStructValue,
  DuckDBStructVector,
  DuckDBTimestampMillisecondsValue,
  DuckDBTimestampNanosecondsValue,
  DuckDBTimestampSecondsValue,
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
import type { TypeSignature } from "../../../lib/trino/types.ts";

// Fields by place: those of ROW(1, 2) have no names, and of values with one name
// DuckDB's package keeps the last.
DuckDBStructVector.prototype.getItem = function (index) {
  if (!this.isItemValid(index)) return null;
  return new DuckDBStructValue(Object.fromEntries(
    this.type.entryTypes.map((_, i) => [i, this.getItemValue(index, i)]),
  ));
};

const NAMES: Record<string, string> = {
  float: "real",
  blob: "varbinary",
  timestamp_s: "timestamp",
  timestamp_ms: "timestamp",
  timestamp_ns: "timestamp",
};

/** The structure of a type, as Trino describes one. */
export function signature(type: DuckDBType): TypeSignature {
  const nested = (inner: DuckDBType) => ({
    ...{ kind: "TYPE", value: signature(inner) },
  });
  if (type instanceof DuckDBListType || type instanceof DuckDBArrayType) {
    return { rawType: "array", arguments: [nested(type.valueType)] };
  }
  if (type instanceof DuckDBMapType) {
    const arguments_ = [nested(type.keyType), nested(type.valueType)];
    return { rawType: "map", arguments: arguments_ };
  }
  if (type instanceof DuckDBStructType) {
    const fields = type.entryTypes.map((entry, i) => {
      const name = type.entryNames[i];
      const fieldName = name ? { name } : null;
      const value = { fieldName, typeSignature: signature(entry) };
      return { kind: "NAMED_TYPE", value };
    });
    return { rawType: "row", arguments: fields };
  }
  const name = String(type).toLowerCase().replace(/[([].*$/, "");
  return { rawType: NAMES[name] ?? name };
}

/** A value as Trino would send it: rows as lists, maps as lists of pairs. */
export function encode(type: DuckDBType, value: DuckDBValue): unknown {
  if (typeof value === "number") {
    return type.typeId === DuckDBTypeId.FLOAT ? shortest(value) : value;
  }
  if (typeof value !== "object" || value === null) return value;
  // deno-lint-ignore no-explicit-any
  const inner = type as any;
  if (value instanceof DuckDBDateValue) {
    if (value.isFinite) return dayText(value.days);
    return value.days > 0 ? "infinity" : "-infinity";
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
  // The texts of these two have other forms for years before 1 and after 9999.
  if (value instanceof DuckDBTimestampMillisecondsValue && value.isFinite) {
    return microsText(value.millis * 1000n).slice(0, -3);
  }
  if (value instanceof DuckDBTimestampSecondsValue && value.isFinite) {
    return microsText(value.seconds * 1_000_000n).slice(0, -7);
  }
  if (value instanceof DuckDBTimeValue) return timeText(value.micros);
  if (value instanceof DuckDBBlobValue) return new Uint8Array(value.bytes);
  if (value instanceof DuckDBListValue || value instanceof DuckDBArrayValue) {
    return value.items.map((item) => encode(inner.valueType, item));
  }
  if (value instanceof DuckDBStructValue) {
    return Object.values(value.entries).map((item, i) =>
      encode(inner.entryTypes[i], item)
    );
  }
  if (value instanceof DuckDBMapValue) {
    return value.entries.map(({ key, value: item }) => [
      encode(inner.keyType, key),
      encode(inner.valueType, item),
    ]);
  }
  // Decimals, UUIDs, intervals and what is not finite say best themselves.
  return String(value);
}
