/**
 * Rows as a table.
 *
 * @module
 */

import { type Frame, frameRows, isFrame, isSeries } from "./frame_rows.ts";
import { LakehouseError } from "../core/errors.ts";
import { formatNumber } from "../core/format.ts";
import { breaking, displayable, escapeHtml } from "../core/kernel.ts";
import { type Displayable, FAINT, linkHtml, seen } from "../core/kernel.ts";
import { watchCells } from "../core/kernel.ts";
import { cut, tableColumn, visibleText } from "./table_column.ts";
import type { ColumnFormat, TableCell, TableColumn } from "./table_column.ts";

export type { ColumnFormat };

/** Options of {@linkcode table}. */
export interface TableOptions {
  /** Line above the table. */
  title?: string;
  /**
   * How many rows to show.
   * @default {20}
   */
  limit?: number;
  /**
   * How many rows there are in all, when `rows` is only the first part of them.
   * @default {rows.length}
   */
  total?: number;
  /** Format by column; the others are formatted by type and by what they hold. */
  formats?: Record<string, ColumnFormat>;
  /**
   * Line below the table.
   * @default {the number of rows}
   */
  note?: string;
  /** A link after the note; where nothing can be clicked, its address stands there. */
  link?: { text: string; href: string };
}

/** Rows of something that has them, such as a `QueryResult`. */
export interface HasRows {
  /** The rows. */
  readonly rows: readonly object[];
  /**
   * Its columns, in order. Types stand below the names, and numeric columns to
   * the right even when their values came as text.
   *
   * @default {the columns that the shown rows have}
   */
  readonly columns?: readonly { name: string; type?: string }[];
}

// Widest name of a type, widest name and text on hover, and most columns.
const WIDEST_TYPE = 40;
const WIDEST_HOVER = 2_000;
const MOST_COLUMNS = 500;

function columnsIn(rows: readonly object[]): { name: string; type?: string }[] {
  return [...new Set(rows.flatMap(Object.keys))].map((name) => ({ name }));
}

interface Parts {
  columns: TableColumn[];
  title: string;
  note: string;
  link: TableOptions["link"];
}

function hoverHtml(shown: string, full: string): string {
  return shown === full
    ? ""
    : ` title="${escapeHtml(cut(full, WIDEST_HOVER))}"`;
}

function headHtml(column: TableColumn, style: string): string {
  const name = escapeHtml(cut(visibleText(column.name), WIDEST_HOVER));
  if (!column.type) return `<th style="${style}">${name}</th>`;
  const type = cut(column.type, WIDEST_TYPE);
  return `<th style="${style}">${name}<br><span style="${FAINT};font-weight:normal;` +
    `font-size:85%"${hoverHtml(type, column.type)}>${
      escapeHtml(type)
    }</span></th>`;
}

function cellHtml({ text, full, isNull }: TableCell, style: string): string {
  const own = `style="${style};${breaking(text)}"`;
  if (isNull) return `<td ${own}><i style="${FAINT}">null</i></td>`;
  return `<td ${own}${hoverHtml(text, full)}>${escapeHtml(text)}</td>`;
}

function tableHtml({ columns, title, note, link }: Parts): string {
  const styles = columns.map(({ isRight }) =>
    `text-align:${isRight ? "right" : "left"};` +
    `font-variant-numeric:tabular-nums;white-space:pre-wrap`
  );
  const head = columns.map((column, i) => headHtml(column, styles[i]!));
  const body = (columns[0]?.cells ?? []).map((_, row) =>
    "<tr>" +
    columns.map(({ cells }, i) => cellHtml(cells[row]!, styles[i]!)).join("") +
    "</tr>"
  );
  return `<div style="overflow-x:auto">` +
    (title ? `<div><b>${escapeHtml(title)}</b></div>` : "") +
    (columns.length
      ? `<table><thead><tr>${head.join("")}</tr></thead>` +
        `<tbody>${body.join("")}</tbody></table>`
      : "") +
    `<div style="${FAINT};font-size:90%">${escapeHtml(note)}` +
    (link ? ` · ${linkHtml(link.text, link.href)}` : "") + "</div></div>";
}

function tableText({ columns, title, note, link }: Parts): string {
  const { text = "", href = "" } = link ?? {};
  const address = [text, href].filter(Boolean).map((each) => seen(each))
    .join(" · ");
  const names = columns.map(({ name }) => cut(visibleText(name), WIDEST_HOVER));
  const types = columns.map(({ type }) => cut(type, WIDEST_TYPE));
  const widths = columns.map(({ cells }, i) =>
    Math.max(
      names[i]!.length,
      types[i]!.length,
      ...cells.map((cell) => cell.text.length),
    )
  );
  const line = (texts: string[]) =>
    texts.map((text, i) =>
      columns[i]!.isRight ? text.padStart(widths[i]!) : text.padEnd(widths[i]!)
    ).join("  ").trimEnd();
  const body = (columns[0]?.cells ?? []).map((_, row) =>
    line(columns.map((column) => column.cells[row]!.text))
  );
  return [
    ...(title ? [seen(title)] : []),
    ...(columns.length
      ? [
        line(names),
        ...(types.some(Boolean) ? [line(types)] : []),
        widths.map((width) => "─".repeat(width)).join("  "),
        ...body,
      ]
      : []),
    seen(note) + (link ? ` · ${address}` : ""),
  ].join("\n");
}

/** The rows of what `table()` takes, with what is known of their columns. */
function rowsOf(
  given: readonly object[] | HasRows | Frame,
  limit: number,
): HasRows & { total?: number } {
  if (Array.isArray(given)) return { rows: given };
  if (isFrame(given)) return frameRows(given, limit);
  const { rows, columns } = (given ?? {}) as Partial<HasRows>;
  if (Array.isArray(rows)) return columns ? { rows, columns } : { rows };
  const isPromise = given as unknown instanceof Promise;
  throw new LakehouseError({
    what: "Cannot show this as a table",
    why: isPromise
      ? "it is a promise, not yet rows"
      : `it is ${given === null ? "null" : typeof given}, not rows`,
    next: isPromise
      ? "await it first"
      : "give an array of objects, a query's result, or a polars DataFrame",
  });
}

/**
 * A table of rows: numbers to the right with thousands separators, nulls
 * visible, big integers exact, times in UTC.
 *
 * Takes an array of objects, a query's result, or a polars DataFrame. Whole
 * numbers in columns named like `id`, `snapshot_id` or `year` have no
 * separators. Text over 80 characters is cut, with the rest on hover; an empty
 * text and the text `null` stand in quotes, control characters as `\n`.
 *
 * @throws {LakehouseError} When it is given something that has no rows.
 * @example Usage
 * ```ts
 * import { table } from "@lakehouse";
 *
 * table(
 *   [{ company: "Flash Cab", trips: 170_482n, revenue: 2_006_573.5 }],
 *   { formats: { revenue: "dollars" } },
 * );
 * ```
 */
export function table(
  rows: readonly object[] | HasRows | Frame,
  options: TableOptions = {},
): Displayable {
  const { title = "", limit = 20, formats = {}, link } = options;
  const given = rowsOf(rows, limit);
  const total = options.total ?? given.total ?? given.rows.length;
  const shown = given.rows.slice(0, limit);
  const formatOf = new Map(Object.entries(formats));
  const all = given.columns ?? columnsIn(shown);
  const columns = all.slice(0, MOST_COLUMNS).map(({ name, type }) =>
    tableColumn(name, type ?? "", shown, formatOf.get(name))
  );
  const wide = all.length > MOST_COLUMNS
    ? ` · the first ${MOST_COLUMNS} of ${formatNumber(all.length)} columns`
    : "";
  const count = shown.length < total
    ? `showing ${formatNumber(shown.length)} of ${formatNumber(total)}`
    : total === 0
    ? "no rows"
    : `${formatNumber(total)} row${total === 1 ? "" : "s"}`;
  const { note = count } = options;
  const counted = note !== count && shown.length < total;
  const foot = (counted ? `${count} · ` : "") + note + wide;
  const parts = { columns, title, note: foot, link };
  return displayable(tableHtml(parts), tableText(parts));
}

// What ends a cell: rows as filter() or map() gives them, and what polars has,
// whose own table rounds integers.
watchCells((value) => {
  if (isFrame(value)) return table(value);
  if (isSeries(value)) return table(value.toFrame());
  const isRows = Array.isArray(value) && value.length > 0 &&
    value.every((row) => row?.constructor === Object);
  return isRows ? table(value) : undefined;
});
