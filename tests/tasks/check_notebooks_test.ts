// What the gate finds in a folder of notebooks, each with one thing wrong.
import { assert, assertEquals, assertMatch } from "@std/assert";
import { PROJECT_DIR } from "../../lib/core/settings.ts";
import { type Notebook, notebookText } from "../../tasks/notebooks/document.ts";
import { notebookProblems } from "../../tasks/notebooks/check.ts";
import { notebookPaths } from "../../tasks/notebooks/paths.ts";

const GOOD = `import { facts } from "@lakehouse";\n\nfacts({ rows: 1 });`;

function notebook(markdown: string, source = GOOD): Notebook {
  return {
    cells: [
      { id: "a", cell_type: "markdown", metadata: {}, source: markdown },
      {
        id: "b",
        cell_type: "code",
        execution_count: null,
        metadata: {},
        outputs: [],
        source,
      },
    ],
    metadata: {
      kernelspec: { name: "deno" },
      language_info: {
        name: "typescript",
        version: Deno.version.typescript,
      },
    },
    nbformat: 4,
    nbformat_minor: 5,
  };
}

function index(rows: string): Notebook {
  return notebook(`# 00\n\n| notebook | time |\n| --- | --- |\n${rows}`);
}

/** What the gate says of a project of these files. */
async function problems(
  notebooks: Record<string, Notebook>,
  readme: string,
): Promise<string[]> {
  const root = await Deno.makeTempDir({ dir: PROJECT_DIR, prefix: ".state-" });
  try {
    const dir = `${root}/notebooks`;
    await Deno.mkdir(dir);
    await Deno.writeTextFile(`${root}/README.md`, readme);
    for (const [name, notebook] of Object.entries(notebooks)) {
      await Deno.writeTextFile(`${dir}/${name}`, notebookText(notebook));
    }
    return await notebookProblems(await notebookPaths(dir));
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

const found = await problems({
  "00-index.ipynb": index(
    "| [Format](01-format.ipynb) | 1 s |\n| [Typos](02-types.ipynb) | 1 s |\n" +
      "| [Lint](03-lint.ipynb) | 1 s |\n| [Key](04-key.ipynb) | 1 s |",
  ),
  "01-format.ipynb": notebook("# Format", GOOD.replace("rows: 1", "rows:1")),
  "02-types.ipynb": notebook("# Types", GOOD.replace("{ rows: 1 }", "5")),
  "03-lint.ipynb": notebook("# Lint", "const text: any = 1;\ntext;"),
  "04-key.ipynb": notebook(
    "# Key\n\nNext: [five](05-five.ipynb)",
    `console.log("AKIA${"A".repeat(16)}");`,
  ),
}, "[key](notebooks/04-key.ipynb#Key) [six](notebooks/06-six.ipynb)");

/** Problems that name this file. */
const about = (name: string) => found.filter((line) => line.includes(name));

Deno.test("notebookProblems() finds what is not formatted", () => {
  assert(
    found.includes("01-format.ipynb: not formatted; mend it with: deno fmt"),
    found.join("\n"),
  );
});

Deno.test("notebookProblems() finds wrong types and names their cell", () => {
  assertMatch(
    about("TS2345").join(),
    /TS2345[^]*at 02-types\.ipynb, cell 1, line 3:7/,
  );
});

Deno.test("notebookProblems() finds what the linter refuses", () => {
  assertMatch(
    about("no-explicit-any").join(),
    /no-explicit-any[^]*03-lint\.ipynb, cell 1, line 1:\d+/,
  );
});

Deno.test("notebookProblems() finds what looks like a secret", () => {
  assert(
    found.includes("04-key.ipynb, cell 2 of all: it holds an AWS access key"),
    found.join("\n"),
  );
});

Deno.test("notebookProblems() finds dead links, in the README too", () => {
  assertEquals(about("leads to no"), [
    "04-key.ipynb, cell 1 of all: the link to 05-five.ipynb leads to no file",
    "README.md: the link to notebooks/06-six.ipynb leads to no file",
  ]);
});

Deno.test("notebookProblems() finds an index that is not true", () => {
  assertEquals(about("is not the title"), [
    `00-index.ipynb: "Typos" is not the title of 02-types.ipynb: "Types"`,
  ]);
});

Deno.test("notebookProblems() finds nothing wrong with a good folder", async () => {
  const good = await problems({
    // As `deno fmt` lays a table out.
    "00-index.ipynb": notebook(
      "# 00\n\n| notebook        | time |\n| --------------- | ---- |\n" +
        "| [A](01-a.ipynb) | 2 s  |",
    ),
    "01-a.ipynb": notebook("# A\n\nBack: [00](00-index.ipynb#00)"),
  }, "[A](notebooks/01-a.ipynb#A)");
  assertEquals(good, []);
});
