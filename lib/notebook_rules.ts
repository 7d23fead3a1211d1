/**
 * What every notebook of this project keeps to.
 *
 * @module
 */

import { basename } from "node:path";
import { cellAt, codeCells, type Notebook, wholeText } from "./notebook.ts";

/** Lines a code cell may have, its imports aside. */
export const LONGEST_CELL = 15;

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
    // Imports are a list, not something to follow.
    const code = source.replace(/^import\b[^;]*;\n+/gm, "");
    const lines = code.trimEnd().split("\n").length;
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
