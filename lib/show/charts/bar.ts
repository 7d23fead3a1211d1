/**
 * Bars, lying or standing.
 *
 * @module
 */

import { chart, COLORS, Plot, textWidth } from "./frame.ts";
import {
  type ChartOptions,
  type ChartRows,
  column,
  formatter,
  frame,
  measured,
  named,
  numbers,
} from "./values.ts";
import type { Displayable } from "../../core/kernel.ts";

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
  const text = formatter(options.format, lengths);
  const fill = options.color ?? COLORS.main;
  const domain = data.map((d) => d.label);
  const written = (d: { value: number }) =>
    Number.isNaN(d.value) ? "null" : text(d.value);
  if (vertical) {
    const { yLabel = options.value } = options;
    return chart({
      ...frame(options),
      x: { ...named(options.label, options.xLabel), domain, padding: 0.2 },
      y: measured(yLabel, options.format, lengths),
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
    y: {
      ...named(options.label, options.yLabel ?? null),
      domain,
      padding: 0.2,
    },
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
