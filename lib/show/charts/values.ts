/**
 * What all charts share: their options, and rows read as numbers and times.
 *
 * @module
 */

import { type Plot } from "./frame.ts";
import { dateOf } from "../../core/timestamps.ts";
import { formatCompact, formatDate, formatNumber } from "../../core/format.ts";
import { namesThings } from "../table_column.ts";

/** How a chart writes its numbers; a function takes the number. */
export type NumberFormat =
  | "number"
  | "compact"
  | "dollars"
  | "percent"
  | ((value: number) => string);

/** Options that all charts have. */
export interface ChartOptions {
  /** What the chart says, in one line. */
  title?: string;
  /** What is shown: measure, unit, period. */
  subtitle?: string;
  /** Line below, for instance the source. */
  caption?: string;
  /** Label of the horizontal axis, with the unit. @default {the column's name} */
  xLabel?: string;
  /** Label of the vertical axis, with the unit. @default {the column's name} */
  yLabel?: string;
  /** How numbers read; `percent` is of 1. @default {"compact"} */
  format?: NumberFormat;
  /** Width in pixels. @default {720} */
  width?: number;
  /** Height in pixels. @default {what suits the data} */
  height?: number;
  /** Colour of a chart with one series. */
  color?: string;
}

/** Rows of any shape; charts read the columns their options name. */
export type ChartRows = readonly object[];

function toNumber(value: unknown): number {
  return value === null || value === undefined ? NaN : Number(value);
}

function toPlot(value: unknown): unknown {
  if (typeof value === "bigint") return Number(value);
  return typeof value === "string" ? dateOf(value) ?? value : value;
}

/** The values of a column as Plot takes them: numbers, times, names. */
export function column(rows: ChartRows, name: string): unknown[] {
  return rows.map((row) => toPlot((row as Record<string, unknown>)[name]));
}

/** The values of a column as numbers; null becomes NaN, which charts leave out. */
export function numbers(rows: ChartRows, name: string): number[] {
  return column(rows, name).map(toNumber);
}

const LONGEST = 10_000;

function short(value: number): string {
  return formatNumber(Number(value.toPrecision(4)));
}

/**
 * The text of a number in the given format; `compact` writes small numbers out
 * when all that a chart shows are small.
 *
 * @param values What the chart shows.
 */
export function formatter(
  format: NumberFormat | undefined,
  values: readonly number[],
): (n: number) => string {
  if (typeof format === "function") return format;
  switch (format ?? "compact") {
    case "number":
      return (value) => formatNumber(value);
    case "compact":
      return values.some((value) => Math.abs(value) >= LONGEST)
        ? formatCompact
        : short;
    case "dollars":
      return (value) => `${value < 0 ? "−" : ""}$${dollars(Math.abs(value))}`;
    case "percent":
      return (value) => `${Number((value * 100).toFixed(1))} %`;
  }
}

function dollars(value: number): string {
  return value >= 10_000
    ? formatCompact(value)
    : formatNumber(value, Number.isInteger(value) ? 0 : 2);
}

/** The part of the options that any chart of Plot takes as it is. */
export function frame(
  { title, subtitle, caption, width, height }: ChartOptions,
): Plot.PlotOptions {
  const given = Object.entries({ title, subtitle, caption, width, height });
  return Object.fromEntries(given.filter(([, value]) => value !== undefined));
}

/** An axis of names, times or numbers as they are: years and ids without separators. */
export function named(
  name: string,
  label: string | null = name,
): Plot.ScaleOptions {
  const tickFormat = (value: unknown) =>
    value instanceof Date
      ? formatDate(value)
      : typeof value === "number" && !namesThings(name)
      ? formatNumber(value)
      : String(value);
  return { label, tickSize: 0, tickFormat };
}

/** A measured axis: light grid lines, no tick marks. */
export function measured(
  label: string,
  format: NumberFormat | undefined,
  values: readonly number[],
): Plot.ScaleOptions {
  const tickFormat = formatter(format, values);
  return { label, grid: true, tickSize: 0, nice: 6, ticks: 6, tickFormat };
}
