/**
 * What everything that a notebook shows is made of.
 *
 * @module
 */

import { DISPLAY, type Displayable } from "../core/kernel.ts";

/** Text as HTML that shows it literally. */
export function escapeHtml(text: string): string {
  return text.replace(
    /[&<>"']/g,
    (character) => `&#${character.charCodeAt(0)};`,
  );
}

/** Makes a value that a notebook shows as `html` and a terminal as `text`. */
export function displayable(html: string, text: string): Displayable {
  return { [DISPLAY]: () => ({ "text/html": html, "text/plain": text }) };
}

/**
 * Style of a table's cell: words beyond 32 characters, such as ids and paths,
 * break, so that the columns beside them keep theirs whole.
 */
export function breaking(text: string): string {
  return /\S{33}/.test(text) ? "overflow-wrap:anywhere;min-width:16em" : "";
}

/** Style of what is there to be found, not to be read first; for light and dark pages. */
export const FAINT = "opacity:.6";

/**
 * A link, or its text alone when the address is none of the web.
 *
 * @example Usage
 * ```ts
 * import { linkHtml } from "./html.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(linkHtml("a", "javascript:alert(1)"), "a");
 * ```
 */
export function linkHtml(text: string, href: string): string {
  if (!/^https?:\/\//.test(href)) return escapeHtml(text);
  return `<a href="${escapeHtml(href)}" target="_blank" rel="noopener">${
    escapeHtml(text)
  }</a>`;
}
