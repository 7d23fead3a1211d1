/**
 * Lines over time or another measure.
 *
 * @module
 */

import { ChartData, type ChartRows, inOrder } from "./data.ts";
import { chart, clipped, COLORS, Plot, textWidth } from "./frame.ts";
import {
  along,
  type ChartOptions,
  exactly,
  frame,
  measured,
} from "./values.ts";
import type { Displayable } from "../../core/kernel.ts";

/** Options of {@linkcode lineChart}. */
export interface LineChartOptions extends ChartOptions {
  /** Column along the chart: times, numbers, or names as they come. */
  x: string;
  /** Column with the heights. */
  y: string;
  /** Column that tells the lines apart, 20 at most. @default {one line} */
  series?: string;
  /** Whether the vertical axis starts at zero. @default {true} */
  zero?: boolean;
}

// The names that end labels have room for.
const MOST = 20;

// Names at the lines' ends, moved apart where lines end close together.
function endLabels(
  options: Plot.TextOptions & { z: string },
): Plot.TextOptions {
  return Plot.initializer(
    Plot.selectLast(options),
    (data, facets, { y }, scales, { height, marginBottom }) => {
      const place = (scales as { y: (value: number) => number }).y;
      const at = Array.from((y?.value ?? []) as number[], place);
      const order = facets.flat().sort((a, b) => at[a]! - at[b]!);
      let last = -Infinity;
      for (const i of order) last = at[i] = Math.max(at[i]!, last + 14);
      last = height - marginBottom + 14;
      for (const i of order.reverse()) {
        last = at[i] = Math.min(at[i]!, last - 14);
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
  const data = new ChartData(rows);
  const x = data.column(options.x);
  const y = data.measure(options.y, "place");
  const series = options.series
    ? data.labels(options.series)
    : data.rows.map(() => "");
  data.complete(x, y);
  const all = series.map((series, i) => ({
    ...{ series, x: x.values[i]!, y: y.values[i]! },
  })).filter(({ x }) => x !== null);
  if (x.kind !== "name") all.sort((a, b) => Number(a.x) - Number(b.x));
  const lines = data.first(
    [...Map.groupBy(all, ({ series }) => series)],
    MOST,
    "lines, the largest",
    ([, points]) => points.reduce((sum, { y }) => sum + Number(y), 0),
  );
  const points = lines.flatMap(([, points]) => points);
  // Null stays in the line as its gap; a value between gaps is a dot.
  const lone = lines.flatMap(([, points]) =>
    points.filter((_, i) =>
      (points[i - 1]?.y ?? points[i + 1]?.y ?? null) === null
    )
  );
  const [across, up] = [exactly(x), exactly(y, options.format)];
  const title = (point: typeof points[number]) =>
    [point.series, `${across(point.x)}: ${up(point.y)}`].filter(Boolean)
      .join(" · ");
  const names = lines.map(([name]) => name);
  const short = (name: string) => clipped(name, 240);
  const room = Math.max(0, ...names.map((name) => textWidth(short(name), 12)));
  const { zero = y.kind === "number" } = options;
  const place = { x: "x", y: "y", z: "series" };
  const one = [options.color ?? COLORS.main];
  const colors = options.series ? COLORS.series : one;
  return chart({
    height: 340,
    ...(options.series ? { marginRight: Math.ceil(room) + 16 } : {}),
    ...frame(options),
    x: {
      ...along(x, options.xLabel),
      ...(x.kind === "name" ? { domain: inOrder(x) } : {}),
    },
    y: { ...measured(y, options.yLabel, options.format), zero },
    color: { domain: names, range: [...colors] },
    marks: [
      ...(zero ? [Plot.ruleY([0], { stroke: COLORS.text })] : []),
      Plot.line(points, { ...place, stroke: "series", strokeWidth: 2 }),
      Plot.dot(lone, { x: "x", y: "y", fill: "series" }),
      Plot.dot(points.length > 400 ? [] : points, {
        ...{ x: "x", y: "y", r: 6, title, ariaDescription: "hints" },
      }),
      Plot.text(
        points.filter(({ y }) => y !== null),
        endLabels({
          ...place,
          text: ({ series }) => short(series),
          fill: "series",
          textAnchor: "start",
          dx: 6,
        }),
      ),
    ],
  }, { note: data.note, rows });
}
