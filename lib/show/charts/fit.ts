/**
 * Makes a Plot chart in the look of this project, with room for its labels.
 *
 * @module
 */

import defer * as Plot from "@observablehq/plot";
import { clipped, COLORS, textWidth } from "./blocks.ts";
import { cut } from "../table_column.ts";
import defer * as linkedom from "linkedom";

// Made by the first chart, as Plot and linkedom are run by it: most programs
// that import this library draw none.
let made: Document | undefined;

function makeDocument(): Document {
  const { document } = linkedom.parseHTML(
    "<!doctype html><html><body></body></html>",
  );
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
 * The document for charts that are made with a Plot of your own; the one that
 * this library exports needs none.
 *
 * @example Usage
 * ```ts
 * import { chart } from "@lakehouse";
 * import { chartDocument } from "./fit.ts";
 * import * as Plot from "@observablehq/plot";
 *
 * chart(Plot.plot({
 *   document: chartDocument(),
 *   marks: [Plot.dot([{ miles: 1, fare: 6 }], { x: "miles", y: "fare" })],
 * }));
 * ```
 */
export function chartDocument(): Document {
  return made ??= makeDocument();
}

/** A chart as Plot makes it. */
export type PlotElement = (SVGElement | HTMLElement) & Pick<Plot.Plot, "scale">;

const FONT_SIZE = 12;
const CONTINUOUS = ["linear", "sqrt", "log", "pow", "symlog"];

function styled(options: Plot.PlotOptions): Plot.PlotOptions {
  const { title: _t, subtitle: _s, caption: _c, ...rest } = options;
  const style = {
    fontSize: `${FONT_SIZE}px`,
    fontFamily: "inherit",
    background: "transparent",
    color: COLORS.text,
  };
  const isScheme = rest.color?.scheme ||
    CONTINUOUS.includes(rest.color?.type ?? "");
  return {
    width: 720,
    ...rest,
    style: typeof rest.style === "object" ? { ...style, ...rest.style } : style,
    color: {
      ...(isScheme ? { scheme: COLORS.scheme } : { range: [...COLORS.series] }),
      ...rest.color,
      legend: false,
    },
    document: chartDocument(),
    figure: false,
  };
}

// A tick for each name, where there is room for so many.
function thinned(scale?: Plot.Scale, least = 14): Plot.ScaleOptions {
  const every = Math.ceil(least / (scale?.step || Infinity));
  return every > 1
    ? { ticks: [...scale!.domain!].filter((_, i) => i % every === 0) }
    : {};
}

// Plot has no browser to measure its labels with either, and cuts long ones.
// So the chart is made twice, the second time with the room they need.
export function fitted(
  options: Plot.PlotOptions,
): { element: PlotElement; yLabel: string | undefined } {
  const given = styled(options);
  const first = Plot.plot(given) as PlotElement;
  const short = (text: Element, part: string) =>
    clipped(
      text.textContent ?? "",
      given.width! * (part.endsWith("tick label") ? 0.4 : 0.9),
    );
  const texts = (part: string) =>
    [...first.querySelectorAll(`[aria-label="${part}"] text`)]
      .map((text) => short(text, part));
  const width = (text = "") => textWidth(text, FONT_SIZE);
  const widest = (texts: string[]) => Math.max(0, ...texts.map(width));
  const half = (text = "") => Math.ceil(width(text) / 2) + 4;
  const across = texts("x-axis tick label");
  const x = first.scale("x");
  const apart = x?.type === "linear" ? given.width! * 0.9 / across.length : 0;
  const step = x?.step ?? (apart || Infinity);
  const isTight = across.length > 1 && widest(across) + 6 > step;
  const [yLabel] = texts("y-axis label");
  // The names of facets stand above and to the right of them.
  const beside = texts("fy-axis tick label");
  const room = (axis: "fx" | "fy", names: number) =>
    names + (texts(`${axis}-axis label`).length ? 22 : 0);
  const margins = {
    marginTop: texts("fx-axis tick label").length ? room("fx", 28) : 14,
    marginLeft: Math.max(
      Math.ceil(widest(texts("y-axis tick label"))) + 20,
      isTight ? Math.ceil(half(across[0]) * 1.6) - step / 2 : half(across[0]),
    ),
    marginRight: Math.max(
      20,
      half(across.at(-1)),
      beside.length ? room("fy", Math.ceil(widest(beside)) + 16) : 0,
    ),
    marginBottom: (isTight ? Math.ceil(widest(across) * 0.65) : 12) +
      (texts("x-axis label").length ? 34 : 18),
  };
  const element = Plot.plot({
    ...(given.margin === undefined ? margins : {}),
    ...given,
    x: {
      labelAnchor: "center",
      labelArrow: "none",
      ...(isTight ? { tickRotate: -40 } : {}),
      ...thinned(x, isTight ? 19 : 0),
      ...given.x,
    },
    y: { ...thinned(first.scale("y")), ...given.y, label: null },
  }) as PlotElement;
  for (const text of element.querySelectorAll("text, title")) {
    const part = text.closest("[aria-label]")?.getAttribute("aria-label") ?? "";
    const whole = cut(text.textContent ?? "", 2_000);
    const shown = part.endsWith("label") ? short(text, part) : whole;
    if (shown !== text.textContent) text.textContent = shown;
  }
  return { element, yLabel };
}
