/**
 * A grid of coloured cells.
 *
 * @module
 */

import { chart, Plot } from "./frame.ts";
import {
  type ChartOptions,
  type ChartRows,
  column,
  formatter,
  frame,
  named,
  numbers,
} from "./values.ts";
import type { Displayable } from "../../core/kernel.ts";

/** Options of {@linkcode heatMap}. */
export interface HeatMapOptions extends ChartOptions {
  /** Column that names the cells' columns. */
  x: string;
  /** Column that names the cells' rows. */
  y: string;
  /** Column with the colours' measure. */
  value: string;
  /** What the colours measure, with the unit. @default {the column's name} */
  valueLabel?: string;
}

// Numbers by size, names as they come: weekdays are in no order of letters.
function inOrder(values: unknown[]): (string | number)[] {
  const unique = [...new Set(values.filter((v) => v !== null))];
  const keys = unique as (string | number)[];
  return keys.every((key) => typeof key === "number")
    ? keys.toSorted((a, b) => a - b)
    : keys;
}

/**
 * A grid of coloured cells: numbers in order, names as they come.
 *
 * @example Usage
 * ```ts
 * import { heatMap } from "@lakehouse";
 *
 * heatMap([{ hour: 8, weekday: "Mon", trips: 120 }], {
 *   x: "hour",
 *   y: "weekday",
 *   value: "trips",
 * });
 * ```
 */
export function heatMap(
  rows: ChartRows,
  options: HeatMapOptions,
): Displayable {
  const [x, y] = [column(rows, options.x), column(rows, options.y)];
  const value = numbers(rows, options.value);
  const down = inOrder(y);
  return chart({
    height: 50 + Math.max(1, down.length) * 30,
    ...frame(options),
    x: { ...named(options.x, options.xLabel), domain: inOrder(x) },
    y: { ...named(options.y, options.yLabel ?? null), domain: down },
    color: {
      type: "linear",
      label: options.valueLabel ?? options.value,
      legend: true,
    },
    marks: [
      Plot.frame({ fill: "#eef0f2", stroke: "none" }),
      Plot.cell(value, { x, y, fill: value, inset: 0.5 }),
    ],
  }, { format: formatter(options.format, value) });
}
