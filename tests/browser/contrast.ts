/**
 * Whether the texts of a page stand out from what lies behind them.
 *
 * @module
 */

import type { Page } from "playwright-core";

/** A text that an output shows. */
interface Seen {
  text: string;
  /** Its colour: red, green, blue 0 to 255, and how opaque it is, 0 to 1. */
  color: number[];
  /** The colour behind it. */
  ground: number[];
}

/** The texts of the notebook's outputs, with their colours. */
async function textsOf(page: Page): Promise<Seen[]> {
  return await page.locator(".jp-OutputArea-output").evaluateAll((outputs) => {
    const rgba = (color: string) => {
      const [r = 0, g = 0, b = 0, a = 1] = (color.match(/[\d.]+/g) ?? [])
        .map(Number);
      return [r, g, b, a];
    };
    const upFrom = (node: Element): Element[] =>
      node.parentElement ? [node, ...upFrom(node.parentElement)] : [node];
    return outputs
      .flatMap((output) => [output, ...output.querySelectorAll("*")])
      .flatMap((node) => {
        const text = [...node.childNodes]
          .filter(({ nodeType }) => nodeType === Node.TEXT_NODE)
          .map(({ textContent }) => textContent).join("").trim();
        if (!text) return [];
        const styles = upFrom(node).map((one) => getComputedStyle(one));
        const [r, g, b, a] = rgba(styles[0]!.color);
        const opacity = styles.reduce((all, one) => all * +one.opacity, a!);
        const ground = styles.map((one) => rgba(one.backgroundColor))
          .find(([, , , a]) => a! > 0.5) ?? [255, 255, 255, 1];
        return [{ text, color: [r!, g!, b!, opacity], ground }];
      });
  });
}

/** Relative luminance as WCAG has it, 0 to 1. */
function luminance(color: number[]): number {
  const [r, g, b] = color.map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}

function contrast({ color, ground }: Seen): number {
  const opacity = color[3]!;
  const mixed = color.slice(0, 3)
    .map((value, i) => value * opacity + ground[i]! * (1 - opacity));
  const [one, other] = [luminance(mixed), luminance(ground.slice(0, 3))];
  return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
}

/** Texts of outputs with less than this contrast, as WCAG counts it. */
export async function faintTexts(page: Page, least: number): Promise<string[]> {
  return (await textsOf(page)).filter((seen) => contrast(seen) < least)
    .map((seen) => `${contrast(seen).toFixed(1)}: ${seen.text.slice(0, 60)}`);
}
