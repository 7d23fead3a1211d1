/**
 * How often a measure has which size.
 *
 * @module
 */

import { chart, COLORS, Plot } from "./frame.ts";
import {
  type ChartOptions,
  type ChartRows,
  frame,
  measured,
  named,
  numbers,
} from "./values.ts";
import type { Displayable } from "../../core/kernel.ts";

/** Options of {@linkcode histogram}. */
export interface HistogramOptions extends ChartOptions {
  /** Column with the measure; with `y`, the lower edges of the bins. */
  x: string;
  /** Column with counts, when the query has counted them. */
  y?: string;
  /**
   * Width of a bin.
   * @default {with `y` the smallest distance of two edges, else what Plot finds}
   */
  binWidth?: number;
}

/**
 * How often a measure has which size, from bins counted by a query (`y`) or
 * from single values.
 *
 * @example Usage
 * ```ts
 * import { histogram } from "@lakehouse";
 *
 * histogram([{ fare: 5, trips: 120 }, { fare: 10, trips: 80 }], {
 *   x: "fare",
 *   y: "trips",
 *   xLabel: "Fare in dollars",
 * });
 * ```
 */
export function histogram(
  rows: ChartRows,
  options: HistogramOptions,
): Displayable {
  const x = numbers(rows, options.x);
  const fill = options.color ?? COLORS.main;
  const counts = options.y === undefined
    ? [x.length]
    : numbers(rows, options.y);
  let bins: Plot.RectYOptions;
  if (options.y === undefined) {
    const { binWidth: interval } = options;
    const value = { value: x, ...(interval === undefined ? {} : { interval }) };
    bins = Plot.binX({ y: "count" }, { x: value });
  } else {
    const edges = [...new Set(x)].sort((a, b) => a - b);
    const gaps = edges.slice(1).map((edge, i) => edge - edges[i]!);
    const wide = options.binWidth ?? (gaps.length ? Math.min(...gaps) : 1);
    bins = { x1: x, x2: x.map((edge) => edge + wide), y: counts };
  }
  return chart({
    height: 320,
    ...frame(options),
    x: named(options.x, options.xLabel),
    y: measured(options.yLabel ?? options.y ?? "Count", options.format, counts),
    marks: [
      Plot.rectY(x, { ...bins, fill, insetLeft: 0.5, insetRight: 0.5 }),
      Plot.ruleY([0], { stroke: COLORS.text }),
    ],
  });
}
