/**
 * The rows of a chart, read as numbers, times and names.
 *
 * @module
 */

import { LakehouseError, nearestName } from "../../core/errors.ts";
import { formatDate, formatNumber, valueText } from "../../core/format.ts";
import { dateOf, parseTimestamp } from "../../core/timestamps.ts";
import type { HasRows } from "../table.ts";
import { namesThings, NUMERIC_TYPE, visibleText } from "../table_column.ts";

/**
 * Rows of any shape, or what has rows: of a `QueryResult` the columns' types
 * count, of rows alone what all values of a column look like.
 */
export type ChartRows = readonly object[] | HasRows;

/** A value as charts take it. */
export type ChartValue = number | Date | string;

/** A column as charts take it. */
export interface ChartColumn {
  name: string;
  /** Numbers, times, or names in the order they come. */
  kind: "number" | "time" | "name";
  /** What it holds; null where there is nothing to draw. */
  values: readonly (ChartValue | null)[];
  /** The same as the rows have it. */
  raw: readonly unknown[];
}

// Zip codes and ids have leading zeros or many digits; decimals have neither.
const DECIMAL = /^-?(0|[1-9]\d*)\.\d+$|^-?(0|[1-9]\d{0,14})$/;
const ZONE = / ?([+-]\d\d:\d\d| [A-Za-z][\w+/-]*)$/;

function kindOf(
  known: readonly unknown[],
  name: string,
  type = "",
): ChartColumn["kind"] {
  if (/^(date|timestamp)/i.test(type)) return "time";
  if (NUMERIC_TYPE.test(type)) return "number";
  const isText = type !== "" || namesThings(name);
  const isNumber = (value: unknown) =>
    typeof value === "number" || typeof value === "bigint" ||
    !isText && DECIMAL.test(String(value));
  if (known.every(isNumber)) return "number";
  const isTime = (value: unknown) =>
    value instanceof Date || typeof value === "string" && parseTimestamp(value);
  return known.every(isTime) ? "time" : "name";
}

/** The number that a value is or says, infinite ones too; else NaN. */
export function toNumber(value: unknown): number {
  return typeof value === "object" || value === "" ? NaN : Number(value);
}

function finite(value: unknown): number | null {
  const number = toNumber(value);
  return Number.isFinite(number) ? number : null;
}

/** Times of one zone by its clocks, which is said, others by those of UTC. */
function clock(known: readonly unknown[], notes: Set<string>) {
  const [zone = "", ...others] = new Set(
    known.map((value) => valueText(value).match(ZONE)?.[1]?.trim()),
  );
  const isOne = others.length === 0;
  if (!isOne) notes.add("Times in UTC");
  else if (!/^(UTC|Z|\+00:00)?$/.test(zone)) notes.add(`Times in ${zone}`);
  return (value: unknown): Date | null => {
    const text = valueText(value);
    const date = dateOf(text);
    return (date && isOne ? dateOf(text.replace(ZONE, "")) : date) ?? null;
  };
}

/** Why a row has nothing to draw in a column. */
export function whyMissing({ kind, raw }: ChartColumn, row: number): string {
  if (raw[row] === null) return "null";
  if (kind === "time") return "no date";
  const number = toNumber(raw[row]);
  if (Number.isNaN(number)) return "not a number";
  return Number.isFinite(number) ? "not above zero" : "infinite";
}

/** How an axis writes a value of a column: years and ids without separators. */
export function tickText(name: string): (value: ChartValue | bigint) => string {
  return (value) =>
    value instanceof Date
      ? formatDate(value)
      : typeof value === "string" || namesThings(name)
      ? visibleText(String(value))
      : formatNumber(value);
}

/** What a column holds, each once: numbers and times in order, names as they come. */
export function inOrder({ kind, values }: ChartColumn): ChartValue[] {
  const known = values.filter((value) => value !== null);
  const unique = [...new Map(known.map((v) => [v.valueOf(), v])).values()];
  return kind === "name" ? unique : unique.sort((a, b) => +a - +b);
}

/** The rows of a chart, read by column, and what is to be said of them. */
export class ChartData {
  /** The rows. */
  readonly rows: readonly object[];
  /** What the chart does not show, and how it shows times. */
  readonly notes = new Set<string>();
  readonly #columns: HasRows["columns"];

  constructor(source: ChartRows) {
    this.rows = "rows" in source ? source.rows : source;
    this.#columns = "rows" in source ? source.columns : undefined;
    if (this.rows.length === 0) this.notes.add("No rows");
  }

  /** The same in a line. */
  get note(): string {
    return [...this.notes].join(" · ");
  }

  /**
   * A column as numbers, times or names.
   *
   * @throws {LakehouseError} When the rows have no such column.
   */
  column(name: string): ChartColumn {
    const rows = this.rows as readonly Record<string, unknown>[];
    const names = this.#columns?.map((column) => column.name);
    const isThere = names?.includes(name) ?? rows.length === 0;
    if (!isThere && !rows.some((row) => name in row)) {
      const all = names ??
        [...new Set(rows.flatMap((row) => Object.keys(row)))];
      const near = nearestName(name, all);
      throw new LakehouseError({
        what: `The rows have no column "${name}"`,
        why: `their columns are ${all.join(", ")}`,
        next: near ? `take "${near}"` : "name one of these",
      });
    }
    const raw = rows.map((row) => row[name] ?? null);
    const known = raw.filter((value) => value !== null);
    const type = this.#columns?.find((column) => column.name === name)?.type;
    const kind = kindOf(known, name, type);
    const read = kind === "time"
      ? clock(known, this.notes)
      : kind === "number"
      ? finite
      : valueText;
    const values = raw.map((value) => value === null ? null : read(value));
    return { name, kind, values, raw };
  }

  /**
   * A column with a size: numbers, as areas only those above zero; as places
   * times too.
   *
   * @throws {LakehouseError} When there is no such column, or none of its values is a number.
   */
  measure(name: string, as?: "area" | "place"): ChartColumn {
    const column = this.column(name);
    const { kind, raw } = column;
    if (kind === "time" && as === "place") return column;
    const values = raw.map((value) => {
      const number = finite(value);
      return as === "area" && !(number! > 0) ? null : number;
    });
    const other = raw.find((value) => isNaN(toNumber(value ?? 0)));
    if (kind !== "number" && other && raw.every((v) => finite(v) === null)) {
      throw new LakehouseError({
        what: `The column "${name}" has no numbers to be drawn`,
        why: `it holds ${kind}s, such as "${valueText(other)}"`,
        next: "name a column of numbers",
      });
    }
    return { name, kind: "number", values, raw };
  }

  /** A column's values as names, null among them; numbers with all digits. */
  labels(name: string): string[] {
    const { kind, values, raw } = this.column(name);
    const text = tickText(name);
    const exact = (value: unknown) =>
      Number.isInteger(value) || typeof value === "bigint"
        ? text(value as bigint)
        : valueText(value);
    return values.map((v, i) =>
      v === null || kind === "number" ? exact(raw[i]) : text(v)
    );
  }

  /** The rows in which all the columns have something to draw; others are told. */
  complete(...columns: (ChartColumn | undefined)[]): number[] {
    const left: string[] = [];
    const whole = [...this.rows.keys()].filter((i) => {
      const column = columns.find((each) => each?.values[i] === null);
      if (column) left.push(`${column.name} ${whyMissing(column, i)}`);
      return !column;
    });
    const why = [...Map.groupBy(left, (reason) => reason)]
      .map(([reason, { length }]) => `${reason} (${formatNumber(length)})`);
    const [some, of] = [left, this.rows].map((n) => formatNumber(n.length));
    const told = `${some} of ${of} rows not drawn: ${why.join(", ")}`;
    if (left.length > 0) this.notes.add(told);
    return whole;
  }

  /** As many as have room, the first or the largest; that others are missing is told. */
  first<T>(
    all: readonly T[],
    most: number,
    things: string,
    size: (one: T) => number = () => 0,
  ): readonly T[] {
    if (all.length <= most) return all;
    const [some, of] = [most, all.length].map((n) => formatNumber(n));
    this.notes.add(`Only ${some} of ${of} ${things}`);
    return all.toSorted((a, b) => size(b) - size(a)).slice(0, most);
  }
}
