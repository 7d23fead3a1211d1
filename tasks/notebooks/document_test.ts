import {
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { LakehouseError } from "../../lib/core/errors.ts";
import {
  cellAt,
  codeCells,
  type Notebook,
  type NotebookCell,
  notebookFault,
  notebookText,
  notebookTitle,
  outputTexts,
  parseNotebook,
  readNotebook,
  stripOutputs,
  toTypeScript,
} from "./document.ts";

function code(
  source: string | string[],
  rest: Partial<NotebookCell> = {},
): NotebookCell {
  return { cell_type: "code", metadata: {}, source, ...rest };
}

function text(source: string): NotebookCell {
  return { cell_type: "markdown", metadata: {}, source };
}

function notebook(...cells: NotebookCell[]): Notebook {
  return { cells, metadata: {}, nbformat: 4, nbformat_minor: 5 };
}

Deno.test("codeCells() counts the cells that hold code", () => {
  const cells = codeCells(
    notebook(text("# T"), code(" \n"), code(["let a;\n", "a"]), code("b")),
  );
  assertEquals(
    cells.map(({ index, number, source }) => [index, number, source]),
    [[2, 1, "let a;\na"], [3, 2, "b"]],
  );
});

Deno.test("toTypeScript() keeps relative imports and marks the cells", () => {
  const module = toTypeScript(
    notebook(code(`import { x } from "../lib/x.ts";\n`), code("x;")),
  );
  assertEquals(
    module,
    `// %% cell 1\nimport { x } from "../lib/x.ts";\n\n` +
      `// %% cell 2\nx;\n\nexport {};\n`,
  );
});

Deno.test("cellAt() finds the cell of a line", () => {
  const module = toTypeScript(notebook(code("a;\nb;"), code("c;")));
  assertEquals(cellAt(module, 3), { number: 1, line: 2 });
  assertEquals(cellAt(module, 6), { number: 2, line: 1 });
  assertEquals(cellAt("export {};", 1), undefined);
});

Deno.test("notebookTitle() is the first heading, or the file's name", () => {
  assertEquals(notebookTitle(notebook(text("x\n# The `one`")), "a"), "The one");
  assertEquals(notebookTitle(notebook(code("# no")), "/n/01-x.ipynb"), "01-x");
});

Deno.test("outputTexts() reads every kind of output without colours", () => {
  assertEquals(
    outputTexts([
      { output_type: "stream", text: ["\x1b[32m✓\x1b[39m a", "\nb"] },
      { output_type: "error", ename: "TypeError", evalue: "no" },
      { output_type: "display_data", data: { "text/html": ["<b>", "c"] } },
      {
        output_type: "execute_result",
        data: { "text/html": "<b>", "text/plain": "d" },
      },
    ]),
    ["✓ a\nb", "TypeError: no", "<b>c", "d"],
  );
});

Deno.test("stripOutputs() removes what a run leaves behind, and no more", () => {
  const executed = notebook(
    text("# T"),
    code("a", {
      id: "x",
      outputs: [{ output_type: "stream", text: "a" }],
      execution_count: 3,
      metadata: { execution: {}, lakehouse: { fault: "f" }, tags: ["summary"] },
    }),
  );
  executed.metadata = {
    kernelspec: { name: "deno" },
    lakehouse: { fault: "cell 1: f" },
  };
  assertEquals(notebookFault(executed), "cell 1: f");
  const stripped = stripOutputs(executed);
  assertEquals(stripped.metadata, { kernelspec: { name: "deno" } });
  assertEquals(
    stripped.cells[1],
    code("a", {
      id: "x",
      outputs: [],
      execution_count: null,
      metadata: { tags: ["summary"] },
    }),
  );
  assertEquals(executed.cells[1]!.execution_count, 3);
});

Deno.test("a notebook's text reads back as the same notebook", async () => {
  const path = await Deno.makeTempFile({ suffix: ".ipynb" });
  try {
    const original = notebook(text("# T"), code("a"));
    await Deno.writeTextFile(path, notebookText(original));
    assertEquals(await readNotebook(path), original);
    await Deno.writeTextFile(path, "{}");
    const error = await assertRejects(() => readNotebook(path), LakehouseError);
    assertStringIncludes(error.message, path);
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("parseNotebook() refuses what is no notebook", () => {
  for (const bad of ["", "null", "[]", `{"nbformat": 3, "cells": []}`]) {
    assertThrows(
      () => parseNotebook(bad, "x.ipynb"),
      LakehouseError,
      "x.ipynb",
    );
  }
});
