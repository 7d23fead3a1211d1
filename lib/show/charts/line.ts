/**
 * Lines over time or another measure.
 *
 * @module
 */

import { chart, COLORS, Plot, textWidth } from "./frame.ts";
import {
  type ChartOptions,
  type ChartRows,
  column,
  frame,
  measured,
  named,
  numbers,
} from "./values.ts";
import type { Displayable } from "../../core/kernel.ts";

/** Options of {@linkcode lineChart}. */
export interface LineChartOptions extends ChartOptions {
  /** Column along the chart: times or numbers. */
  x: string;
  /** Column with the heights. */
  y: string;
  /** Column that tells the lines apart. @default {one line} */
  series?: string;
  /** Whether the vertical axis starts at zero. @default {true} */
  zero?: boolean;
}

// Names at the lines' ends, moved apart where lines end close together.
function endLabels(
  options: Plot.TextOptions & { z: string },
): Plot.TextOptions {
  return Plot.initializer(
    Plot.selectLast(options),
    (data, facets, { y }, scales) => {
      const place = (scales as { y: (value: number) => number }).y;
      const at = Array.from((y?.value ?? []) as number[], place);
      let last = -Infinity;
      for (const i of facets.flat().sort((a, b) => at[a]! - at[b]!)) {
        last = at[i] = Math.max(at[i]!, last + 14);
      }
      return { data, facets, channels: { y: { value: at } } };
    },
  );
}

/**
 * Lines over time or another measure, named at their ends.
 *
 * @example Usage
 * ```ts
 * import { lineChart } from "@lakehouse";
 *
 * lineChart(
 *   [{ month: "2014-01-01", trips: 2_400 }, { month: "2014-02-01", trips: 2_600 }],
 *   { x: "month", y: "trips", yLabel: "Trips a month" },
 * );
 * ```
 */
export function lineChart(
  rows: ChartRows,
  options: LineChartOptions,
): Displayable {
  const [x, y] = [column(rows, options.x), numbers(rows, options.y)];
  const series = options.series
    ? column(rows, options.series).map(String)
    : rows.map(() => "");
  const data = rows.map((_, i) => ({ x: x[i], y: y[i]!, series: series[i]! }));
  data.sort((a, b) => Number(a.x) - Number(b.x));
  const names = [...new Set(series)];
  const room = Math.max(0, ...names.map((name) => textWidth(name, 12)));
  const isTime = x.some((value) => value instanceof Date);
  const { zero = true } = options;
  return chart({
    height: 340,
    ...(options.series ? { marginRight: Math.ceil(room) + 16 } : {}),
    ...frame(options),
    x: isTime
      ? { type: "utc", label: options.xLabel ?? null, tickSize: 0 }
      : named(options.x, options.xLabel),
    y: { ...measured(options.yLabel ?? options.y, options.format, y), zero },
    color: {
      domain: names,
      range: options.series
        ? [...COLORS.series]
        : [options.color ?? COLORS.main],
    },
    marks: [
      ...(zero ? [Plot.ruleY([0], { stroke: COLORS.text })] : []),
      Plot.line(data, { x: "x", y: "y", stroke: "series", strokeWidth: 2 }),
      Plot.text(
        data,
        endLabels({
          x: "x",
          y: "y",
          z: "series",
          text: "series",
          fill: "series",
          textAnchor: "start",
          dx: 6,
        }),
      ),
    ],
  });
}
