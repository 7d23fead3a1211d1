/**
 * A page of a report in a browser, and whether it reads well there.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import type { Browser, Page } from "playwright-core";
import { faintTexts } from "./contrast.ts";
import { pixels } from "./pixels.ts";

/** How a page is looked at. */
export interface PageView {
  /** What the reader's system prefers. @default {"light"} */
  scheme?: "light" | "dark";
  /** Width of the window. @default {1280} */
  width?: number;
  /** Height of the window. @default {900} */
  height?: number;
  /** Pixels of a picture for each of the window. @default {1} */
  scale?: number;
}

/** An open page, what it asked for, and what the browser said about it. */
export interface Opened {
  page: Page;
  requests: string[];
  complaints: string[];
}

/** Opens an HTML file for as long as `body` takes. */
export async function withReportPage(
  browser: Browser,
  path: string,
  { scheme = "light", width = 1280, height = 900, scale = 1 }: PageView,
  body: (opened: Opened) => Promise<void>,
): Promise<void> {
  const context = await browser.newContext({
    colorScheme: scheme,
    viewport: { width, height },
    deviceScaleFactor: scale,
  });
  const page = await context.newPage();
  const requests: string[] = [];
  const complaints: string[] = [];
  page.on("request", (request) => requests.push(request.url()));
  page.on("console", (message) => complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  try {
    await page.goto(`file://${path}`);
    await body({ page, requests, complaints });
  } finally {
    await context.close();
  }
}

/** Elements that are wider than their place, as on paper nothing may be. */
export function clipped(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const all = [...document.querySelectorAll("body, body *")];
    const { clientWidth } = document.documentElement;
    return all.filter((element) => {
      const { overflowX } = getComputedStyle(element);
      const { right } = element.getBoundingClientRect();
      const isCut = overflowX !== "visible" &&
        element.scrollWidth > element.clientWidth + 1;
      return isCut || right > clientWidth + 1;
    }).map((element) => `${element.tagName}.${element.className}`);
  });
}

/** Fails unless the page asked for itself and inline data only. */
export function assertAskedNobody(
  { requests, complaints }: Opened,
  path: string,
): void {
  const outside = requests.filter((url) => !url.startsWith("data:"));
  assertEquals(outside, [`file://${path}`]);
  assertEquals(complaints, []);
}

/** Fails unless the page scrolls down only, as on a phone. */
export async function assertNotTooWide(page: Page): Promise<void> {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  assertEquals(wide, page.viewportSize()!.width);
}

/** Fails unless every text of the outputs stands out. */
export async function assertStandsOut(
  page: Page,
  leastContrast: number,
): Promise<void> {
  assertEquals(await faintTexts(page, leastContrast), []);
}

/** Fails unless every chart shows, by its pixels. */
export async function assertChartsDrawn(page: Page): Promise<void> {
  for (const [i, image] of (await page.locator("img").all()).entries()) {
    const seen = await pixels(page, await image.screenshot());
    const about = `image ${i + 1}: ${JSON.stringify(seen)}`;
    assert(seen.width > 100 && seen.colours >= 2 && seen.ink > 0.005, about);
  }
}

/** Fails unless marks of charts say their values, and lie over their charts. */
export async function assertHints(page: Page): Promise<void> {
  const { count, astray } = await page.evaluate(() => {
    const hints = [...document.querySelectorAll("a.hint")];
    const astray = hints.filter((hint) => {
      const mark = hint.getBoundingClientRect();
      const image = hint.parentElement!.querySelector("img")!
        .getBoundingClientRect();
      return !hint.getAttribute("title") || mark.width < 2 || mark.height < 2 ||
        mark.left < image.left - 1 || mark.right > image.right + 1 ||
        mark.top < image.top - 1 || mark.bottom > image.bottom + 1;
    });
    return {
      count: hints.length,
      astray: astray.map((hint) => hint.outerHTML),
    };
  });
  assert(count > 0, "no mark answers");
  assertEquals(astray, []);
}

/** Something that Tab comes to. */
export interface Stop {
  /** Its element, `a.hint` or `summary`. */
  element: string;
  /** Its text or title. */
  name: string;
  /** What a mark shows while it has the focus. */
  said: string;
  /** Whether it shows that it has the focus. */
  isMarked: boolean;
}

const MOST_STOPS = 500;

/**
 * Goes through a page by Tab alone, from its beginning to its end, and opens
 * and closes each fold by Enter; fails where Tab is held.
 */
export async function tabThrough(page: Page): Promise<Stop[]> {
  const stops: Stop[] = [];
  const isOpen = () =>
    page.evaluate(() =>
      (document.activeElement!.parentElement as HTMLDetailsElement).open
    );
  while (stops.length < MOST_STOPS) {
    await page.keyboard.press("Tab");
    const stop = await page.evaluate((): Stop | undefined => {
      const at = document.activeElement as HTMLElement;
      if (!at || at === document.body) return undefined;
      const { outlineStyle, outlineWidth } = getComputedStyle(at);
      const { width, height } = at.getBoundingClientRect();
      const after = getComputedStyle(at, "::after").content;
      return {
        element: at.tagName.toLowerCase() +
          (at.className && `.${at.className.split(" ")[0]}`),
        name: at.title || at.innerText,
        said: after === "none" ? "" : after,
        isMarked: outlineStyle !== "none" && parseFloat(outlineWidth) > 0 &&
          width > 0 && height > 0,
      };
    });
    if (!stop) return stops;
    stops.push(stop);
    if (stop.element !== "summary") continue;
    const before = await isOpen();
    await page.keyboard.press("Enter");
    assertEquals(await isOpen(), !before, `${stop.name} does not open`);
    await page.keyboard.press("Enter");
    assertEquals(await isOpen(), before, `${stop.name} does not close`);
  }
  throw new Error(`Tab comes to no end: ${JSON.stringify(stops.slice(-5))}`);
}
