/**
 * Dots at two measures.
 *
 * @module
 */

import { chart, COLORS, Plot } from "./frame.ts";
import {
  type ChartOptions,
  type ChartRows,
  column,
  frame,
  measured,
  numbers,
} from "./values.ts";
import type { Displayable } from "../../core/kernel.ts";

/** Options of {@linkcode scatter}. */
export interface ScatterOptions extends ChartOptions {
  /** Column of the horizontal place. */
  x: string;
  /** Column of the vertical place. */
  y: string;
  /** Column of the dots' areas. @default {all alike} */
  size?: string;
  /** Column of the dots' colours, for groups. @default {one colour} */
  series?: string;
}

/**
 * Dots at two measures.
 *
 * @example Usage
 * ```ts
 * import { scatter } from "@lakehouse";
 *
 * scatter([{ miles: 2.5, fare: 10 }], {
 *   x: "miles",
 *   y: "fare",
 *   format: "dollars",
 * });
 * ```
 */
export function scatter(
  rows: ChartRows,
  options: ScatterOptions,
): Displayable {
  const { series, size } = options;
  const [x, y] = [numbers(rows, options.x), numbers(rows, options.y)];
  const groups = series ? column(rows, series).map(String) : undefined;
  const color = options.color ?? COLORS.main;
  return chart({
    height: 420,
    ...frame(options),
    x: measured(options.xLabel ?? options.x, "number", x),
    y: measured(options.yLabel ?? options.y, options.format, y),
    r: { range: [0, 12] },
    ...(groups
      ? { color: { legend: true, domain: [...new Set(groups)] } }
      : {}),
    marks: [
      Plot.dot(rows, {
        x,
        y,
        ...(size ? { r: numbers(rows, size) } : { r: 3 }),
        fill: groups ?? color,
        fillOpacity: 0.55,
        // Of the smallest dots the edge is all that shows.
        stroke: groups ?? color,
        strokeWidth: 1,
      }),
    ],
  });
}
