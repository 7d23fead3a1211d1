/**
 * Values as a table shows them.
 *
 * @module
 */

import { formatBytes, formatDate, formatNumber } from "../core/format.ts";
import { seen } from "../core/kernel.ts";
import { dateOf } from "../core/timestamps.ts";
import { isExtreme, valueText } from "../core/format.ts";

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

// Widest text of a cell.
const WIDEST = 80;

const NAMES_THINGS = /(^|_)(id|key|year|code|tract)$/i;
const NAMES_THINGS_TOO = /[a-z](Id|Key|Year|Code|Tract)$/;

/** Whether a column's whole numbers name things instead of counting them. */
export function namesThings(name: string): boolean {
  return NAMES_THINGS.test(name) || NAMES_THINGS_TOO.test(name);
}

/** A value as a table shows it. */
export interface TableCell {
  /** Its text, cut where it is long. */
  text: string;
  /** Its whole and exact text. */
  full: string;
  /** Whether it is no value. */
  isNull: boolean;
}

function isNumeric(value: unknown): value is number | bigint {
  return typeof value === "number" || typeof value === "bigint";
}

/** Text, cut where it is longer than `widest`. */
export function cut(text: string, widest: number): string {
  if (text.length <= widest) return text;
  return `${text.slice(0, widest - 1).replace(/[\uD800-\uDBFF]$/, "")}…`;
}

const UNSEEN_END = /^(null)?$|^[^\S\n\r\t]|[^\S\n\r\t]$/;

/**
 * Text of which every character is seen: control characters as `\n`, and what
 * would not be seen, or be taken for something else, in quotes.
 */
export function visibleText(text: string): string {
  const escaped = (end: string) => JSON.stringify(end).slice(1, -1);
  const whole = seen(text.replace(/[\n\r\t]/g, escaped), Infinity);
  return UNSEEN_END.test(text) ? `"${whole}"` : whole;
}

/** A value as it is, without separators; dates in UTC. */
export function plainText(value: unknown): string {
  if (value instanceof Date) return formatDate(value);
  if (typeof value === "string") return visibleText(value);
  try {
    return seen(valueText(value), Infinity);
  } catch {
    return "(nested too deeply to show, or in a circle)";
  }
}

function decimalsOf(value: unknown): number {
  if (typeof value === "number" && isExtreme(value)) return 0;
  const text = typeof value === "number" ? formatNumber(value) : value;
  return typeof text === "string" ? text.split(".")[1]?.length ?? 0 : 0;
}

// Decimals arrive as text where a number could not hold them exactly.
function groupDigits(text: string): string {
  return text.replace(
    /^([-+]?)(\d+)(?=(\.\d+)?$)/,
    (whole) => whole.replace(/\B(?=(\d{3})+$)/g, ","),
  );
}

function asNumber(value: unknown, decimals: number): string {
  if (!isNumeric(value)) return groupDigits(plainText(value));
  return isExtreme(value) ? String(value) : formatNumber(value, decimals);
}

function formatter(
  name: string,
  values: unknown[],
  given: ColumnFormat | undefined,
): (value: unknown) => string {
  if (typeof given === "function") return given;
  const format = given ??
    (values.every(isNumeric) && !namesThings(name) ? "number" : "plain");
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
      return (value) =>
        formatDate(dateOf(String(value)) ?? new Date(value as string));
    case "plain":
      return plainText;
  }
}

/** A column as a table shows it. */
export interface TableColumn {
  /** Its name. */
  name: string;
  /** Its type's name, empty when it is not known. */
  type: string;
  /** Whether its values stand to the right. */
  isRight: boolean;
  /** Its values. */
  cells: TableCell[];
}

/** Types of numbers, as engines and polars call them. */
export const NUMERIC_TYPE =
  /^(u?(tiny|small|big|huge)?int(eger|8|16|32|64)?|real|double|decimal|float(32|64)?)\b/i;
const RIGHT: unknown[] = ["number", "dollars", "percent", "bytes"];

/** A column of rows as a table shows it. */
export function tableColumn(
  name: string,
  type: string,
  rows: readonly object[],
  format: ColumnFormat | undefined,
): TableColumn {
  const isNumber = NUMERIC_TYPE.test(type) && !namesThings(name);
  const given = format ?? (isNumber ? "number" : undefined);
  const all = rows.map((row) => (row as Record<string, unknown>)[name]);
  const values = all.filter((value) => value !== null && value !== undefined);
  const text = formatter(name, values, given);
  const isRight = NUMERIC_TYPE.test(type) || RIGHT.includes(given) ||
    values.length > 0 && values.every(isNumeric);
  const cells = all.map((value): TableCell => {
    if (value === null || value === undefined) {
      return { text: "null", full: "null", isNull: true };
    }
    const whole = text(value);
    // A double is shown rounded; what it is exactly is there on hover.
    const isRounded = typeof value === "number" && !format &&
      Number(whole.replaceAll(",", "")) !== value && Number.isFinite(value);
    return {
      text: cut(whole, WIDEST),
      full: isRounded ? String(value) : whole,
      isNull: false,
    };
  });
  return { name, type, isRight, cells };
}
