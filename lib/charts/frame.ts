/**
 * Turns a Plot chart into an image with title, legend and white ground.
 *
 * Notebooks drop inline SVG where they are not trusted, as after `git clone`;
 * an image in HTML shows everywhere, and also in an exported report.
 *
 * @module
 */

import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { displayable, escapeHtml } from "../display.ts";
import { formatCompact } from "../format.ts";
import type { Displayable } from "../kernel.ts";
import {
  type Block,
  COLORS,
  PADDING,
  ramp,
  swatches,
  textBlock,
  textWidth,
} from "./blocks.ts";

export { COLORS, textWidth };

const FONT = "system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif";

function makeDocument(): Document {
  const { document } = parseHTML("<!doctype html><html><body></body></html>");
  const createElement = document.createElement.bind(document);
  // Plot paints a continuous legend on a canvas, which only browsers have;
  // frame() draws its own legend instead.
  document.createElement = (name: string) => {
    const element = createElement(name);
    if (name === "canvas") {
      Object.assign(element, {
        getContext: () => ({ fillRect() {} }),
        toDataURL: () => "data:,",
      });
    }
    return element;
  };
  return document as unknown as Document;
}

/**
 * The document for charts you make with `Plot.plot()` yourself.
 *
 * @example Usage
 * ```ts
 * import { chart, chartDocument, Plot } from "@lakehouse";
 *
 * chart(Plot.plot({
 *   document: chartDocument,
 *   marks: [Plot.dot([{ miles: 1, fare: 6 }], { x: "miles", y: "fare" })],
 * }));
 * ```
 */
export const chartDocument: Document = makeDocument();

/** What stands around a chart. */
export interface FrameOptions {
  /** What the chart says, in one line. */
  title?: string | undefined;
  /** What is shown: measure, unit, period. */
  subtitle?: string | undefined;
  /** Line below, for instance the source. */
  caption?: string | undefined;
  /** Whether to show what the colours mean. */
  legend?: boolean | undefined;
  /** What the colours measure, above a legend of numbers. */
  legendLabel?: string | undefined;
  /** Text of a number in the legend. @default {compact, like 1.2M} */
  format?: ((value: number) => string) | undefined;
}

interface Frame extends FrameOptions {
  /** Label of the vertical axis; it stands above the chart, to be read level. */
  yLabel?: string | undefined;
}

type PlotElement = (SVGElement | HTMLElement) & Pick<Plot.Plot, "scale">;

function legendOf(
  element: PlotElement,
  options: FrameOptions,
  width: number,
): Block {
  const scale = options.legend ? element.scale("color") : undefined;
  if (!scale?.domain) return { svg: "", height: 0 };
  const color = scale.apply as (value: unknown) => string;
  const domain = [...scale.domain];
  if (scale.type === "ordinal" || scale.type === "categorical") {
    return swatches(domain, color, width);
  }
  const [low, high] = [Number(domain[0]), Number(domain.at(-1))];
  // Without a value Plot knows no domain, and there is nothing to explain.
  if (!Number.isFinite(low) || !Number.isFinite(high)) {
    return { svg: "", height: 0 };
  }
  return ramp(
    [low, high],
    color,
    options.legendLabel ?? "",
    options.format ?? formatCompact,
  );
}

// HTML takes some characters that XML cannot hold.
function asXml(svg: string): string {
  // deno-lint-ignore no-control-regex
  const forbidden = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;
  return svg.replace(forbidden, "\ufffd");
}

/** The SVG of a rendered Plot chart with what stands around it. */
export function frameSvg(
  element: PlotElement,
  options: Frame = {},
): string {
  const svgs = element.tagName.toLowerCase() === "svg"
    ? [element]
    : [...element.children].filter((child) =>
      child.tagName.toLowerCase() === "svg"
    );
  // A figure's legend comes before its chart.
  const chart = svgs.at(-1)!;
  const width = Number(chart.getAttribute("width"));
  const height = Number(chart.getAttribute("height"));
  const title = textBlock(options.title ?? "", width, {
    size: 16,
    color: COLORS.text,
    weight: 600,
  });
  const subtitle = textBlock(options.subtitle ?? "", width, {
    size: 13,
    color: COLORS.faint,
  });
  const yLabel = textBlock(options.yLabel ?? "", width, {
    size: 12,
    color: COLORS.faint,
  });
  const caption = textBlock(options.caption ?? "", width, {
    size: 11,
    color: COLORS.faint,
  });
  const parts: string[] = [];
  let y = PADDING;
  const add = (block: Block, after: number) => {
    if (block.height === 0) return;
    parts.push(`<g transform="translate(0,${y})">${block.svg}</g>`);
    y += block.height + after;
  };
  add(title, 2);
  add(subtitle, 6);
  add(legendOf(element, options, width), 2);
  add(yLabel, -4);
  add({ svg: chart.outerHTML, height }, 4);
  add(caption, 4);
  const total = Math.ceil(y + PADDING / 2);
  return asXml(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" ` +
      `height="${total}" viewBox="0 0 ${width} ${total}" color="${COLORS.text}" ` +
      `fill="${COLORS.text}" font-family="${FONT}">` +
      `<rect width="100%" height="100%" rx="4" fill="#fff"/>${
        parts.join("")
      }</svg>`,
  );
}

/** Makes an image that every notebook and report shows from an SVG. */
export function image(svg: string, alt: string): Displayable {
  const data = new TextEncoder().encode(svg).toBase64();
  const width = svg.match(/ width="(\d+)"/)?.[1] ?? "720";
  return displayable(
    `<img src="data:image/svg+xml;base64,${data}" ` +
      `alt="${escapeHtml(alt)}" width="${width}" ` +
      `style="max-width:100%;height:auto">`,
    `[${alt}]`,
  );
}

function textsOf(
  element: PlotElement,
  part: "label" | "tick label",
  axis: "x" | "y",
): string[] {
  const path = `[aria-label="${axis}-axis ${part}"] text`;
  return [...element.querySelectorAll(path)].map((t) => t.textContent ?? "");
}

const FONT_SIZE = 12;

function styled(options: Plot.PlotOptions): Plot.PlotOptions {
  const { title: _t, subtitle: _s, caption: _c, ...rest } = options;
  const style = {
    fontSize: `${FONT_SIZE}px`,
    fontFamily: "inherit",
    background: "transparent",
    color: COLORS.text,
  };
  const isScheme = rest.color?.scheme || isContinuous(rest.color);
  return {
    width: 720,
    ...rest,
    style: typeof rest.style === "object" ? { ...style, ...rest.style } : style,
    color: {
      ...(isScheme ? { scheme: COLORS.scheme } : { range: [...COLORS.series] }),
      ...rest.color,
      legend: false,
    },
    document: chartDocument,
    figure: false,
  };
}

// Plot has no browser to measure its labels with either, and cuts long ones.
// So the chart is made twice, the second time with the room they need.
function fitted(
  options: Plot.PlotOptions,
): { element: PlotElement; yLabel: string | undefined } {
  const given = styled(options);
  const first = Plot.plot(given) as PlotElement;
  const [across, down] = [
    textsOf(first, "tick label", "x"),
    textsOf(first, "tick label", "y"),
  ];
  const widest = (texts: string[]) =>
    Math.max(0, ...texts.map((text) => textWidth(text, FONT_SIZE)));
  const half = (text = "") => Math.ceil(textWidth(text, FONT_SIZE) / 2) + 4;
  const step = first.scale("x")?.step ?? Infinity;
  const isTight = across.length > 1 && widest(across) + 6 > step;
  const yLabel = textsOf(first, "label", "y")[0];
  const margins = {
    marginTop: 14,
    marginLeft: Math.max(
      Math.ceil(widest(down)) + 20,
      isTight ? Math.ceil(half(across[0]) * 1.6) - step / 2 : half(across[0]),
    ),
    marginRight: Math.max(20, half(across.at(-1))),
    marginBottom: (isTight ? Math.ceil(widest(across) * 0.65) : 12) +
      (textsOf(first, "label", "x").length ? 34 : 18),
  };
  const element = Plot.plot({
    ...(given.margin === undefined ? margins : {}),
    ...given,
    x: {
      labelAnchor: "center",
      labelArrow: "none",
      ...(isTight ? { tickRotate: -40 } : {}),
      ...given.x,
    },
    y: { ...given.y, label: null },
  }) as PlotElement;
  return { element, yLabel };
}

function isContinuous(color: Plot.ScaleOptions | undefined): boolean {
  return ["linear", "sqrt", "log", "pow", "symlog"].includes(
    color?.type as string,
  );
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
  options: FrameOptions = {},
): Displayable {
  if ("tagName" in source) {
    const text = (selector: string) =>
      source.querySelector(selector)?.textContent || undefined;
    const framed: FrameOptions = {
      title: text("h2"),
      subtitle: text("h3"),
      caption: text("figcaption"),
      legend: source.tagName.toLowerCase() !== "svg",
      legendLabel: text("svg text[font-weight=bold]"),
      ...options,
    };
    return image(frameSvg(source, framed), framed.title ?? "chart");
  }
  const asText = (value: unknown) =>
    typeof value === "string" ? value : undefined;
  const framed: FrameOptions = {
    title: asText(source.title),
    subtitle: asText(source.subtitle),
    caption: asText(source.caption),
    legend: Boolean(source.color?.legend),
    legendLabel: source.color?.label ?? undefined,
    ...options,
  };
  const { element, yLabel } = fitted(source);
  return image(
    frameSvg(element, { ...framed, yLabel }),
    framed.title ?? "chart",
  );
}

export { Plot };
