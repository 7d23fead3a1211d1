/**
 * Parts of Markdown pages that programs write.
 *
 * @module
 */

import { LakehouseError } from "../../lib/core/errors.ts";

/** A table whose columns stand below each other, as `deno fmt` wants it. */
export function markdownTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const all = [head, ...rows];
  const widths = head.map((_, i) =>
    Math.max(3, ...all.map((cells) => cells[i]!.length))
  );
  const text = (cells: readonly string[]) =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i]!)).join(" | ")} |`;
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
  return [text(head), rule, ...rows.map(text)].join("\n");
}

/** Text in lines of so many characters at most, but for longer words. */
export function wrap(text: string, width = 80): string {
  const lines = [""];
  for (const word of text.split(" ")) {
    const line = lines.at(-1)!;
    if (line && line.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = line ? `${line} ${word}` : word;
  }
  return lines.join("\n");
}

/**
 * A Markdown text with what stands between `<!-- NAME -->` and `<!-- /NAME -->`
 * replaced.
 *
 * @throws {LakehouseError} When the marks are not there, once each and in order.
 */
export function withMarked(
  markdown: string,
  name: string,
  inside: string,
): string {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [before, rest, more] = markdown.split(begin);
  const [, after, extra] = (rest ?? "").split(end);
  if (after === undefined || more !== undefined || extra !== undefined) {
    throw new LakehouseError({
      what: `Cannot put the part "${name}" into the text`,
      why: `it does not hold ${begin} and ${end} once each, in this order`,
      next: "put both marks on lines of their own where it belongs",
    });
  }
  return `${before}${begin}\n\n${inside}\n\n${end}${after}`;
}
