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
} from "../../iceberg/encoding/timestamps.ts";
import { shortest } from "../../iceberg/encoding/bounds.ts";
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

/** The end of a day, which a time of DuckDB may be. */
const DAY = 86_400_000_000n;

/** A date or a time before or after all others; not all say so themselves. */
const endless = (value: number | bigint) =>
  value > 0 ? "infinity" : "-infinity";

/** A value as Trino would send it: rows as lists, maps as lists of pairs. */
export function encode(type: DuckDBType, value: DuckDBValue): unknown {
  if (typeof value === "number") {
    return type.typeId === DuckDBTypeId.FLOAT ? shortest(value) : value;
  }
  if (typeof value !== "object" || value === null) return value;
  // deno-lint-ignore no-explicit-any
  const inner = type as any;
  if (value instanceof DuckDBDateValue) {
    return value.isFinite ? dayText(value.days) : endless(value.days);
  }
  if (value instanceof DuckDBTimestampTZValue) {
    const { isFinite, micros } = value;
    return isFinite ? `${microsText(micros)} UTC` : endless(micros);
  }
  if (value instanceof DuckDBTimestampValue) {
    return value.isFinite ? microsText(value.micros) : endless(value.micros);
  }
  if (value instanceof DuckDBTimestampNanosecondsValue) {
    return value.isFinite ? nanosText(value.nanos) : endless(value.nanos);
  }
  if (value instanceof DuckDBTimestampMillisecondsValue) {
    const { isFinite, millis } = value;
    return isFinite ? microsText(millis * 1000n).slice(0, -3) : endless(millis);
  }
  if (value instanceof DuckDBTimestampSecondsValue) {
    const { isFinite, seconds } = value;
    return isFinite
      ? microsText(seconds * 1_000_000n).slice(0, -7)
      : endless(seconds);
  }
  if (value instanceof DuckDBTimeValue) {
    return value.micros === DAY ? "24:00:00.000000" : timeText(value.micros);
  }
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
  // Decimals, UUIDs and intervals say best themselves.
  return String(value);
}
