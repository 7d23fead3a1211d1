/**
 * Executed notebooks for tests of reports.
 *
 * @module
 */

import {
  type Notebook,
  type NotebookCell,
  notebookText,
  outputTexts,
} from "../../tasks/notebooks/document.ts";

/** Claims that an executed notebook could not show where it ran, with the reasons. */
export function notShown({ cells }: Notebook): string[] {
  return cells.flatMap(({ outputs = [] }) => outputTexts(outputs))
    .flatMap((text) => text.split("\n"))
    .filter((line) => line.startsWith("– "));
}

/** A markdown cell. */
export function text(id: string, source: string): NotebookCell {
  return { id, cell_type: "markdown", metadata: {}, source };
}

/** A code cell. */
export function code(
  id: string,
  source: string,
  rest: Partial<NotebookCell>,
): NotebookCell {
  return {
    id,
    cell_type: "code",
    metadata: {},
    source,
    outputs: [],
    execution_count: null,
    ...rest,
  };
}

/** A notebook of these cells. */
export function notebook(cells: NotebookCell[], metadata = {}): Notebook {
  return {
    cells,
    metadata: { language_info: { name: "typescript" }, ...metadata },
    nbformat: 4,
    nbformat_minor: 5,
  };
}

const RUN = {
  date: "2024-01-05T10:00:00.000Z",
  note: "Local stack of open-source stand-ins: no result of MinIO AIStor",
  facts: [
    ["Stack", "local"],
    ["Trino & co", "483"],
    ["Rows in the table", "1,000,000"],
  ],
};

/** An executed notebook with facts, a chart and a log. */
export const GOOD = notebook([
  text("a", "# Which company drives most?\n\nText with $a$ and `code`."),
  text("b", "## The answer\n\n```sh\n# no heading\n```"),
  code("c", `barChart("<rows>");`, {
    execution_count: 1,
    metadata: {
      execution: {
        "iopub.execute_input": "2024-01-05T10:00:00.000Z",
        "shell.execute_reply": "2024-01-05T10:00:01.500Z",
      },
    },
    outputs: [
      { output_type: "stream", name: "stdout", text: "✓ one\n" },
      { output_type: "stream", name: "stdout", text: "✓ two & <three>: 3\n" },
      {
        output_type: "display_data",
        data: {
          "text/html": `<img src="data:image/svg+xml;base64,AA==" alt="x">`,
          "text/plain": "[x]",
        },
        ...{ metadata: {} },
      },
    ],
  }),
  code("d", "log();", {
    execution_count: 2,
    outputs: [
      { output_type: "stream", name: "stdout", text: "a line\n".repeat(31) },
    ],
  }),
  text("e", "Next: [the one that fails](02-failed.ipynb)"),
], { lakehouse: { run: RUN } });

/** An executed notebook that stopped at its first cell. */
export const FAILED = notebook([
  text("a", "# Fails <here>"),
  code("b", "bad();", {
    execution_count: 1,
    outputs: [{
      output_type: "error",
      ename: "LakehouseError",
      evalue: "Cannot <x>",
      traceback: ["Stack trace:", "LakehouseError: Cannot <x>"],
    }],
  }),
  code("c", "never();", {}),
]);

/** Runs `body` with a folder that is there as long. */
export async function inFolder<T>(
  body: (dir: string) => Promise<T>,
): Promise<T> {
  const dir = await Deno.makeTempDir();
  try {
    return await body(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

/** Writes notebooks by name; returns their paths. */
export async function written(
  dir: string,
  notebooks: Record<string, Notebook>,
): Promise<string[]> {
  await Deno.mkdir(dir, { recursive: true });
  return await Promise.all(
    Object.entries(notebooks).map(async ([name, notebook]) => {
      await Deno.writeTextFile(`${dir}/${name}`, notebookText(notebook));
      return `${dir}/${name}`;
    }),
  );
}

/** Names in a folder, sorted. */
export const namesIn = (dir: string) =>
  [...Deno.readDirSync(dir)].map(({ name }) => name).sort();
