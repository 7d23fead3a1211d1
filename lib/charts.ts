/**
 * The charts of the notebooks, each one call on rows.
 *
 * All take rows as a query returns them: exact integers and decimals become
 * numbers, times in text become times. For any other chart see
 * {@linkcode chart}.
 *
 * @module
 */

import { chart, COLORS, Plot, textWidth } from "./charts/frame.ts";
import {
  type ChartOptions,
  type ChartRows,
  column,
  formatter,
  frame,
  measured,
  numbers,
} from "./charts/values.ts";
import type { Displayable } from "./kernel.ts";

export { chart, chartDocument, Plot } from "./charts/frame.ts";
export type { ChartOptions, ChartRows, NumberFormat } from "./charts/values.ts";
export { areaMap, type AreaMapOptions } from "./charts/area_map.ts";

/** Options of {@linkcode barChart}. */
export interface BarChartOptions extends ChartOptions {
  /** Column that names the bars. */
  label: string;
  /** Column with their lengths. */
  value: string;
  /**
   * Order by value, or as the rows come.
   * @default {"descending", or "none" for vertical bars}
   */
  sort?: "descending" | "ascending" | "none";
  /** Show only the first bars. @default {all} */
  limit?: number;
  /** Bars that stand, for hours, weekdays, years. @default {false} */
  vertical?: boolean;
}

/**
 * Bars with their values written at the end.
 *
 * @example Usage
 * ```ts
 * import { barChart } from "@lakehouse";
 *
 * barChart([{ company: "Flash Cab", trips: 170_482n }], {
 *   label: "company",
 *   value: "trips",
 *   title: "Flash Cab drives most",
 * });
 * ```
 */
export function barChart(
  rows: ChartRows,
  options: BarChartOptions,
): Displayable {
  const { vertical = false, limit = rows.length } = options;
  const { sort = vertical ? "none" : "descending" } = options;
  const lengths = numbers(rows, options.value);
  const all = column(rows, options.label).map((label, i) => ({
    label: label ?? "null",
    value: lengths[i]!,
  }));
  if (sort !== "none") {
    const sign = sort === "descending" ? -1 : 1;
    all.sort((a, b) => sign * (a.value - b.value));
  }
  const data = all.slice(0, limit);
  const text = formatter(options.format);
  const fill = options.color ?? COLORS.main;
  const names = { domain: data.map((d) => d.label), tickSize: 0 };
  const written = (d: { value: number }) =>
    Number.isNaN(d.value) ? "null" : text(d.value);
  if (vertical) {
    const y = measured(options.yLabel ?? options.value, options.format);
    return chart({
      ...frame(options),
      x: { ...names, label: options.xLabel ?? options.label, padding: 0.2 },
      y,
      marks: [
        Plot.barY(data, { x: "label", y: "value", fill }),
        Plot.ruleY([0], { stroke: COLORS.text }),
      ],
    });
  }
  const room = Math.max(0, ...data.map((d) => textWidth(written(d), 12)));
  return chart({
    height: (options.xLabel ? 46 : 22) + Math.max(1, data.length) * 26,
    marginBottom: options.xLabel ? 32 : 8,
    marginRight: Math.ceil(room) + 16,
    ...frame(options),
    x: { axis: null },
    y: { ...names, label: options.yLabel ?? null, padding: 0.2 },
    marks: [
      Plot.barX(data, { y: "label", x: "value", fill }),
      Plot.text(data, {
        y: "label",
        x: (d) => d.value || 0,
        text: written,
        textAnchor: "start",
        dx: 5,
      }),
      Plot.ruleX([0], { stroke: COLORS.text }),
      ...(options.xLabel
        ? [Plot.text([options.xLabel], {
          frameAnchor: "bottom-left",
          dy: 20,
          fill: COLORS.faint,
        })]
        : []),
    ],
  });
}

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
    x: {
      label: options.xLabel ?? (isTime ? null : options.x),
      tickSize: 0,
      ...(isTime ? { type: "utc" } : { tickFormat: formatter("number") }),
    },
    y: { ...measured(options.yLabel ?? options.y, options.format), zero },
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
  const [across, down] = [inOrder(x), inOrder(y)];
  return chart({
    height: 50 + Math.max(1, down.length) * 30,
    ...frame(options),
    x: { domain: across, label: options.xLabel ?? options.x, tickSize: 0 },
    y: { domain: down, label: options.yLabel ?? null, tickSize: 0 },
    color: {
      type: "linear",
      label: options.valueLabel ?? options.value,
      legend: true,
    },
    marks: [
      Plot.frame({ fill: "#eef0f2", stroke: "none" }),
      Plot.cell(value, { x, y, fill: value, inset: 0.5 }),
    ],
  }, { format: formatter(options.format) });
}

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
  const inset = { insetLeft: 0.5, insetRight: 0.5 };
  let bars: Plot.Markish;
  if (options.y === undefined) {
    const bins = options.binWidth === undefined
      ? {}
      : { interval: options.binWidth };
    bars = Plot.rectY(x, {
      ...Plot.binX({ y: "count" }, { x: { value: x, ...bins } }),
      fill,
      ...inset,
    });
  } else {
    const edges = [...new Set(x)].sort((a, b) => a - b);
    const gaps = edges.slice(1).map((edge, i) => edge - edges[i]!);
    const wide = options.binWidth ?? (gaps.length ? Math.min(...gaps) : 1);
    bars = Plot.rectY(x, {
      x1: x,
      x2: x.map((edge) => edge + wide),
      y: numbers(rows, options.y),
      fill,
      ...inset,
    });
  }
  return chart({
    height: 320,
    ...frame(options),
    x: {
      label: options.xLabel ?? options.x,
      tickSize: 0,
      tickFormat: formatter("number"),
    },
    y: measured(options.yLabel ?? options.y ?? "Count", options.format),
    marks: [bars, Plot.ruleY([0], { stroke: COLORS.text })],
  });
}

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
  const groups = series ? column(rows, series).map(String) : undefined;
  const color = options.color ?? COLORS.main;
  return chart({
    height: 420,
    ...frame(options),
    x: measured(options.xLabel ?? options.x, "number"),
    y: measured(options.yLabel ?? options.y, options.format),
    r: { range: [0, 10] },
    ...(groups
      ? { color: { legend: true, domain: [...new Set(groups)] } }
      : {}),
    marks: [
      Plot.dot(rows, {
        x: numbers(rows, options.x),
        y: numbers(rows, options.y),
        ...(size ? { r: numbers(rows, size) } : { r: 3 }),
        fill: groups ?? color,
        fillOpacity: 0.55,
        stroke: "#fff",
        strokeWidth: 0.5,
      }),
    ],
  });
}
