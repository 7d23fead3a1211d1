/**
 * Observable Plot as notebooks import it: its charts need no document, and show
 * themselves.
 *
 * @module
 */

import * as Plot from "@observablehq/plot";
import { DISPLAY, type Displayable } from "../../core/kernel.ts";
import { chartDocument } from "./fit.ts";
import { chart } from "./frame.ts";

export * from "@observablehq/plot";

/**
 * Plot's own `plot()`; as the last value of a cell the chart shows itself, as
 * {@linkcode chart} would show it.
 *
 * @example Usage
 * ```ts
 * import { Plot } from "@lakehouse";
 *
 * Plot.plot({
 *   title: "Fares grow with the distance",
 *   marks: [Plot.dot([{ miles: 1, fare: 6 }], { x: "miles", y: "fare" })],
 * });
 * ```
 */
export function plot(
  options: Plot.PlotOptions = {},
): ReturnType<typeof Plot.plot> & Displayable {
  const element = Plot.plot({ document: chartDocument(), ...options });
  return Object.assign(element, {
    [DISPLAY]: () => chart(options)[DISPLAY](),
  });
}

// `Plot.dot(…).plot()` is the same call, written from the mark.
Plot.Mark.prototype.plot = function ({ marks = [], ...options } = {}) {
  return plot({ ...options, marks: [...marks, this as Plot.RenderableMark] });
};
