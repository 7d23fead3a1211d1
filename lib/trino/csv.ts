/**
 * Rows as CSV.
 *
 * @module
 */

import type { Row } from "./rows.ts";
import { valueText } from "../show/value_text.ts";

const NEEDS_QUOTES = /^$|^\s|\s$|[",\r\n]/;

function field(value: unknown): string {
  if (value === null || value === undefined) return "";
  const text = valueText(value);
  return NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

const LINES_AT_ONCE = 5_000;

/**
 * Rows as CSV of RFC 4180, a piece at a time: a line of names, then the rows,
 * values exact. Null is an empty field, the empty text is `""`; arrays, maps and
 * rows are JSON, bytes `0x00ff`.
 *
 * @example Usage
 * ```ts
 * import { csvPieces } from "./csv.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const rows = [{ id: 9007199254740993n, name: 'a "b"' }, { id: null, name: "" }];
 * assertEquals(
 *   [...csvPieces(["id", "name"], rows)].join(""),
 *   'id,name\r\n9007199254740993,"a ""b"""\r\n,""\r\n',
 * );
 * ```
 */
export function* csvPieces(
  names: readonly string[],
  rows: readonly Row[],
): Generator<string> {
  yield `${names.map(field).join(",")}\r\n`;
  for (let start = 0; start < rows.length; start += LINES_AT_ONCE) {
    let piece = "";
    for (const row of rows.slice(start, start + LINES_AT_ONCE)) {
      piece += `${names.map((name) => field(row[name])).join(",")}\r\n`;
    }
    yield piece;
  }
}
