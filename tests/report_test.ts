// Pages made from executed notebooks by the real nbconvert.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type Cell, type Notebook, notebookText } from "../lib/notebook.ts";
import { python } from "../lib/stack/python.ts";
import { writeReport } from "../lib/stack/report.ts";

function text(id: string, source: string): Cell {
  return { id, cell_type: "markdown", metadata: {}, source };
}

function code(id: string, source: string, rest: Partial<Cell>): Cell {
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

function notebook(cells: Cell[], metadata = {}): Notebook {
  return {
    cells,
    metadata: { language_info: { name: "typescript" }, ...metadata },
    nbformat: 4,
    nbformat_minor: 5,
  };
}

const GOOD = notebook([
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
      { output_type: "stream", name: "stdout", text: "✓ two & <three>\n" },
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
]);

const FAILED = notebook([
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

/** Writes the report of both and reads its files. */
async function report(): Promise<Record<string, string>> {
  const dir = await Deno.makeTempDir();
  try {
    const notebooks = [`${dir}/01-good.ipynb`, `${dir}/02-failed.ipynb`];
    await Deno.writeTextFile(notebooks[0]!, notebookText(GOOD));
    await Deno.writeTextFile(notebooks[1]!, notebookText(FAILED));
    const index = await writeReport({
      notebooks,
      outDir: `${dir}/report`,
      header: {
        date: new Date("2024-01-05T10:30:00Z"),
        stack: "local",
        versions: { "Trino & co": "483" },
      },
      python: await python(),
    });
    assertEquals(index, `${dir}/report/index.html`);
    const files: Record<string, string> = {};
    for await (const { name } of Deno.readDir(`${dir}/report`)) {
      files[name] = await Deno.readTextFile(`${dir}/report/${name}`);
    }
    return files;
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

const files = await report();
const good = files["01-good.html"]!;
const failed = files["02-failed.html"]!;
const index = files["index.html"]!;

Deno.test("writeReport() writes a page for each notebook and an index", () => {
  assertEquals(Object.keys(files).sort(), [
    "01-good.html",
    "02-failed.html",
    "index.html",
  ]);
  assertStringIncludes(index, `<a href="01-good.html">Which company drives`);
  assertStringIncludes(index, "ran to its end");
  assertStringIncludes(index, "stopped at cell 1: LakehouseError: Cannot");
});

Deno.test("the pages ask the network for nothing", () => {
  for (const [name, html] of Object.entries(files)) {
    assertStringIncludes(html, `content="default-src 'none'; img-src data:;`);
    const asked = html.match(
      /<(?:script|link|img|iframe)[^>]+(?:src|href)="(?!data:)[^"]*"|url\(|@import/g,
    );
    assertEquals(asked, null, name);
  }
});

Deno.test("the header names date, stack, versions and run time", () => {
  for (const html of [good, index]) {
    for (const fact of ["2024-01-05 10:30 UTC", "<dd>local</dd>", "483"]) {
      assertStringIncludes(html, fact);
    }
  }
  assertStringIncludes(good, "Trino &amp; co");
  assertStringIncludes(good, "<dt>Run time</dt><dd>1.5 s</dd>");
});

Deno.test("the contents link to headings that are there", () => {
  const entries = [
    ...good.matchAll(/<li class="level(\d)"><a href="#(\w+)">(.+?)<\/a>/g),
  ];
  assertEquals(entries.map(([, level, , text]) => `${level} ${text}`), [
    "1 Which company drives most?",
    "2 The answer",
  ]);
  for (const [, , id] of entries) assertStringIncludes(good, `id="${id}"`);
});

Deno.test("code is folded, outputs are whole and escaped", () => {
  assertStringIncludes(good, `<details class="source"><summary>Code</summary>`);
  assertStringIncludes(good, "✓ one\n✓ two &amp; &lt;three&gt;");
  assertStringIncludes(good, `src="data:image/svg+xml;base64,AA=="`);
  assert(!good.includes("<rows>"), "code is not escaped");
});

Deno.test("a failed notebook gives a page with the failed cell marked", () => {
  assertStringIncludes(
    failed,
    "This notebook stopped at cell 1: LakehouseError",
  );
  assertStringIncludes(
    failed,
    `<p class="fault">LakehouseError: Cannot &lt;x&gt;</p>`,
  );
  assertStringIncludes(failed, "Code, not run");
  assert(!good.includes(`class="fault"`));
  assertStringIncludes(failed, "<title>Fails &lt;here&gt;</title>");
});
