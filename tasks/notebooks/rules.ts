/**
 * What every notebook of this project keeps to.
 *
 * @module
 */

import { basename } from "node:path";
import {
  cellAt,
  codeCells,
  type Notebook,
  notebookTitle,
  wholeText,
} from "./document.ts";
import { replaceLinks } from "./links.ts";

/** Lines a code cell may have, its imports included. */
const LONGEST_CELL = 15;

/**
 * What is wrong with a notebook's shape, one line each; empty when it is good.
 *
 * @param path Where it stands, for the messages and its name.
 */
export function shapeProblems(path: string, notebook: Notebook): string[] {
  const name = basename(path);
  const problems: string[] = [];
  const add = (where: string, what: string) =>
    problems.push(`${name}${where && `, ${where}`}: ${what}`);
  if (!/^\d\d-[a-z0-9]+(-[a-z0-9]+)*\.ipynb$/.test(name)) {
    add("", "the name is not like 01-first-steps.ipynb");
  }
  if (notebook.metadata.kernelspec?.name !== "deno") {
    add("", `the kernel is not deno: choose Deno in JupyterLab and save`);
  }
  const language = notebook.metadata["language_info"] as
    | { name?: string; version?: string }
    | undefined;
  if (language?.name !== "typescript") {
    // Without it `deno fmt` passes over the code, and says nothing.
    add(
      "",
      "its language is not TypeScript: run a cell in JupyterLab and save",
    );
  } else if (language.version !== Deno.version.typescript) {
    // What the kernel says of itself is written into it.
    add(
      "",
      "JupyterLab would mark it as changed once it is open: open it there and save",
    );
  }
  const first = notebook.cells[0];
  if (
    first?.cell_type !== "markdown" || !/^# \S/.test(wholeText(first.source))
  ) {
    add("", "the first cell is no title (# …)");
  }
  const ids = notebook.cells.map((cell) => cell.id);
  if (ids.includes(undefined) || new Set(ids).size < ids.length) {
    add("", "cells lack ids of their own: save it in JupyterLab");
  }
  for (const cell of notebook.cells) {
    if (cell.cell_type === "code" && !wholeText(cell.source).trim()) {
      add("", "there is an empty code cell");
    }
  }
  for (const { index, number, source, outputs } of codeCells(notebook)) {
    const cell = notebook.cells[index]!;
    if (outputs.length > 0 || (cell.execution_count ?? null) !== null) {
      add(`cell ${number}`, "it holds outputs: deno task strip");
    }
    const lines = source.trimEnd().split("\n").length;
    if (lines > LONGEST_CELL) {
      add(
        `cell ${number}`,
        `it has ${lines} lines, ${LONGEST_CELL} is the most`,
      );
    }
    if (notebook.cells[index - 1]?.cell_type !== "markdown") {
      add(`cell ${number}`, "no text before it says what it does");
    }
    // A failing Deno.test() in a cell does not fail the cell.
    if (/\bDeno\.test\(/.test(source)) {
      add(`cell ${number}`, "use check() instead of Deno.test()");
    }
  }
  return problems;
}

/** Numbers that two notebooks share, one line each. */
export function numberProblems(paths: readonly string[]): string[] {
  const seen = new Map<string, string>();
  return paths.map((path) => basename(path)).flatMap((name) => {
    const number = name.slice(0, 2);
    const other = seen.get(number);
    seen.set(number, name);
    return other ? [`${name}: ${other} has the number ${number} too`] : [];
  });
}

/** The notebook that lists the others. */
export const INDEX = "00-index.ipynb";

/** Rows of the tables in a notebook's text: where each links to, and its cells. */
function linkedRows(
  notebook: Notebook,
): { file: string; text: string; cells: string[] }[] {
  const lines = notebook.cells
    .filter((cell) => cell.cell_type === "markdown")
    .flatMap((cell) => wholeText(cell.source).split("\n"));
  return lines.filter((line) => line.startsWith("|")).flatMap((line) => {
    const found: { file: string; text: string; cells: string[] }[] = [];
    const cells = line.split("|").slice(1, -1).map((cell) => cell.trim());
    replaceLinks(cells[0] ?? "", (text, file, link) => {
      found.push({ file, text, cells });
      return link;
    });
    return found;
  });
}

/**
 * What the table of the notebook that lists the others has wrong, one line
 * each: a notebook that is missing, an entry too many, another title or order,
 * no time.
 *
 * @param notebooks All notebooks of the folder by file name, itself included.
 */
export function indexProblems(
  notebooks: ReadonlyMap<string, Notebook>,
): string[] {
  const index = notebooks.get(INDEX);
  if (!index) return [`${INDEX}: it is not there, and lists the others`];
  const others = [...notebooks.keys()].filter((name) => name !== INDEX).sort();
  const rows = linkedRows(index);
  const problems: string[] = [];
  for (const name of others) {
    const title = notebookTitle(notebooks.get(name)!, name);
    const row = rows.find(({ file }) => file === name);
    if (!row) {
      problems.push(
        `no row for ${name}; add: | [${title}](${name}) | … | … s |`,
      );
    } else if (row.text !== title) {
      problems.push(`"${row.text}" is not the title of ${name}: "${title}"`);
    }
  }
  const listed = rows.map(({ file }) => file);
  for (const { file, cells } of rows) {
    if (!others.includes(file)) {
      problems.push(`its row for ${file} leads to no notebook`);
    }
    if (!/\d.* (s|min)$/.test(cells.at(-1) ?? "")) {
      problems.push(`its row for ${file} does not end with a time`);
    }
  }
  if (new Set(listed).size < listed.length) {
    problems.push("a notebook has two rows");
  } else if (listed.join() !== listed.toSorted().join()) {
    problems.push("its rows are not in reading order");
  }
  return problems.map((problem) => `${INDEX}: ${problem}`);
}

/**
 * Messages about the extracted module, with places in it changed to places in
 * the notebook: `01-start.ipynb, cell 3, line 2:5`.
 *
 * @param text What `deno check` or `deno lint` printed, without colours.
 * @param modulePath The module's path, as the messages give it.
 * @param module The module's text.
 * @param name The notebook's name.
 */
export function inNotebook(
  text: string,
  modulePath: string,
  module: string,
  name: string,
): string {
  return text.split(`file://${modulePath}`).join(modulePath)
    .split(modulePath)
    .map((part, i) =>
      i === 0 ? part : part.replace(
        /^:(\d+):(\d+)|^/,
        (_match, line?: string, column?: string) => {
          const at = line && cellAt(module, Number(line));
          return at
            ? `${name}, cell ${at.number}, line ${at.line}:${column}`
            : name;
        },
      )
    ).join("");
}
