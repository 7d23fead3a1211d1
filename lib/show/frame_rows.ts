/**
 * Rows of a polars DataFrame, exact.
 *
 * @module
 */

import type { DataFrame, Series } from "nodejs-polars";
import { parseExactJson } from "../core/json.ts";

/** A polars DataFrame; its type alone, polars itself need not be loaded. */
export type Frame = DataFrame;

/** Whether a value is a polars DataFrame. */
export function isFrame(value: unknown): value is Frame {
  return Object.prototype.toString.call(value) === "[object DataFrame]" &&
    typeof (value as Frame).writeJSON === "function";
}

/** Whether a value is a polars Series. */
export function isSeries(value: unknown): value is Series {
  return typeof (value as Series | null)?.toFrame === "function" &&
    String((value as Series).dtype).startsWith("DataType");
}

/** `DataType(Datetime(us,UTC))` as `Datetime(us,UTC)`. */
function typeName(dtype: object): string {
  return String(dtype).replace(/DataType\(([^()]*|[^()]*\([^()]*\))\)/g, "$1")
    .replaceAll('"', "");
}

/**
 * The first rows of a DataFrame, with all digits of its integers and decimals.
 *
 * Read as JSON, since polars' own way to JavaScript rounds `Int64`, cuts
 * microseconds, and fails on decimals.
 *
 * @example Usage
 * ```ts
 * import { frameRows } from "./frame_rows.ts";
 * import { assertEquals } from "@std/assert";
 * import pl from "nodejs-polars";
 *
 * const frame = pl.DataFrame({ fare: [1.5, 12] });
 * assertEquals(frameRows(frame, 1), {
 *   rows: [{ fare: 1.5 }],
 *   columns: [{ name: "fare", type: "Float64" }],
 *   total: 2,
 * });
 * ```
 */
export function frameRows(
  frame: Frame,
  limit: number,
): {
  rows: Record<string, unknown>[];
  columns: { name: string; type: string }[];
  total: number;
} {
  const columns = frame.columns.map((name, i) => ({
    ...{ name, type: typeName(frame.dtypes[i]!) },
  }));
  const first = frame.limit(limit);
  if (first.height === 0) return { rows: [], columns, total: frame.height };
  const lines = new TextDecoder().decode(first.writeJSON({ format: "lines" }));
  const rows = lines.trimEnd().split("\n").map((line) =>
    parseExactJson(line) as Record<string, unknown>
  );
  for (const { name, type } of columns) {
    if (!type.startsWith("Float")) continue;
    // In JSON there is no NaN.
    first.getColumn(name).toArray().forEach((value, i) => {
      rows[i]![name] = value;
    });
  }
  return { rows, columns, total: frame.height };
}
