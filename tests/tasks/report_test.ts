// Pages made from executed notebooks by the real nbconvert.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { settings } from "../../lib/core/settings.ts";
import { LakehouseError } from "../../lib/core/errors.ts";
import { python } from "../../stack/install/python.ts";
import { writeReport } from "../../tasks/report/report.ts";
import {
  code,
  FAILED,
  GOOD,
  inFolder,
  namesIn,
  notebook,
  text,
  written,
} from "../kernel/executed_notebooks.ts";

/** Says what is missing without the whole page. */
function assertHas(html: string, part: string): void {
  assert(html.includes(part), `${html.slice(0, 200)}… has no ${part}`);
}

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
