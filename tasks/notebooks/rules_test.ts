import { assertEquals } from "@std/assert";
import { type Notebook, type NotebookCell, toTypeScript } from "./document.ts";
import {
  indexProblems,
  inNotebook,
  numberProblems,
  shapeProblems,
} from "./rules.ts";

function good(): Notebook {
  return {
    cells: [
      { id: "a", cell_type: "markdown", metadata: {}, source: "# Title" },
      {
        id: "b",
        cell_type: "code",
        metadata: {},
        source: "1;",
        outputs: [],
        execution_count: null,
      },
    ],
    metadata: {
      kernelspec: { name: "deno" },
      language_info: { name: "typescript", version: Deno.version.typescript },
    },
    nbformat: 4,
    nbformat_minor: 5,
  };
}

/** Problems of a good notebook whose code cell is changed. */
function problems(change: Partial<NotebookCell>): string[] {
  const notebook = good();
  Object.assign(notebook.cells[1]!, change);
  return shapeProblems("notebooks/01-x.ipynb", notebook);
}

Deno.test("shapeProblems() finds nothing wrong with a good notebook", () => {
  assertEquals(problems({}), []);
});

Deno.test("shapeProblems() names the cell that holds outputs", () => {
  const found = ["01-x.ipynb, cell 1: it holds outputs: deno task strip"];
  assertEquals(problems({ execution_count: 1 }), found);
  assertEquals(
    problems({ outputs: [{ output_type: "stream", text: "" }] }),
    found,
  );
});

Deno.test("shapeProblems() counts imports among the lines of a cell", () => {
  const imports = `import {\n${"  x,\n".repeat(14)}} from "@lakehouse";\n`;
  assertEquals(problems({ source: imports }), [
    "01-x.ipynb, cell 1: it has 16 lines, 15 is the most",
  ]);
});

Deno.test("shapeProblems() finds long, empty and unexplained cells", () => {
  assertEquals(problems({ source: "1;\n".repeat(15) }), []);
  assertEquals(problems({ source: "1;\n".repeat(16) }), [
    "01-x.ipynb, cell 1: it has 16 lines, 15 is the most",
  ]);
  assertEquals(problems({ source: " " }), [
    "01-x.ipynb: there is an empty code cell",
  ]);
  const notebook = good();
  notebook.cells.push({ ...notebook.cells[1]!, id: "c" });
  assertEquals(shapeProblems("01-x.ipynb", notebook), [
    "01-x.ipynb, cell 2: no text before it says what it does",
  ]);
});

Deno.test("shapeProblems() finds what JupyterLab would write into it", () => {
  const notebook = good();
  notebook.metadata["language_info"] = { name: "typescript" };
  assertEquals(shapeProblems("01-a.ipynb", notebook), [
    "01-a.ipynb: JupyterLab would mark it as changed once it is open: open it there and save",
  ]);
});

Deno.test("shapeProblems() finds a wrong name, kernel, language, title and ids", () => {
  const notebook = good();
  notebook.metadata = { kernelspec: { name: "python3" } };
  notebook.cells[0]!.source = "Title";
  notebook.cells[0]!.id = "b";
  assertEquals(shapeProblems("notebooks/First.ipynb", notebook), [
    "First.ipynb: the name is not like 01-first-steps.ipynb",
    "First.ipynb: the kernel is not deno: choose Deno in JupyterLab and save",
    "First.ipynb: its language is not TypeScript: run a cell in JupyterLab and save",
    "First.ipynb: the first cell is no title (# …)",
    "First.ipynb: cells lack ids of their own: save it in JupyterLab",
  ]);
});

Deno.test("shapeProblems() refuses Deno.test(), which cannot fail a cell", () => {
  assertEquals(problems({ source: `Deno.test("x", () => {});` }), [
    "01-x.ipynb, cell 1: use check() instead of Deno.test()",
  ]);
});

Deno.test("numberProblems() finds a number that is taken", () => {
  assertEquals(numberProblems(["n/01-a.ipynb", "n/02-b.ipynb"]), []);
  assertEquals(numberProblems(["n/01-a.ipynb", "n/01-b.ipynb"]), [
    "01-b.ipynb: 01-a.ipynb has the number 01 too",
  ]);
});

function titled(source: string): Notebook {
  const notebook = good();
  notebook.cells[0]!.source = source;
  return notebook;
}

/** Problems of an index with these rows, beside notebooks 01 and 02. */
function listed(...rows: string[]): string[] {
  const index = ["# 00", "", "| notebook | time |", "| --- | --- |", ...rows];
  return indexProblems(
    new Map([
      ["00-index.ipynb", titled(index.join("\n"))],
      ["01-a.ipynb", titled("# 01 · `A`")],
      ["02-b.ipynb", titled("# 02 · B")],
    ]),
  );
}

const A = "| [01 · A](01-a.ipynb) | 2–10 s |";
const B = "| [02 · B](02-b.ipynb) | 3 min |";

Deno.test("indexProblems() takes a table of all notebooks", () => {
  assertEquals(listed(A, B), []);
});

Deno.test("indexProblems() finds a missing notebook and a dead entry", () => {
  assertEquals(listed(A, "| [03 · C](03-c.ipynb) | 1 s |"), [
    "00-index.ipynb: no row for 02-b.ipynb; add: | [02 · B](02-b.ipynb) | … | … s |",
    "00-index.ipynb: its row for 03-c.ipynb leads to no notebook",
  ]);
  assertEquals(indexProblems(new Map()), [
    "00-index.ipynb: it is not there, and lists the others",
  ]);
});

Deno.test("indexProblems() finds another title, order or row, and no time", () => {
  assertEquals(listed(A.replace("01 · A", "01 · a"), B), [
    `00-index.ipynb: "01 · a" is not the title of 01-a.ipynb: "01 · A"`,
  ]);
  assertEquals(listed(B, A), [
    "00-index.ipynb: its rows are not in reading order",
  ]);
  assertEquals(listed(A, B, B), [
    "00-index.ipynb: a notebook has two rows",
  ]);
  assertEquals(listed(A.replace("2–10 s", "soon"), B), [
    "00-index.ipynb: its row for 01-a.ipynb does not end with a time",
  ]);
});

Deno.test("inNotebook() turns places in the module into places in cells", () => {
  const notebook = good();
  notebook.cells.push({ ...notebook.cells[1]!, id: "c", source: "2;\n3;" });
  const module = toTypeScript(notebook);
  assertEquals(
    inNotebook(
      "bad\n    at file:///t/01-x.ts:6:3\n --> /t/01-x.ts:2:1\nin /t/01-x.ts.",
      "/t/01-x.ts",
      module,
      "01-x.ipynb",
    ),
    "bad\n    at 01-x.ipynb, cell 2, line 2:3\n" +
      " --> 01-x.ipynb, cell 1, line 1:1\nin 01-x.ipynb.",
  );
});
