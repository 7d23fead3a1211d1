/**
 * What a notebook cell shows besides charts: tables, facts, checks.
 *
 * Everything also has a plain text form, which is what a terminal shows.
 *
 * @module
 */

import { LakehouseError } from "./errors.ts";
import { formatBytes, formatDate, formatNumber } from "./format.ts";
import { DISPLAY, type Displayable, kernel } from "./kernel.ts";

export type { Displayable };

/**
 * How a column's values read.
 *
 * - `"number"`: thousands separators, one number of decimals for the column;
 *   takes decimals given as text too
 * - `"plain"`: as it is, exact, without separators: ids, years, codes
 * - `"dollars"`, `"percent"` (of 1), `"bytes"`, `"date"`: as the name says
 * - a function: the text for a value that is not null
 */
export type ColumnFormat =
  | "number"
  | "plain"
  | "dollars"
  | "percent"
  | "bytes"
  | "date"
  // deno-lint-ignore no-explicit-any
  | ((value: any) => string);

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
  /**
   * SQL types by column, in the columns' order; numeric ones stand to the right
   * even when they came as text.
   * @default {the columns that the shown rows have}
   */
  types?: Record<string, string>;
  /** Format by column; the others are formatted by type and by what they hold. */
  formats?: Record<string, ColumnFormat>;
  /**
   * Line below the table.
   * @default {the number of rows}
   */
  note?: string;
}

/** Text as HTML that shows it literally. */
export function escapeHtml(text: string): string {
  return text.replace(
    /[&<>"']/g,
    (character) => `&#${character.charCodeAt(0)};`,
  );
}

/** Makes a value that a notebook shows as `html` and a terminal as `text`. */
export function displayable(html: string, text: string): Displayable {
  return { [DISPLAY]: () => ({ "text/html": html, "text/plain": text }) };
}

/**
 * Shows a table, a chart or facts now, in the middle of a cell.
 *
 * The last value of a cell shows by itself.
 *
 * @example Usage
 * ```ts
 * import { show, table } from "@lakehouse";
 *
 * await show(table([{ company: "Flash Cab", trips: 1200 }]));
 * ```
 */
export async function show(value: Displayable): Promise<void> {
  const data = value[DISPLAY]();
  const notebook = kernel();
  if (!notebook) return console.log(data["text/plain"]);
  await notebook.broadcast("display_data", {
    data,
    metadata: {},
    transient: {},
  });
}

// Widest text of a cell; longer text ends in "…".
const WIDEST = 80;

// Columns of whole numbers that name things instead of counting them.
const NAMES_THINGS = /(^|_)(id|key|year|code|tract)$/i;

const FAINT = "opacity:.6";

interface Cell {
  text: string;
  full: string;
  isNull: boolean;
}

function isNumeric(value: unknown): value is number | bigint {
  return typeof value === "number" || typeof value === "bigint";
}

function plainText(value: unknown): string {
  if (value instanceof Date) return formatDate(value);
  if (value instanceof Uint8Array) return `0x${value.toHex()}`;
  if (typeof value !== "object" || value === null) return String(value);
  const proto = Object.getPrototypeOf(value);
  const isData = proto === Object.prototype || proto === null ||
    Array.isArray(value);
  // Temporal values and the like say best themselves what they are.
  if (!isData) return String(value);
  return JSON.stringify(
    value,
    (_, part) => typeof part === "bigint" ? String(part) : part,
  );
}

function decimalsOf(value: unknown): number {
  const [, fraction = ""] =
    (typeof value === "number" ? formatNumber(value) : String(value)).split(
      ".",
    );
  return fraction.length;
}

// Decimals arrive as text where a number could not hold them exactly.
function groupDigits(text: string): string {
  const [, sign = "", whole = "", fraction = ""] =
    text.match(/^([-+]?)(\d+)(\.\d+)?$/) ?? [];
  return whole === ""
    ? text
    : sign + whole.replace(/\B(?=(\d{3})+$)/g, ",") + fraction;
}

function asNumber(value: unknown, decimals: number): string {
  return isNumeric(value)
    ? formatNumber(value, decimals)
    : groupDigits(plainText(value));
}

function formatter(
  name: string,
  values: unknown[],
  given: ColumnFormat | undefined,
): (value: unknown) => string {
  if (typeof given === "function") return given;
  const format = given ??
    (values.every(isNumeric) && !NAMES_THINGS.test(name) ? "number" : "plain");
  const decimals = Math.max(0, ...values.map(decimalsOf));
  switch (format) {
    case "number":
      return (value) => asNumber(value, decimals);
    case "dollars":
      return (value) =>
        `$${asNumber(value, decimals > 0 ? 2 : 0)}`.replace("$-", "-$");
    case "percent":
      return (value) => `${formatNumber(Number(value) * 100, 1)} %`;
    case "bytes":
      return (value) => formatBytes(Number(value));
    case "date":
      return (value) => formatDate(new Date(value as string));
    case "plain":
      return plainText;
  }
}

interface Column {
  name: string;
  isRight: boolean;
  cells: Cell[];
}

const NUMERIC_TYPE = /^(tinyint|smallint|integer|bigint|real|double|decimal)\b/;
const RIGHT: unknown[] = ["number", "dollars", "percent", "bytes"];

function toColumn(
  name: string,
  type: string,
  rows: readonly object[],
  format: ColumnFormat | undefined,
): Column {
  const isNumber = NUMERIC_TYPE.test(type) && !NAMES_THINGS.test(name);
  const given = format ?? (isNumber ? "number" : undefined);
  const all = rows.map((row) => (row as Record<string, unknown>)[name]);
  const values = all.filter((value) => value !== null && value !== undefined);
  const text = formatter(name, values, given);
  const isRight = NUMERIC_TYPE.test(type) || RIGHT.includes(given) ||
    values.length > 0 && values.every(isNumeric);
  const cells = all.map((value): Cell => {
    if (value === null || value === undefined) {
      return { text: "null", full: "null", isNull: true };
    }
    const full = text(value);
    const cut = full.length > WIDEST ? `${full.slice(0, WIDEST - 1)}…` : full;
    return { text: cut, full, isNull: false };
  });
  return { name, isRight, cells };
}

function namesIn(rows: readonly object[]): string[] {
  return [...new Set(rows.flatMap((row) => Object.keys(row)))];
}

function tableHtml(columns: Column[], title: string, note: string): string {
  const align = (column: Column) =>
    `style="text-align:${column.isRight ? "right" : "left"};` +
    `font-variant-numeric:tabular-nums"`;
  const head = columns.map((column) =>
    `<th ${align(column)}>${escapeHtml(column.name)}</th>`
  );
  const body = (columns[0]?.cells ?? []).map((_, row) =>
    "<tr>" + columns.map((column) => {
      const { text, full, isNull } = column.cells[row]!;
      if (isNull) {
        return `<td ${align(column)}><i style="${FAINT}">null</i></td>`;
      }
      const hover = text === full ? "" : ` title="${escapeHtml(full)}"`;
      return `<td ${align(column)}${hover}>${escapeHtml(text)}</td>`;
    }).join("") + "</tr>"
  );
  return `<div style="overflow-x:auto">` +
    (title ? `<div><b>${escapeHtml(title)}</b></div>` : "") +
    (columns.length
      ? `<table><thead><tr>${head.join("")}</tr></thead>` +
        `<tbody>${body.join("")}</tbody></table>`
      : "") +
    `<div style="${FAINT};font-size:90%">${escapeHtml(note)}</div></div>`;
}

function tableText(columns: Column[], title: string, note: string): string {
  const widths = columns.map(({ name, cells }) =>
    Math.max(name.length, ...cells.map((cell) => cell.text.length))
  );
  const line = (texts: string[]) =>
    texts.map((text, i) =>
      columns[i]!.isRight ? text.padStart(widths[i]!) : text.padEnd(widths[i]!)
    ).join("  ").trimEnd();
  const body = (columns[0]?.cells ?? []).map((_, row) =>
    line(columns.map((column) => column.cells[row]!.text))
  );
  return [
    ...(title ? [title] : []),
    ...(columns.length
      ? [
        line(columns.map((column) => column.name)),
        widths.map((width) => "─".repeat(width)).join("  "),
        ...body,
      ]
      : []),
    note,
  ].join("\n");
}

/**
 * A table of rows: numbers to the right with thousands separators, nulls
 * visible, big integers exact, times in UTC.
 *
 * Whole numbers in columns named like `id`, `snapshot_id` or `year` have no
 * separators. Text over 80 characters is cut, with the rest on hover.
 *
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
  rows: readonly object[],
  options: TableOptions = {},
): Displayable {
  const { title = "", limit = 20, types = {}, formats = {} } = options;
  const total = options.total ?? rows.length;
  const shown = rows.slice(0, limit);
  const names = options.types ? Object.keys(types) : namesIn(shown);
  const columns = names.map((name) =>
    toColumn(name, types[name] ?? "", shown, formats[name])
  );
  const count = shown.length < total
    ? `showing ${formatNumber(shown.length)} of ${formatNumber(total)}`
    : total === 0
    ? "no rows"
    : `${formatNumber(total)} row${total === 1 ? "" : "s"}`;
  const note = options.note === undefined
    ? count
    : shown.length < total
    ? `${count} · ${options.note}`
    : options.note;
  return displayable(
    tableHtml(columns, title, note),
    tableText(columns, title, note),
  );
}

function factText(value: unknown): string {
  if (value === null || value === undefined) return "null";
  return isNumeric(value) ? formatNumber(value) : plainText(value);
}

/**
 * Named facts, one a line: `facts({ stack: "local", rows: 1_000_000 })`.
 *
 * @example Usage
 * ```ts
 * import { facts } from "@lakehouse";
 *
 * facts({ stack: "local", Trino: "http://localhost:9999", rows: 1_000_000 });
 * ```
 */
export function facts(values: object): Displayable {
  const lines = Object.entries(values).map(([name, value]) =>
    [name, factText(value)] as const
  );
  const width = Math.max(0, ...lines.map(([name]) => name.length));
  const cell = `style="text-align:left;max-width:none"`;
  return displayable(
    `<table><tbody>${
      lines.map(([name, text]) =>
        `<tr><th ${cell}>${escapeHtml(name)}</th>` +
        `<td ${cell}>${escapeHtml(text)}</td></tr>`
      ).join("")
    }</tbody></table>`,
    lines.map(([name, text]) => `${name.padEnd(width)}  ${text}`).join("\n"),
  );
}

/**
 * Shows a claim with the fact behind it, or fails when the claim is false.
 *
 * The headless run of a notebook fails when a cell that calls `check()` has
 * shown no ✓.
 *
 * @param detail The fact, for instance a count.
 * @throws {LakehouseError} When `ok` is false, or not a boolean (a forgotten `await`).
 * @example Usage
 * ```ts
 * import { check } from "@lakehouse";
 *
 * const rows = 1_000_000;
 * check("Every trip arrived", rows === 1_000_000, rows);
 * ```
 */
export function check(
  claim: string,
  ok: boolean,
  detail?: unknown,
): asserts ok {
  if (typeof ok !== "boolean") {
    throw new LakehouseError({
      what: `Cannot check "${claim}"`,
      why: (ok as unknown) instanceof Promise
        ? "a promise is neither true nor false"
        : `${JSON.stringify(ok)} is neither true nor false`,
      next: "await the value, or compare it with === first",
    });
  }
  const fact = detail === undefined ? "" : factText(detail);
  if (!ok) {
    throw new LakehouseError({
      what: `Check failed: "${claim}" is not so`,
      ...(fact ? { why: `it is ${fact}` } : {}),
    });
  }
  // A line of text, since it shows at once and in order; a rich output sent
  // without `await` would come after what the cell prints later.
  const isColored = kernel() !== undefined ||
    Deno.stdout.isTerminal() && !Deno.noColor;
  const tick = isColored ? "\x1b[32m✓\x1b[39m" : "✓";
  console.log(`${tick} ${claim}${fact ? `: ${fact}` : ""}`);
}
