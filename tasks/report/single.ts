/**
 * All pages of a report in one file, to be sent as an attachment.
 *
 * @module
 */

import { parseHTML } from "linkedom";
import { policy } from "./html.ts";

/** A page of a report as it is written. */
export interface WrittenPage {
  /** Its name without the ending, such as `05-analyze`. */
  name: string;
  /** The whole document. */
  html: string;
}

/** Where a link of the page `own` leads when all pages are in one file. */
function within(href: string, own: string, names: ReadonlySet<string>): string {
  const [path = "", anchor] = href.split("#");
  const name = path === "" ? own : path.replace(/\.html$/, "");
  if (name === "index") return "#top";
  if (!names.has(decodeURI(name))) return href;
  return anchor === undefined ? `#${name}` : `#${name}--${anchor}`;
}

/**
 * One document of the index and the pages behind it; their links lead within it.
 *
 * @param script The pages' script, which the document has once.
 */
export function singleHtml(
  index: string,
  pages: readonly WrittenPage[],
  script: string,
): string {
  const { document } = parseHTML(index);
  const names = new Set(pages.map(({ name }) => name));
  for (const link of document.querySelectorAll("a[href]")) {
    link.setAttribute(
      "href",
      within(link.getAttribute("href")!, "index", names),
    );
  }
  document.querySelector("header")!.id = "top";
  document.querySelector("header")!.insertAdjacentHTML(
    "beforeend",
    '<button type="button" id="toggle" hidden></button>',
  );
  document.querySelector('meta[http-equiv="Content-Security-Policy"]')!
    .setAttribute("content", policy(script));
  const style = document.querySelector("style")!;
  style.textContent +=
    ".page{margin-top:4rem;border-top:4px solid var(--line)}" +
    "@media print{.page{break-before:page}}";
  for (const { name, html } of pages) {
    const page = parseHTML(html).document;
    for (
      const left of page.querySelectorAll("#toggle, .crumbs, script, footer")
    ) left.remove();
    for (const one of page.querySelectorAll("[id]")) {
      one.id = `${name}--${one.id}`;
    }
    for (const link of page.querySelectorAll("a[href]")) {
      link.setAttribute(
        "href",
        within(link.getAttribute("href")!, name, names),
      );
    }
    const section = document.createElement("section");
    section.className = "page";
    section.id = name;
    for (const part of page.querySelectorAll("body > header, body > nav")) {
      section.append(document.importNode(part, true));
    }
    section.insertAdjacentHTML(
      "beforeend",
      page.querySelector("main")?.innerHTML ?? "",
    );
    document.body.append(section);
  }
  const own = document.createElement("script");
  own.textContent = script;
  document.body.append(own);
  return `<!DOCTYPE html>\n${document.documentElement.outerHTML}\n`;
}
