/**
 * What a picture shows: how many colours, and how much of it is drawn on.
 *
 * @module
 */

import type { Buffer } from "node:buffer";
import type { Page } from "playwright-core";

/** A picture, measured. */
export interface Pixels {
  /** Width in pixels. */
  width: number;
  /** Height in pixels. */
  height: number;
  /** Colours with at least a thousandth of the surface, shades taken together. */
  colours: number;
  /** Share of the surface that has not the commonest colour, 0 to 1. */
  ink: number;
}

/** Measures a PNG, decoded by the browser on a page of its own. */
export async function pixels(page: Page, png: Buffer): Promise<Pixels> {
  const blank = await page.context().newPage();
  try {
    return await blank.evaluate(async (base64) => {
      const image = new Image();
      image.src = `data:image/png;base64,${base64}`;
      await image.decode();
      const { naturalWidth: width, naturalHeight: height } = image;
      const canvas = document.createElement("canvas");
      Object.assign(canvas, { width, height });
      const context = canvas.getContext("2d")!;
      context.drawImage(image, 0, 0);
      const { data } = context.getImageData(0, 0, width, height);
      const counts = new Map<number, number>();
      for (let i = 0; i < data.length; i += 4) {
        const shade = (data[i]! >> 5) << 10 | (data[i + 1]! >> 5) << 5 |
          data[i + 2]! >> 5;
        counts.set(shade, (counts.get(shade) ?? 0) + 1);
      }
      const all = width * height;
      const sizes = [...counts.values()];
      return {
        width,
        height,
        colours: sizes.filter((size) => size >= all / 1000).length,
        ink: 1 - Math.max(...sizes) / all,
      };
    }, png.toString("base64"));
  } finally {
    await blank.close();
  }
}
