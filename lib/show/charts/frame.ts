/**
 * Turns a Plot chart into an image with title, legend and white ground.
 *
 * Notebooks drop inline SVG where they are not trusted, as after `git clone`;
 * an image in HTML shows everywhere, and also in an exported report.
 *
 * @module
 */

import defer * as Plot from "@observablehq/plot";
import { formatCompact } from "../../core/format.ts";
import {
  DISPLAY,
  displayable,
  escapeHtml,
  FAINT,
  seen,
} from "../../core/kernel.ts";
import type { Displayable } from "../../core/kernel.ts";
import { type ChartBlock, clipped, COLORS, PADDING, ramp } from "./blocks.ts";
import { swatches, textBlock, textWidth } from "./blocks.ts";
import { fitted, type PlotElement } from "./fit.ts";
import { takeHints, withHints } from "./hints.ts";
import { type HasRows, table } from "../table.ts";

export { chartDocument } from "./fit.ts";
export { clipped, COLORS, textWidth };

// Rows in the fold; a page with every point of ten charts would be heavy.
const MOST_ROWS = 100;
const FONT = "system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif";

/** What stands around a chart. */
export interface ChartFrameOptions {
  /** What the chart says, in one line. */
  title?: string | undefined;
  /** What is shown: measure, unit, period. */
  subtitle?: string | undefined;
  /** Line below, for instance the source. */
  caption?: string | undefined;
  /** What the chart does not show; a line at its foot, and for who cannot see it. */
  note?: string | undefined;
  /** Whether to show what the colours mean. */
  legend?: boolean | undefined;
  /** What the colours measure, above a legend of numbers. */
  legendLabel?: string | undefined;
  /** Text of a number in the legend. @default {compact, like 1.2M} */
  format?: ((value: number) => string) | undefined;
  /** What is drawn, as a table folded below. @default {the data of the first mark} */
  rows?: readonly object[] | HasRows | undefined;
}

interface Frame extends ChartFrameOptions {
  /** Label of the vertical axis; it stands above the chart, to be read level. */
  yLabel?: string | undefined;
}

function legendOf(
  element: PlotElement,
  options: ChartFrameOptions,
  width: number,
): ChartBlock {
  const { legend, legendLabel = "", format = formatCompact } = options;
  const scale = legend ? element.scale("color") : undefined;
  const domain = [...scale?.domain ?? []];
  const color = scale?.apply as (value: unknown) => string;
  if (scale?.type === "ordinal" || scale?.type === "categorical") {
    return swatches(domain, color, width);
  }
  const [low, high] = [Number(domain[0]), Number(domain.at(-1))];
  // Without a value Plot knows no domain, and there is nothing to explain.
  return Number.isFinite(low) && Number.isFinite(high)
    ? ramp([low, high], color, legendLabel, format)
    : { svg: "", height: 0 };
}

function isSvg({ tagName }: Element): boolean {
  return tagName.toLowerCase() === "svg";
}

// HTML takes some characters that XML cannot hold.
function asXml(svg: string): string {
  // deno-lint-ignore no-control-regex
  const forbidden = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;
  return svg.replace(forbidden, "\ufffd");
}

/** A rendered Plot chart with what stands around it, as an image with hints. */
function framedImage(
  element: PlotElement,
  options: Frame,
  alt: string,
): string {
  // A figure's legend comes before its chart.
  const chart = [element, ...element.children].findLast(isSvg)!;
  const width = Number(chart.getAttribute("width"));
  const height = Number(chart.getAttribute("height"));
  const faint = (text: string | undefined, size: number) =>
    textBlock(text, width, { size, color: COLORS.faint });
  const parts: string[] = [];
  let y = PADDING;
  const add = (block: ChartBlock, after: number) => {
    if (block.height === 0) return;
    parts.push(`<g transform="translate(0,${y})">${block.svg}</g>`);
    y += block.height + after;
  };
  const heading = { size: 16, color: COLORS.text, weight: 600 };
  add(textBlock(options.title, width, heading), 2);
  add(faint(options.subtitle, 13), 6);
  add(legendOf(element, options, width), 2);
  add(faint(options.yLabel, 12), -4);
  const [hints, down] = [takeHints(chart), y];
  add({ svg: chart.outerHTML, height }, 4);
  add(faint(options.note, 11), 2);
  add(faint(options.caption, 11), 4);
  const total = Math.ceil(y + PADDING / 2);
  const svg = asXml(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" ` +
      `height="${total}" viewBox="0 0 ${width} ${total}" color="${COLORS.text}" ` +
      `fill="${COLORS.text}" font-family="${FONT}">` +
      `<rect width="100%" height="100%" rx="4" fill="#fff"/>${
        parts.join("")
      }</svg>`,
  );
  const image =
    `<img src="data:image/svg+xml;base64,${
      new TextEncoder().encode(svg).toBase64()
    }" alt="${escapeHtml(alt)}" width="${width}" ` +
    `style="display:block;max-width:100%;height:auto">`;
  return withHints(image, hints, { width, height: total, down });
}

/** Rows in a fold: what the image says, for who cannot see it or wants the numbers. */
function folded(rows: ChartFrameOptions["rows"]): string {
  if (!rows) return "";
  const html = table(rows, { limit: MOST_ROWS })[DISPLAY]()["text/html"];
  return `<details class="chart-rows"><summary style="${FAINT};font-size:12px">` +
    `Data</summary>${html}</details>`;
}

/** The data of the first mark that has rows. */
function drawn({ marks = [] }: Plot.PlotOptions): object[] | undefined {
  return marks.flat().map((mark) => (mark as { data?: unknown } | null)?.data)
    .find((data): data is object[] =>
      Array.isArray(data) && data.length > 0 &&
      data.every((row) => row?.constructor === Object)
    );
}

/** What a figure of Plot says around its chart. */
function said(figure: PlotElement): ChartFrameOptions {
  const text = (selector: string) =>
    figure.querySelector(selector)?.textContent || undefined;
  return {
    title: text("h2"),
    subtitle: text("h3"),
    caption: text("figcaption"),
    legend: !isSvg(figure),
    legendLabel: text("svg text[font-weight=bold]"),
  };
}

/** What the options say about what stands around the chart. */
function asked(options: Plot.PlotOptions): ChartFrameOptions {
  const text = (value: unknown) =>
    typeof value === "string" ? value : undefined;
  return {
    title: text(options.title),
    subtitle: text(options.subtitle),
    caption: text(options.caption),
    legend: Boolean(options.color?.legend),
    legendLabel: options.color?.label ?? undefined,
  };
}

/**
 * Shows a chart of Observable Plot, from its options or as `Plot.plot()` made it.
 *
 * From options the margins grow with the labels; an element needs
 * {@linkcode chartDocument} as its `document`.
 *
 * @example Usage
 * ```ts
 * import { chart, Plot } from "@lakehouse";
 *
 * chart({
 *   title: "Fares grow with the distance",
 *   x: { label: "Miles" },
 *   y: { label: "Fare in dollars" },
 *   marks: [Plot.dot([{ miles: 1, fare: 6 }], { x: "miles", y: "fare" })],
 * });
 * ```
 */
export function chart(
  source: Plot.PlotOptions | PlotElement,
  options: ChartFrameOptions = {},
): Displayable {
  const isElement = "tagName" in source;
  const { element, yLabel } = isElement
    ? { element: source, yLabel: undefined }
    : fitted(source);
  const framed: Frame = {
    ...(isElement ? said(source) : { ...asked(source), rows: drawn(source) }),
    yLabel,
    ...options,
  };
  const alt = [framed.title ?? "chart", framed.note].filter(Boolean);
  const text = seen(alt.join(" · "));
  return displayable(
    framedImage(element, framed, text) + folded(framed.rows),
    `[${text}]`,
  );
}

export { Plot };
