/**
 * Reads Jupyter notebooks: their cells, code and outputs.
 *
 * @module
 */

import { basename } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { LakehouseError } from "../../lib/core/errors.ts";

/** An output of a code cell; the parts that are there depend on its type. */
export interface Output {
  /** What kind of output it is. */
  output_type: "stream" | "display_data" | "execute_result" | "error";
  /** Stream: `stdout` or `stderr`. */
  name?: string;
  /** Stream: what was printed. */
  text?: string | string[];
  /** Display and result: the output by media type. */
  data?: Record<string, string | string[]>;
  /** Error: its name. */
  ename?: string;
  /** Error: its message. */
  evalue?: string;
  /** Error: its stack, line by line. */
  traceback?: string[];
}

/** A cell as the file has it. */
export interface NotebookCell {
  /** Name of the cell, unique in its notebook. */
  id?: string;
  /** Kind of cell. */
  cell_type: "code" | "markdown" | "raw";
  /** Text of the cell, whole or line by line. */
  source: string | string[];
  /** What tools keep with the cell. */
  metadata: Record<string, unknown>;
  /** Outputs of a code cell. */
  outputs?: Output[];
  /** Number of a code cell's last run. */
  execution_count?: number | null;
}

/** A notebook as the file has it. */
export interface Notebook {
  /** The cells in order. */
  cells: NotebookCell[];
  /** Kernel, language, and what tools keep with the notebook. */
  metadata: {
    kernelspec?: { name?: string; display_name?: string; language?: string };
    [key: string]: unknown;
  };
  /** Version of the file format. */
  nbformat: number;
  /** Minor version of the file format. */
  nbformat_minor: number;
}

/** A code cell's place and text. */
export interface CodeCell {
  /** Position among all cells, from 0. */
  index: number;
  /** Position among the code cells, from 1, as the headless run counts. */
  number: number;
  /** The code. */
  source: string;
  /** What it showed in its last run. */
  outputs: Output[];
}

/**
 * Text that the file holds whole or line by line.
 *
 * @example Usage
 * ```ts
 * import { wholeText } from "./document.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(wholeText(["a\n", "b"]), "a\nb");
 * ```
 */
export function wholeText(text: string | string[] | undefined): string {
  return Array.isArray(text) ? text.join("") : text ?? "";
}

/**
 * Reads a notebook from text.
 *
 * @param path Names the notebook in the error.
 * @throws {LakehouseError} When the text is no notebook of format 4.
 */
export function parseNotebook(text: string, path: string): Notebook {
  let notebook: Partial<Notebook> | null = null;
  let cause: unknown;
  try {
    notebook = JSON.parse(text);
  } catch (error) {
    cause = error;
  }
  if (notebook?.nbformat !== 4 || !Array.isArray(notebook.cells)) {
    throw new LakehouseError({
      what: `Cannot read the notebook "${path}"`,
      why: "it is no Jupyter notebook of format 4",
      next: "open and save it in JupyterLab, or restore it with git",
      cause,
    });
  }
  return {
    nbformat_minor: 0,
    ...notebook,
    metadata: notebook.metadata ?? {},
  } as Notebook;
}

/**
 * Reads a notebook from a file.
 *
 * @throws {LakehouseError} When the file is no notebook of format 4.
 */
export async function readNotebook(path: string): Promise<Notebook> {
  return parseNotebook(await Deno.readTextFile(path), path);
}

/** The code cells that hold code, in order. */
export function codeCells(notebook: Notebook): CodeCell[] {
  return notebook.cells
    .map((cell, index) => ({ cell, index, source: wholeText(cell.source) }))
    .filter(({ cell, source }) => cell.cell_type === "code" && source.trim())
    .map(({ cell, index, source }, position) => ({
      index,
      number: position + 1,
      source,
      outputs: cell.outputs ?? [],
    }));
}

/**
 * The notebook's title: its first heading, else the file's name.
 *
 * @example Usage
 * ```ts
 * import { notebookTitle } from "./document.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const notebook = { cells: [], metadata: {}, nbformat: 4, nbformat_minor: 5 };
 * assertEquals(notebookTitle(notebook, "notebooks/01-start.ipynb"), "01-start");
 * ```
 */
export function notebookTitle(notebook: Notebook, path: string): string {
  for (const cell of notebook.cells) {
    if (cell.cell_type !== "markdown") continue;
    const heading = wholeText(cell.source).match(/^#\s+(.+?)\s*#*$/m);
    if (heading) return heading[1]!.replace(/[*_`]/g, "");
  }
  return basename(path, ".ipynb");
}

/** The mark before each cell in the text of {@linkcode toTypeScript}. */
const MARK = /^\/\/ %% cell (\d+)$/;

/**
 * All code cells as one module, to be type-checked beside the notebook.
 *
 * A line `// %% cell N` stands before each; relative imports stay as they are.
 *
 * @example Usage
 * ```ts
 * import { toTypeScript } from "./document.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const cell = { cell_type: "code" as const, metadata: {}, source: "1 + 1;" };
 * const notebook = { cells: [cell], metadata: {}, nbformat: 4, nbformat_minor: 5 };
 * assertEquals(toTypeScript(notebook), "// %% cell 1\n1 + 1;\n\nexport {};\n");
 * ```
 */
export function toTypeScript(notebook: Notebook): string {
  const cells = codeCells(notebook).map(({ number, source }) =>
    `// %% cell ${number}\n${source.trimEnd()}\n\n`
  );
  // Without an import or export a file is a script, which cannot await.
  return `${cells.join("")}export {};\n`;
}

/**
 * The cell and its line, from 1, at a line of {@linkcode toTypeScript}'s text;
 * `undefined` before the first cell.
 */
export function cellAt(
  module: string,
  line: number,
): { number: number; line: number } | undefined {
  const lines = module.split("\n");
  for (let i = Math.min(line, lines.length) - 1; i >= 0; i--) {
    const mark = lines[i]!.match(MARK);
    if (mark) return { number: Number(mark[1]), line: line - i - 1 };
  }
  return undefined;
}

/** Outputs as plain text, one string each, colours removed. */
export function outputTexts(outputs: readonly Output[]): string[] {
  return outputs.map((output) => {
    const text = output.output_type === "stream"
      ? wholeText(output.text)
      : output.output_type === "error"
      ? `${output.ename}: ${output.evalue}`
      : wholeText(output.data?.["text/plain"] ?? output.data?.["text/html"]);
    return stripVTControlCharacters(text);
  });
}

/** Why the headless run failed, or `undefined`; it leaves a note in the file. */
export function notebookFault(notebook: Notebook): string | undefined {
  const note = notebook.metadata["lakehouse"] as { fault?: string } | undefined;
  return note?.fault;
}

/** The notebook as it belongs in git: no outputs, no counts, no run times. */
export function stripOutputs(notebook: Notebook): Notebook {
  const { lakehouse: _, widgets: __, ...metadata } = notebook.metadata;
  return {
    ...notebook,
    metadata,
    cells: notebook.cells.map((cell) => {
      const { execution: _, lakehouse: __, ...kept } = cell.metadata;
      if (cell.cell_type !== "code") return { ...cell, metadata: kept };
      return { ...cell, metadata: kept, outputs: [], execution_count: null };
    }),
  };
}

/** The text of a notebook's file, as Jupyter writes it. */
export function notebookText(notebook: Notebook): string {
  return JSON.stringify(notebook, null, 1) + "\n";
}
