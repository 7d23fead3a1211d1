// Pages made from executed notebooks by the real nbconvert, and the task.
import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { PROJECT_DIR, settings } from "../lib/config.ts";
import { LakehouseError } from "../lib/errors.ts";
import { type Cell, type Notebook, notebookText } from "../lib/notebook.ts";
import { python } from "../lib/stack/python.ts";
import { writeReport } from "../lib/stack/report.ts";
import { closedPort } from "./env.ts";

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

const RUN = {
  date: "2024-01-05T10:00:00.000Z",
  note: "Local stack of open-source stand-ins: no result of MinIO AIStor",
  facts: [
    ["Stack", "local"],
    ["Trino & co", "483"],
    ["Rows in the table", "1,000,000"],
  ],
};

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

async function inFolder<T>(body: (dir: string) => Promise<T>): Promise<T> {
  const dir = await Deno.makeTempDir();
  try {
    return await body(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

/** Writes notebooks by name; returns their paths. */
async function written(
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

/** Says what is missing without the whole page. */
function assertHas(html: string, part: string): void {
  assert(html.includes(part), `${html.slice(0, 200)}… has no ${part}`);
}

const namesIn = (dir: string) =>
  [...Deno.readDirSync(dir)].map(({ name }) => name).sort();

/** Writes the report of both and reads its files. */
function report(): Promise<Record<string, string>> {
  return inFolder(async (dir) => {
    const outDir = `${dir}/report`;
    const index = await writeReport({
      notebooks: await written(dir, {
        "01-good.ipynb": GOOD,
        "02-failed.ipynb": FAILED,
      }),
      missing: [{ title: "03 · Last", why: "did not run" }],
      outDir,
      python: await python(),
    });
    assertEquals(index, `${outDir}/index.html`);
    const texts = namesIn(outDir).map(async (name) =>
      [name, await Deno.readTextFile(`${outDir}/${name}`)] as const
    );
    return Object.fromEntries(await Promise.all(texts));
  });
}

const files = await report();
const good = files["01-good.html"]!;
const failed = files["02-failed.html"]!;
const index = files["index.html"]!;

Deno.test("writeReport() writes a page for each notebook and an index", () => {
  assertEquals(Object.keys(files), [
    "01-good.html",
    "02-failed.html",
    "index.html",
  ]);
  assertHas(index, `<a href="01-good.html">Which company drives`);
  assertHas(index, "✓ ran to its end in 1.5 s");
  assertHas(index, "<p>Text with $a$ and code.</p>");
  assertHas(index, "<li>two &#38; &#60;three&#62;: <b>3</b></li>");
});

Deno.test("the index leads to the cell that failed, and names what did not run", () => {
  assertHas(index, "1 of 3 notebooks ran to their end, 2 facts");
  assertHas(index, `✗ <a href="02-failed.html#b">stopped</a>`);
  assertHas(index, "at cell 1: LakehouseError: Cannot &#60;x&#62;");
  assertHas(index, "<h2>03 · Last</h2>");
  assertHas(index, "✗ did not run");
});

Deno.test("the pages ask the network for nothing", () => {
  for (const [name, html] of Object.entries(files)) {
    assertHas(html, `content="default-src 'none'; img-src data:;`);
    const asked = html.match(
      /<(?:script|link|img|iframe)[^>]+(?:src|href)="(?!data:)[^"]*"|url\(|@import|\bfetch\(/g,
    );
    assertEquals(asked, null, name);
  }
});

Deno.test("the header names date, stack, versions, rows and run time", () => {
  for (const html of [good, index]) {
    for (
      const fact of [
        "2024-01-05 10:00 UTC",
        "<dd>local</dd>",
        html === index ? "Trino &#38; co" : "Trino &amp; co",
        "<dd>483</dd>",
        "<dt>Rows in the table</dt><dd>1,000,000</dd>",
        "no result of MinIO AIStor",
      ]
    ) assertHas(html, fact);
  }
  assertHas(good, "<dt>Run time</dt><dd>1.5 s</dd>");
  assertHas(good, "<dt>Facts checked</dt><dd>2</dd>");
  assertHas(failed, "It is not recorded on which stack this ran");
});

Deno.test("the contents link to headings that are there", () => {
  const entries = [
    ...good.matchAll(/<li class="level(\d)"><a href="#(\w+)">(.+?)<\/a>/g),
  ];
  assertEquals(entries.map(([, level, , text]) => `${level} ${text}`), [
    "2 The answer",
  ]);
  for (const [, , id] of entries) assertHas(good, `id="${id}"`);
  assertHas(good, ">Which company drives most?</h1>");
  assertEquals(good.match(/<h1/g)?.length, 1);
});

Deno.test("pages lead to each other, not to notebooks", () => {
  assertHas(good, `<a href="02-failed.html">the one that fails</a>`);
  assertHas(good, `<a href="02-failed.html" rel="next">`);
  assertHas(failed, `<a href="01-good.html" rel="prev">`);
  for (const html of Object.values(files)) assert(!html.includes(".ipynb"));
});

Deno.test("outputs come first and are escaped, code and long logs are folded", () => {
  assertHas(good, `<details class="source"><summary>Code</summary>`);
  assert(good.indexOf("data:image/svg") < good.indexOf("barChart"));
  assertHas(good, `src="data:image/svg+xml;base64,AA=="`);
  assertHas(good, "<summary>31 lines of output</summary>");
  assert(!good.includes("<rows>"), "code is not escaped");
});

Deno.test("a failed notebook gives a page with the failed cell marked", () => {
  assertHas(
    failed,
    `<b>This notebook stopped at cell 1: LakehouseError: Cannot &lt;x&gt;.</b>`,
  );
  assertHas(failed, `<a href="#b">Go there</a>`);
  assertHas(
    failed,
    `<p class="fault">LakehouseError: Cannot &lt;x&gt;</p>`,
  );
  assertHas(failed, "Code, not run");
  assert(!good.includes(`class="fault"`));
  assertHas(failed, "<title>Fails &lt;here&gt;</title>");
});

Deno.test("a notebook that shows a secret is left out, and named", () =>
  inFolder(async (dir) => {
    const leaking = notebook([
      text("a", "# Leaks"),
      code("b", "1;", {
        outputs: [{
          output_type: "stream",
          name: "stdout",
          text: `key ${settings().secretKey}\n`,
        }],
      }),
    ]);
    const outDir = `${dir}/report`;
    const error = await assertRejects(
      async () =>
        await writeReport({
          notebooks: await written(dir, {
            "01-good.ipynb": GOOD,
            "02-leaks.ipynb": leaking,
          }),
          outDir,
          python: await python(),
        }),
      LakehouseError,
      `"Leaks" into the report: 02-leaks.ipynb, cell 1: its output shows the secret key`,
    );
    assertEquals(namesIn(outDir), ["01-good.html", "index.html"]);
    const index = await Deno.readTextFile(`${outDir}/index.html`);
    assertHas(index, "<h2>Leaks</h2>");
    for (const text of [index, error.message]) {
      assert(!text.includes(settings().secretKey));
    }
  }));

Deno.test("a report takes the place of the one before, and of nothing else", () =>
  inFolder(async (dir) => {
    const outDir = `${dir}/report`;
    const [one, two] = await written(dir, {
      "01-good.ipynb": GOOD,
      "02-failed.ipynb": FAILED,
    });
    const options = { outDir, python: await python() };
    await writeReport({ ...options, notebooks: [one!, two!] });
    for (const name of ["02-failed.pdf", "mine.html", "mine.pdf"]) {
      await Deno.writeTextFile(`${outDir}/${name}`, "x");
    }
    await writeReport({ ...options, notebooks: [one!] });
    assertEquals(namesIn(outDir), [
      "01-good.html",
      "index.html",
      "mine.html",
      "mine.pdf",
    ]);
  }));

/** Runs `deno task report` with `dir` for its state and its pages. */
async function task(
  dir: string,
  args: string[],
  env: Record<string, string> = {},
): Promise<{ code: number; text: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      `${PROJECT_DIR}/tasks/report.ts`,
      `--out=${dir}/report`,
      ...args,
    ],
    env: { NO_COLOR: "1", LAKEHOUSE_STATE: dir, ...env },
  }).output();
  const decoder = new TextDecoder();
  return { code, text: decoder.decode(stdout) + decoder.decode(stderr) };
}

Deno.test("report --executed takes what ran, and fails where that failed", () =>
  inFolder(async (dir) => {
    const none = await task(dir, ["--executed"]);
    assertEquals(none.code, 1);
    assertStringIncludes(none.text, "no earlier run is there. Next: deno task");
    await written(`${dir}/executed`, {
      "01-setup.ipynb": GOOD,
      "02-generate.ipynb": FAILED,
    });
    const one = await task(dir, ["--executed", "--notebook", "01"]);
    assertEquals(one.code, 0, one.text);
    assertEquals(namesIn(`${dir}/report`), ["01-setup.html", "index.html"]);
    const all = await task(dir, ["--executed"]);
    assertEquals(all.code, 1);
    assertStringIncludes(
      all.text,
      "error: Cannot finish 02-generate: cell 1: LakehouseError: Cannot <x>",
    );
    assertEquals(namesIn(`${dir}/report`), [
      "01-setup.html",
      "02-generate.html",
      "index.html",
    ]);
    const index = await Deno.readTextFile(`${dir}/report/index.html`);
    assertHas(index, "did not run, since 02-generate failed");
  }));

Deno.test("report --pdf says at once that there is no Chromium", () =>
  inFolder(async (dir) => {
    const { code, text } = await task(dir, ["--pdf"], {
      CHROMIUM: "",
      PATH: "/none",
    });
    assertEquals(code, 1);
    assertStringIncludes(text, "error: Cannot write PDFs: no Chromium");
    assertEquals(namesIn(dir), []);
  }));

/** The settings that reach the stack, for a task with a state of its own. */
function endpoints(): Record<string, string> {
  const given = settings();
  return {
    STACK: given.stack ?? "local",
    TRINO_URI: given.trinoUri,
    MINIO_HOST: given.minioHost,
    CATALOG_URI: given.catalogUri,
  };
}

Deno.test("report runs a notebook and records on what it ran", () =>
  inFolder(async (dir) => {
    const { code, text } = await task(dir, ["--notebook=01"], endpoints());
    assertEquals(code, 0, text);
    const html = await Deno.readTextFile(`${dir}/report/01-setup.html`);
    for (const name of ["Stack", "Trino", "Deno", "Date"]) {
      assert(new RegExp(`<dt>${name}</dt><dd>[^<]+</dd>`).test(html), name);
    }
    assertHas(html, "<dt>Facts checked</dt><dd>3</dd>");
    // Later, when no stack runs, it still tells of the one of then.
    const later = await task(dir, ["--executed", "01"], {
      TRINO_URI: `http://127.0.0.1:${closedPort()}`,
      STACK: "remote",
    });
    assertEquals(later.code, 0, later.text);
    assertEquals(
      await Deno.readTextFile(`${dir}/report/01-setup.html`),
      html,
    );
  }));

Deno.test("report leaves the pages up to the cell that failed", () =>
  inFolder(async (dir) => {
    const { code, text } = await task(dir, ["01", "02"], {
      ...endpoints(),
      MINIO_HOST: `http://127.0.0.1:${closedPort()}`,
    });
    assertEquals(code, 1);
    assertStringIncludes(text, "error: Cannot finish 01-setup: cell 3");
    assertEquals(namesIn(`${dir}/report`), ["01-setup.html", "index.html"]);
    const html = await Deno.readTextFile(`${dir}/report/01-setup.html`);
    assertHas(html, "This notebook stopped at cell 3");
    const index = await Deno.readTextFile(`${dir}/report/index.html`);
    assertHas(index, "did not run, since 01-setup failed");
  }));
