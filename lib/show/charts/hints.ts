/**
 * What a mark says when it is pointed at, tapped, or reached by the keyboard.
 *
 * A chart is an image, in which nothing answers; so its marks are links without
 * an address that lie over it. Their text shows without a script, and also in a
 * notebook that is not trusted, which keeps their places and titles.
 *
 * @module
 */

import { escapeHtml } from "../../core/kernel.ts";

// More would make a page heavy, and none of them could be hit.
const MOST = 400;
// As many can be walked through by the keyboard; of more the table tells.
const MOST_STOPS = 40;
// What is smaller than this can hardly be hit.
const LEAST_PX = 8;

const STYLE = `<style>.hint:hover,.hint:focus{outline:2px solid #dd6b20}` +
  `.hint:focus::after{content:attr(title);position:absolute;left:50%;top:100%;` +
  `z-index:9;margin-top:4px;padding:3px 8px;border-radius:4px;width:max-content;` +
  `max-width:280px;transform:translateX(-50%);background:#1f2933;color:#fff;` +
  `font:12px system-ui,sans-serif;white-space:pre-wrap}</style>`;

/** A mark's place in its chart, in pixels, and what it says. */
export interface Hint {
  text: string;
  x: number;
  y: number;
  width: number;
  height: number;
}

function place(mark: Element, chart: Element): Omit<Hint, "text"> {
  const size = (name: string) => Number(mark.getAttribute(name) ?? 0);
  const r = size("r");
  let [x, y] = [size("x") + size("cx") - r, size("y") + size("cy") - r];
  for (let at = mark; at !== chart; at = at.parentElement!) {
    const moved = /translate\(([-\d.]+),\s*([-\d.]+)/
      .exec(at.getAttribute("transform") ?? "");
    x += Number(moved?.[1] ?? 0);
    y += Number(moved?.[2] ?? 0);
  }
  const [width, height] = [size("width") + 2 * r, size("height") + 2 * r];
  const [wide, high] = [width, height].map((s) => Math.max(s, LEAST_PX));
  [x, y] = [x - (wide! - width) / 2, y - (high! - height) / 2];
  return { x, y, width: wide!, height: high! };
}

/** Takes the titles of a chart's marks out of it; none when there are too many. */
export function takeHints(chart: Element): Hint[] {
  const hints = [...chart.querySelectorAll("title")].map((title) => {
    const mark = title.parentElement!;
    title.remove();
    return { text: title.textContent ?? "", ...place(mark, chart) };
  });
  // Marks that are there for this alone.
  for (const unseen of chart.querySelectorAll('[aria-description="hints"]')) {
    unseen.remove();
  }
  return hints.length > MOST ? [] : hints;
}

/** The image with its hints over it; `down` is how far the chart is from the top. */
export function withHints(
  image: string,
  hints: readonly Hint[],
  { width, height, down }: { width: number; height: number; down: number },
): string {
  const share = (part: number, whole: number) =>
    `${Math.round(part / whole * 10_000) / 100}%`;
  const stops = hints.length > MOST_STOPS ? -1 : 0;
  const links = hints.map((hint) =>
    `<a class="hint" tabindex="${stops}" title="${escapeHtml(hint.text)}" ` +
    `style="position:absolute;left:${share(hint.x, width)};` +
    `top:${share(hint.y + down, height)};width:${share(hint.width, width)};` +
    `height:${share(hint.height, height)}" role="img"></a>`
  );
  return `${STYLE}<div style="position:relative;display:inline-block;` +
    `max-width:100%">${image}${links.join("")}</div>`;
}
