/**
 * A grid of coloured cells.
 *
 * @module
 */

import { ChartData, type ChartRows, inOrder, tickText } from "./data.ts";
import { chart, Plot, textWidth } from "./frame.ts";
import {
  type ChartOptions,
  exactly,
  formatter,
  frame,
  named,
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

/**
 * A grid of coloured cells: numbers and times in order, names as they come; 300
 * columns and 100 rows at most. Of several values of a cell the last one shows.
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
  const data = new ChartData(rows);
  const [x, y] = [data.column(options.x), data.column(options.y)];
  const value = data.measure(options.value);
  const [across, down] = [
    data.first(inOrder(x), 300, `columns, the first of ${x.name}`),
    data.first(inOrder(y), 100, `rows, the first of ${y.name}`),
  ];
  const cells = data.complete(x, y, value).map((i) => ({
    ...{ x: x.values[i]!, y: y.values[i]!, value: value.values[i] as number },
  }));
  const places = new Set(cells.map(({ x, y }) => JSON.stringify([x, y])));
  const hidden = cells.length - places.size;
  if (hidden > 0) data.notes.add(`${hidden} values under others of a cell`);
  const texts = [x, y].map((column) => exactly(column));
  const exact = exactly(value, options.format);
  const title = (cell: typeof cells[number]) =>
    `${texts[1]!(cell.y)}, ${texts[0]!(cell.x)}: ${exact(cell.value)}`;
  const inset = across.length > 100 ? 0 : 0.5;
  // Names that do not fit beside each other stand aslant.
  const names = across.map(tickText(x.name));
  const widest = Math.max(0, ...names.map((name) => textWidth(name, 12)));
  const slant = widest * across.length > 600 ? Math.min(190, widest * 0.65) : 0;
  return chart({
    height: 50 + Math.max(1, down.length) * 30 + Math.ceil(slant),
    ...frame(options),
    x: { ...named(options.x, options.xLabel), domain: across },
    y: { ...named(options.y, options.yLabel ?? null), domain: down },
    color: {
      type: "linear",
      label: options.valueLabel ?? options.value,
      legend: true,
    },
    marks: [
      Plot.frame({ fill: "#eef0f2", stroke: "none" }),
      Plot.cell(cells, { x: "x", y: "y", fill: "value", inset, title }),
    ],
  }, {
    note: data.note,
    rows,
    format: formatter(options.format, value.values as number[]),
  });
}
