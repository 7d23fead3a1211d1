/**
 * What stands around a chart: lines of text and legends, as pieces of SVG.
 *
 * @module
 */

import { escapeHtml } from "../../core/kernel.ts";
import { cut } from "../table_column.ts";

/** Colours of all charts. */
export const COLORS = {
  /** The one colour of a chart with one series. */
  main: "#2b6cb0",
  /** Colours of several series, in their order. */
  // deno-fmt-ignore
  series: [
    "#2b6cb0", "#dd6b20", "#2f855a", "#b83280",
    "#b7791f", "#4a5568", "#6b46c1", "#0d9488",
  ],
  /** Plot's name of the scheme from low to high. */
  scheme: "YlGnBu",
  /** Text. */
  text: "#1f2933",
  /** Subtitles, axes, captions. */
  faint: "#5f6b7a",
} as const;

/** Room around what stands in a chart, in pixels. */
export const PADDING = 12;

/**
 * Estimated width of a text in pixels, a little on the wide side.
 *
 * There is no browser here to measure it with.
 */
export function textWidth(text: string, fontSize: number): number {
  let em = 0;
  for (const character of text) {
    if (/[ijlI.,:;'|!]/.test(character)) em += 0.32;
    else if (/[frt\s()\-/]/.test(character)) em += 0.42;
    else if (/[mwMW%@—]/.test(character)) em += 1;
    else if (/[A-Z]/.test(character)) em += 0.71;
    else if (character > "\u2e7f") em += 1;
    else em += 0.62;
  }
  return em * fontSize;
}

/** A text, cut where it is wider. */
export function clipped(text: string, width: number, fontSize = 12): string {
  let shown = cut(text, 200);
  while (shown.length > 1 && textWidth(shown, fontSize) > width) {
    shown = cut(shown, shown.length - 1);
  }
  return shown;
}

/** Breaks a text into lines that fit the width. */
function wrap(text: string, fontSize: number, width: number): string[] {
  const lines: string[] = [];
  const longest = Math.floor(width / fontSize);
  const words = text.match(new RegExp(`\\S{1,${longest}}`, "g")) ?? [];
  for (const word of words) {
    const longer = lines.length ? `${lines.at(-1)} ${word}` : word;
    if (lines.length && textWidth(longer, fontSize) <= width) {
      lines[lines.length - 1] = longer;
    } else lines.push(word);
  }
  return lines;
}

/** A piece of a chart and its height in pixels. */
export interface ChartBlock {
  svg: string;
  height: number;
}

/** Lines of text. */
export function textBlock(
  text: string | undefined,
  width: number,
  style: { size: number; color: string; weight?: number },
): ChartBlock {
  const { size, color, weight = 400 } = style;
  const step = Math.round(size * 1.35);
  const lines = text ? wrap(cut(text, 2_000), size, width - 2 * PADDING) : [];
  return {
    height: lines.length * step,
    svg: lines.map((line, i) =>
      `<text x="${PADDING}" y="${i * step + size}" font-size="${size}" ` +
      `font-weight="${weight}" fill="${color}">${escapeHtml(line)}</text>`
    ).join(""),
  };
}

/** A legend of named colours. */
export function swatches(
  domain: readonly unknown[],
  color: (value: unknown) => string,
  width: number,
): ChartBlock {
  let [x, y] = [PADDING, 0];
  const items = domain.map((value) => {
    const text = clipped(String(value), width - 3 * PADDING);
    const needed = 16 + textWidth(text, 12) + 14;
    if (x > PADDING && x + needed > width - PADDING) {
      [x, y] = [PADDING, y + 20];
    }
    const item = `<rect x="${x}" y="${y + 2}" width="11" height="11" rx="2" ` +
      `fill="${color(value)}"/><text x="${x + 16}" y="${y + 12}" ` +
      `font-size="12">${escapeHtml(text)}</text>`;
    x += needed;
    return item;
  });
  return { svg: items.join(""), height: y + 24 };
}

/** A legend of numbers, from low to high. */
export function ramp(
  domain: readonly [number, number],
  color: (value: number) => string,
  label: string,
  format: (value: number) => string,
): ChartBlock {
  const [low, high] = domain;
  const [steps, wide, top] = [60, 240, label ? 18 : 2];
  const at = (share: number) => low + share * (high - low);
  const bars = Array.from({ length: steps }, (_, i) =>
    // Each strip reaches under the next one, so that no seam shows.
    `<rect x="${PADDING + i * wide / steps}" y="${top}" width="${
      wide / steps + (i < steps - 1 ? 1 : 0)
    }" height="10" fill="${color(at((i + 0.5) / steps))}"/>`);
  const ticks = (high > low ? [0, 0.5, 1] : [0]).map((share) =>
    `<text x="${PADDING + share * wide}" y="${top + 24}" font-size="11" ` +
    `text-anchor="${share === 0 ? "start" : share === 1 ? "end" : "middle"}" ` +
    `fill="${COLORS.faint}">${escapeHtml(format(at(share)))}</text>`
  );
  const title = label
    ? `<text x="${PADDING}" y="12" font-size="12">${escapeHtml(label)}</text>`
    : "";
  return { svg: title + bars.join("") + ticks.join(""), height: top + 30 };
}
