/**
 * How often a measure has which size.
 *
 * @module
 */

import { ChartData, type ChartRows, inOrder } from "./data.ts";
import { chart, COLORS, Plot } from "./frame.ts";
import {
  along,
  type ChartOptions,
  exactly,
  frame,
  measured,
} from "./values.ts";
import type { Displayable } from "../../core/kernel.ts";

/** Options of {@linkcode histogram}. */
export interface HistogramOptions extends ChartOptions {
  /** Column with the measure, numbers or times; with `y`, the lower edges of the bins. */
  x: string;
  /** Column with counts, when the query has counted them. */
  y?: string;
  /**
   * Width of a bin; of times, in milliseconds.
   * @default {with `y` the smallest distance of two edges, else, and for more than 600 bins, what Plot finds}
   */
  binWidth?: number;
}

// More bins have no pixel each.
const MOST = 600;

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
  const data = new ChartData(rows);
  const x = data.measure(options.x, "place");
  const y = options.y === undefined ? undefined : data.measure(options.y);
  const all = data.complete(x, y);
  const values = all.map((i) => x.values[i] as number | Date);
  const counts = all.map((i) => y ? y.values[i] as number : 1);
  const edges = inOrder(x).map(Number);
  const gap = edges.reduce(
    (least, edge, i) => Math.min(least, edge - (edges[i - 1] ?? -Infinity)),
    Infinity,
  );
  // Of one edge alone nobody knows how wide its bin is.
  const alone = x.kind === "time" ? 86_400_000 : 1;
  let wide = options.binWidth ?? (y && (isFinite(gap) ? gap : alone));
  const bins = (edges.at(-1)! - edges[0]!) / (wide ?? Infinity);
  if (bins > MOST) {
    wide = undefined;
    if (options.binWidth) data.notes.add("Bins wider than asked for");
  }
  const edge = exactly(x);
  const exact = exactly(y ?? x, options.format ?? "number");
  const title = (from: number | Date, to: number | Date, count: number) =>
    `${edge(from)} to ${edge(to)}: ${exact(count)}`;
  const given = {
    x: { value: values, ...(wide ? { interval: wide } : {}) },
    y: counts,
    title: counts,
  };
  const upper = (v: number | Date) =>
    v instanceof Date ? new Date(+v + wide!) : v + wide!;
  const rects = y && wide
    ? {
      ...{ x1: values, x2: values.map(upper), y: counts },
      title: values.map((v, i) => title(v, upper(v), counts[i]!)),
    }
    : Plot.binX({
      y: "sum",
      title: (all: number[], { x1, x2 }: { x1: number; x2: number }) =>
        title(x1, x2, all.reduce((sum, count) => sum + count, 0)),
    }, given);
  return chart({
    height: 320,
    ...frame(options),
    x: along(x, options.xLabel),
    y: measured(
      { ...y ?? x, kind: "number", values: y ? counts : [all.length] },
      options.yLabel ?? options.y ?? "Count",
      options.format,
    ),
    marks: [
      Plot.rectY(values, {
        ...rects,
        fill: options.color ?? COLORS.main,
        ...bins > MOST / 4 ? {} : { insetLeft: 0.5, insetRight: 0.5 },
      }),
      Plot.ruleY([0], { stroke: COLORS.text }),
    ],
  }, { note: data.note, rows });
}
