/**
 * Dots at two measures.
 *
 * @module
 */

import { ChartData, type ChartRows } from "./data.ts";
import { chart, COLORS, Plot } from "./frame.ts";
import { type ChartOptions, exactly, frame, measured } from "./values.ts";
import type { Displayable } from "../../core/kernel.ts";

/** Options of {@linkcode scatter}. */
export interface ScatterOptions extends ChartOptions {
  /** Column of the horizontal place, numbers or times. */
  x: string;
  /** Column of the vertical place, numbers or times. */
  y: string;
  /** Column of the dots' areas. @default {all alike} */
  size?: string;
  /** Column of the dots' colours; of many groups the 20 largest. @default {one colour} */
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
  const data = new ChartData(rows);
  const x = data.measure(options.x, "place");
  const y = data.measure(options.y, "place");
  const size = options.size ? data.measure(options.size, "area") : undefined;
  const groups = options.series ? data.labels(options.series) : undefined;
  const legend = groups && data.first(
    [...Map.groupBy(groups, (name) => name)],
    20,
    "groups in colour, the largest",
    ([, all]) => all.length,
  ).map(([name]) => name);
  const color = options.color ?? COLORS.main;
  const dots = data.complete(x, y, size).map((i) => ({
    ...{ x: x.values[i]!, y: y.values[i]!, r: size?.values[i] ?? 3 },
    group: groups?.[i],
  }));
  const [across, up] = [exactly(x), exactly(y, options.format)];
  const title = (dot: typeof dots[number]) =>
    [dot.group, across(dot.x), up(dot.y)].filter(Boolean).join(" · ");
  const fill = groups ? "group" : color;
  return chart({
    height: 420,
    ...frame(options),
    x: measured(x, options.xLabel, "number"),
    y: measured(y, options.yLabel, options.format),
    r: size ? { range: [0, 12] } : { type: "identity" },
    ...(legend
      ? { color: { legend: true, domain: legend, unknown: COLORS.faint } }
      : {}),
    marks: [
      Plot.dot(dots, {
        x: "x",
        y: "y",
        r: "r",
        fill,
        fillOpacity: 0.55,
        // Of the smallest dots the edge is all that shows.
        stroke: fill,
        strokeWidth: 1,
        title,
      }),
    ],
  }, { note: data.note, rows });
}
