/**
 * The document in which charts are made, where there is no browser.
 *
 * @module
 */

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
 * import { chartDocument } from "./document.ts";
 * import * as Plot from "@observablehq/plot";
 *
 * chart(Plot.plot({
 *   document: chartDocument,
 *   marks: [Plot.dot([{ miles: 1, fare: 6 }], { x: "miles", y: "fare" })],
 * }));
 * ```
 */
export const chartDocument: Document = makeDocument();
