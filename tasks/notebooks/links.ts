/**
 * Links in markdown: found, replaced, and checked against what is there.
 *
 * @module
 */

import { basename, dirname, join } from "node:path";
import { type Notebook, wholeText } from "./document.ts";

// Fenced blocks and code spans come first, so that no link is seen in them.
const LINK =
  /^ *(```|~~~)[^]*?^ *\1|(`+)[^`][^]*?\2|\[([^\]]*)\]\(<?([^()<>\s]+)>?(?:\s+"[^"]*")?\)/gm;

/**
 * Replaces the links of a markdown text that stand in no code.
 *
 * @param replace Gets a link's text and target; what it returns takes its place.
 * @example Usage
 * ```ts
 * import { replaceLinks } from "./links.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(replaceLinks("[a](b) `[c](d)`", (text) => text), "a `[c](d)`");
 * ```
 */
export function replaceLinks(
  markdown: string,
  replace: (text: string, target: string, link: string) => string,
): string {
  return markdown.replace(
    LINK,
    (match, _fence, _ticks, text?: string, target?: string) =>
      target === undefined ? match : replace(text ?? "", target, match),
  );
}

/** Headings of a markdown text, without their marks; those in code are none. */
export function headings(
  markdown: string,
): { level: number; text: string }[] {
  const text = markdown.replace(/^ *(```|~~~)[^]*?^ *\1/gm, "");
  return [...text.matchAll(/^(#{1,6})\s+(.+?)\s*#*$/gm)].map((match) => ({
    level: match[1]!.length,
    text: match[2]!.replace(/[*_`]/g, ""),
  }));
}

/** The name by which a link reaches a heading, in JupyterLab and in a report. */
export function headingAnchor(text: string): string {
  return text.replaceAll(" ", "-");
}

/** The same on GitHub, where it shows a markdown file. */
function githubAnchor(text: string): string {
  return text.toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .replaceAll(" ", "-");
}

/** A text with links, as {@linkcode linkProblems} takes it. */
export interface LinkedText {
  /** Its file, relative to the project. */
  path: string;
  /** Markdown by the place it stands at: `cell 3`, or empty for a whole file. */
  parts: { where: string; markdown: string }[];
}

/** The markdown cells of a notebook. */
export function notebookParts(notebook: Notebook): LinkedText["parts"] {
  return notebook.cells.flatMap((cell, i) =>
    cell.cell_type === "markdown"
      ? [{ where: `cell ${i + 1} of all`, markdown: wholeText(cell.source) }]
      : []
  );
}

function anchorsOf({ path, parts }: LinkedText): Set<string> {
  const anchor = path.endsWith(".ipynb") ? headingAnchor : githubAnchor;
  return new Set(
    parts.flatMap(({ markdown }) =>
      headings(markdown).map(({ text }) => anchor(text))
    ),
  );
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * Links between files of the project that lead nowhere, one line each.
 *
 * @param texts What is checked, and whose headings links can name.
 * @param isThere Whether the project has a file or folder, by its relative path.
 */
export async function linkProblems(
  texts: readonly LinkedText[],
  isThere: (path: string) => Promise<boolean>,
): Promise<string[]> {
  const anchors = new Map(texts.map((text) => [text.path, anchorsOf(text)]));
  const problems: string[] = [];
  for (const { path, parts } of texts) {
    for (const { where, markdown } of parts) {
      const targets: string[] = [];
      replaceLinks(markdown, (_text, target, link) => {
        if (!/^([a-z][a-z0-9+.-]*:|\/\/)/i.test(target)) targets.push(target);
        return link;
      });
      for (const target of targets) {
        const [file = "", anchor] = target.split("#").map(decoded);
        const found = file ? join(dirname(path), file) : path;
        const name = path.endsWith(".ipynb") ? basename(path) : path;
        const at = `${name}${where && `, ${where}`}`;
        if (!anchors.has(found) && !await isThere(found)) {
          problems.push(`${at}: the link to ${target} leads to no file`);
        } else if (anchor && !(anchors.get(found)?.has(anchor) ?? true)) {
          problems.push(`${at}: the link to ${target} leads to no heading`);
        }
      }
    }
  }
  return problems;
}
