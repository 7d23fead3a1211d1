/**
 * Bars, lying or standing.
 *
 * @module
 */

import { ChartData, type ChartRows, toNumber, whyMissing } from "./data.ts";
import { chart, COLORS, Plot, textWidth } from "./frame.ts";
import { exactly, flat, formatter, frame, measured } from "./values.ts";
import type { ChartOptions } from "./values.ts";
import type { Displayable } from "../../core/kernel.ts";

/** Options of {@linkcode barChart}. */
export interface BarChartOptions extends ChartOptions {
  /** Column that names the bars. */
  label: string;
  /** Column with their lengths. */
  value: string;
  /**
   * Order by value, null and what is no number last, or as the rows come.
   * @default {"descending", or "none" for vertical bars}
   */
  sort?: "descending" | "ascending" | "none";
  /** Show only the first bars, when they are sorted. @default {100, or 300 that stand} */
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
  const { vertical = false, limit = vertical ? 300 : 100 } = options;
  const { sort = vertical ? "none" : "descending" } = options;
  const data = new ChartData(rows);
  const labels = data.labels(options.label);
  const value = data.measure(options.value);
  data.complete(value);
  const text = formatter(options.format, value.values as number[]);
  const all = labels.map((label, i) => ({
    label,
    size: toNumber(value.raw[i]),
    value: value.values[i] as number | null,
    text: value.values[i] === null
      ? whyMissing(value, i)
      : text(value.values[i] as number),
  }));
  if (sort !== "none") {
    const sign = sort === "descending" ? -1 : 1;
    all.sort((a, b) =>
      Number(isNaN(a.size)) - Number(isNaN(b.size)) ||
      sign * (a.size - b.size)
    );
  }
  const exact = exactly(value, options.format);
  const title = ({ label, value, text }: typeof all[number]) =>
    `${label}: ${value === null ? text : exact(value)}`;
  const which = { descending: "largest", ascending: "smallest", none: "first" };
  const bars = data.first(all, limit, `bars, the ${which[sort]}`);
  const fill = options.color ?? COLORS.main;
  // By place, since two bars may have one name.
  const names = (label: string | null): Plot.ScaleOptions => ({
    label,
    domain: [...bars.keys()],
    padding: 0.2,
    tickSize: 0,
    tickFormat: (i: number) => bars[i]!.label,
  });
  const place = (_: unknown, i: number) => i;
  if (vertical) {
    return chart({
      ...frame(options),
      x: names(options.xLabel ?? options.label),
      y: measured(value, options.yLabel, options.format),
      marks: [
        Plot.barY(bars, { x: place, y: "value", fill, title }),
        Plot.ruleY([0], { stroke: COLORS.text }),
      ],
    }, { note: data.note, rows });
  }
  const room = Math.max(0, ...bars.map((d) => textWidth(d.text, 12)));
  return chart({
    height: (options.xLabel ? 46 : 22) + Math.max(1, bars.length) * 26,
    marginBottom: options.xLabel ? 32 : 8,
    marginRight: Math.ceil(room) + 16,
    ...frame(options),
    x: { axis: null, ...flat(value.values) },
    y: names(options.yLabel ?? null),
    marks: [
      Plot.barX(bars, { y: place, x: "value", fill, title }),
      Plot.text(bars, {
        y: place,
        // Beside a bar to the left of zero there is no room but to the right.
        x: (d) => Math.max(0, d.value ?? 0),
        text: "text",
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
  }, { note: data.note, rows });
}
