/**
 * Makes a Plot chart in the look of this project, with room for its labels.
 *
 * @module
 */

import * as Plot from "@observablehq/plot";
import { COLORS, textWidth } from "./blocks.ts";
import { parseHTML } from "linkedom";

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
 *   document: chartDocument,
 *   marks: [Plot.dot([{ miles: 1, fare: 6 }], { x: "miles", y: "fare" })],
 * }));
 * ```
 */
export const chartDocument: Document = makeDocument();

/** A chart as Plot makes it. */
export type PlotElement = (SVGElement | HTMLElement) & Pick<Plot.Plot, "scale">;

function textsOf(
  element: PlotElement,
  part: "label" | "tick label",
  axis: "x" | "y" | "fx" | "fy",
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
export function fitted(
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
  // The names of facets stand above and to the right of them.
  const beside = textsOf(first, "tick label", "fy");
  const room = (axis: "fx" | "fy", texts: number) =>
    texts + (textsOf(first, "label", axis).length ? 22 : 0);
  const margins = {
    marginTop: textsOf(first, "tick label", "fx").length ? room("fx", 28) : 14,
    marginLeft: Math.max(
      Math.ceil(widest(down)) + 20,
      isTight ? Math.ceil(half(across[0]) * 1.6) - step / 2 : half(across[0]),
    ),
    marginRight: Math.max(
      20,
      half(across.at(-1)),
      beside.length ? room("fy", Math.ceil(widest(beside)) + 16) : 0,
    ),
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
