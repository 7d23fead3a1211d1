/**
 * What all charts share: their options, how they write numbers, their axes.
 *
 * @module
 */

import { type Plot } from "./frame.ts";
import { type ChartColumn, type ChartValue, tickText } from "./data.ts";
import { formatCompact, formatNumber } from "../../core/format.ts";

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
    case "compact": {
      const sizes = values.filter((value) => value !== null).map(Math.abs);
      const most = sizes.reduce((one, other) => Math.max(one, other), 0);
      // Close together, several would read the same.
      const isClose = sizes.some((size) => size !== most) &&
        sizes.every((size) => size > most * 0.99);
      if (most < LONGEST) return short;
      return isClose ? (value) => formatNumber(value) : formatCompact;
    }
    case "dollars":
      return (value) => `${value < 0 ? "−" : ""}$${dollars(Math.abs(value))}`;
    case "percent":
      return (value) =>
        `${Number((value * 100).toFixed(1)) || short(value * 100)} %`;
  }
}

function dollars(value: number): string {
  return value >= 10_000
    ? formatCompact(value)
    : formatNumber(value, value < 0.005 ? undefined : value % 1 ? 2 : 0);
}

/** What a mark's hint says of a value: with all digits, unless a format is given. */
export function exactly(
  { name }: ChartColumn,
  format?: NumberFormat,
): (value: ChartValue | null) => string {
  const text = format && format !== "compact"
    ? formatter(format, [])
    : undefined;
  return (value) =>
    typeof value === "number" && text
      ? text(value)
      : tickText(name)(value ?? "");
}

/** The part of the options that any chart of Plot takes as it is. */
export function frame(
  { title, subtitle, caption, width, height }: ChartOptions,
): Plot.PlotOptions {
  const given = Object.entries({ title, subtitle, caption, width, height });
  return Object.fromEntries(given.filter(([, value]) => value !== undefined));
}

/** An axis of names, times or numbers as they are. */
export function named(
  name: string,
  label: string | null = name,
): Plot.ScaleOptions {
  return { label, tickSize: 0, tickFormat: tickText(name) };
}

/** An axis of time or of numbers as they are; names have their own order. */
export function along(
  column: ChartColumn,
  label: string | undefined,
): Plot.ScaleOptions {
  return column.kind === "time"
    ? { type: "utc", label: label ?? null, tickSize: 0 }
    : named(column.name, label);
}

/** The domain of zeros alone, of which Plot draws bars as long as the chart. */
export function flat(values: readonly unknown[]): Plot.ScaleOptions {
  return values.some(Boolean) ? {} : { domain: [0, 1] };
}

/** A measured axis: light grid lines, no tick marks. */
export function measured(
  column: ChartColumn,
  label: string | undefined = column.name,
  format?: NumberFormat,
): Plot.ScaleOptions {
  const axis = { label, grid: true, tickSize: 0 };
  if (column.kind === "time") return { ...axis, type: "utc" };
  const values = column.values as (number | null)[];
  const text = formatter(format, values as number[]);
  // Of trips there is no half.
  const isWhole = !format && values.every((value) => !((value ?? 0) % 1));
  const tickFormat = (tick: number) => isWhole && tick % 1 ? "" : text(tick);
  return { ...axis, nice: 6, ticks: 6, tickFormat, ...flat(values) };
}
