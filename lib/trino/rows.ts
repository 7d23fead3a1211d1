/**
 * Rows by name: every value of them, in the order of the query; as CSV too.
 *
 * @module
 */

import { momentText, valueText } from "../core/format.ts";

/** A row by column name. */
export type Row = Record<string, unknown>;

/**
 * Names that differ, for an object with one value by name. A name that was there
 * gets a number, `id_2`; what has no name is called by its place, `field0`.
 *
 * @example Usage
 * ```ts
 * import { distinctNames } from "./rows.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(distinctNames(["id", "id", undefined]), ["id", "id_2", "field2"]);
 * ```
 */
export function distinctNames(
  names: readonly (string | undefined)[],
): string[] {
  const given = new Set(names);
  const used = new Set<string>();
  return names.map((name, place) => {
    const wanted = name ?? `field${place}`;
    let own = wanted;
    // Who was given a name keeps it, whoever comes before.
    for (let n = 2; used.has(own) || given.has(own) && own !== name; n++) {
      own = `${wanted}_${n}`;
    }
    used.add(own);
    return own;
  });
}

/**
 * Makes rows of values in the order of these names.
 *
 * JavaScript puts names such as `2023` before all others of an object. Rows with
 * such names are proxies that list theirs as they are given here, so that
 * `Object.keys()`, JSON and tables have the query's order.
 *
 * @example Usage
 * ```ts
 * import { rowMaker } from "./rows.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const row = rowMaker(["company", "2023"])(["Flash Cab", 7]);
 * assertEquals(JSON.stringify(row), '{"company":"Flash Cab","2023":7}');
 * ```
 */
export function rowMaker(
  names: readonly string[],
): (values: readonly unknown[]) => Row {
  const plain = (values: readonly unknown[]): Row =>
    Object.fromEntries(names.map((name, place) => [name, values[place]]));
  if (!names.some((name) => /^(0|[1-9]\d*)$/.test(name))) return plain;
  const inOrder: ProxyHandler<Row> = {
    ownKeys: (row) => [...new Set([...names, ...Reflect.ownKeys(row)])],
  };
  return (values) => new Proxy(plain(values), inOrder);
}

/** What makes a text of the values of a type. */
export const textOf = (type: string = ""): (value: unknown) => string =>
  type.includes("with time zone") ? momentText : valueText;

const NEEDS_QUOTES = /^$|^\s|\s$|[",\r\n]/;

function field(value: unknown, type: string | undefined): string {
  if (value === null || value === undefined) return "";
  const text = textOf(type)(value);
  return NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

const LINES_AT_ONCE = 5_000;

/**
 * Rows as CSV of RFC 4180, a piece at a time: a line of names, then the rows,
 * values exact. Null is an empty field, the empty text is `""`; arrays, maps and
 * rows are JSON, bytes `0x00ff`.
 *
 * @throws {LakehouseError} When a time is in the hour that its zone's clocks have twice.
 * @example Usage
 * ```ts
 * import { csvPieces } from "./rows.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const rows = [{ id: 9007199254740993n, name: 'a "b"' }, { id: null, name: "" }];
 * assertEquals(
 *   [...csvPieces([{ name: "id" }, { name: "name" }], rows)].join(""),
 *   'id,name\r\n9007199254740993,"a ""b"""\r\n,""\r\n',
 * );
 * ```
 */
export function* csvPieces(
  columns: readonly { name: string; type?: string }[],
  rows: readonly Row[],
): Generator<string> {
  yield `${columns.map(({ name }) => field(name, "")).join(",")}\r\n`;
  for (let start = 0; start < rows.length; start += LINES_AT_ONCE) {
    let piece = "";
    for (const row of rows.slice(start, start + LINES_AT_ONCE)) {
      piece += `${
        columns.map(({ name, type }) => field(row[name], type)).join(",")
      }\r\n`;
    }
    yield piece;
  }
}
