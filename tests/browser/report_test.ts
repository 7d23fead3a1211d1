// The pages of a report in a real browser: nothing is asked of the network,
// they can be read in light and dark, narrow and printed.
import {
  assert,
  assertEquals,
  assertNotEquals,
  assertStringIncludes,
} from "@std/assert";
import { type Browser, chromium } from "playwright-core";
import {
  type Notebook,
  type NotebookCell,
  notebookText,
  type Output,
} from "../../tasks/notebooks/document.ts";
import { barChart, table } from "../../lib/mod.ts";
import { DISPLAY, type Displayable } from "../../lib/core/kernel.ts";
import { python } from "../../stack/install/python.ts";
import { writeReport } from "../../tasks/report/report.ts";
import { printPage } from "../../tasks/report/chromium.ts";
import { laneChromium } from "./chromium.ts";
import {
  assertAskedNobody,
  assertChartsDrawn,
  assertHints,
  assertNotTooWide,
  assertStandsOut,
  clipped,
  type Opened,
  type PageView,
  tabThrough,
  withReportPage,
} from "./report_page.ts";

const LONG = "a".repeat(128);

function output(shown: Displayable): Output {
  const data = shown[DISPLAY]() as Record<string, string>;
  return { output_type: "display_data", data, ...{ metadata: {} } };
}

function html(html: string): Output {
  return output({ [DISPLAY]: () => ({ "text/html": html }) });
}

function code(id: string, outputs: Output[]): NotebookCell {
  return {
    id,
    cell_type: "code",
    metadata: {},
    source: `const ${id} = 1;`,
    outputs,
    execution_count: 1,
  };
}

function text(id: string, source: string): NotebookCell {
  return { id, cell_type: "markdown", metadata: {}, source };
}

const ROWS = Array.from({ length: 40 }, (_, i) => ({
  company: `Company ${i}`,
  trips: 1_000_000 + i,
  key: LONG,
}));

const COLUMNS = Object.fromEntries(
  Array.from({ length: 14 }, (_, i) => [`column_${i}`, 1_000_000_000 + i]),
);

/** Outputs that reach for `address` in every way that a page could. */
function reaching(address: string): Output[] {
  return [
    `<img src="${address}/img.png">`,
    `<img src="x" onerror="fetch('${address}/handler')">`,
    `<script>fetch("${address}/inline")</script>`,
    `<script src="${address}/script.js"></script>`,
    `<link rel="stylesheet" href="${address}/style.css">`,
    `<style>@import "${address}/import.css"; p { background: url("${address}/bg.png") }</style>`,
    `<iframe src="${address}/frame"></iframe>`,
    `<video src="${address}/video" autoplay></video>`,
  ].map(html);
}

function notebooks(address: string): Record<string, Notebook> {
  const shell = (cells: NotebookCell[]): Notebook => ({
    cells,
    metadata: { language_info: { name: "typescript" } },
    nbformat: 4,
    nbformat_minor: 5,
  });
  return {
    "01-shown.ipynb": shell([
      text("t", "# Shown\n\nWhat it is about. [Next](02-reaches.ipynb)"),
      text("h", "## A chart"),
      code("chart", [
        output(
          barChart(ROWS.slice(0, 5), { label: "company", value: "trips" }),
        ),
      ]),
      text("w", "## A wide table\n\n### Of many rows"),
      code("rows", [output(table(ROWS, { limit: 40 }))]),
      code("log", [
        { output_type: "stream", name: "stdout", text: `✓ So: 1\n${LONG}\n` },
        html(`<pre style="overflow-x:auto;white-space:pre">${LONG}</pre>`),
        output(table([COLUMNS, COLUMNS])),
      ]),
    ]),
    "02-reaches.ipynb": shell([
      text("t", "# Reaches"),
      code("out", reaching(address)),
    ]),
  };
}

/** A server of this machine and the paths that it was asked for. */
function listener() {
  const asked: string[] = [];
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) => {
      asked.push(new URL(request.url).pathname);
      return new Response("");
    },
  );
  return { asked, server, address: `http://127.0.0.1:${server.addr.port}` };
}

let browser: Browser;
let program = "";
let dir = "";
let server: ReturnType<typeof listener>;

async function open(): Promise<void> {
  const found = await laneChromium();
  if ("skipped" in found) throw new Error(found.skipped);
  program = found.path;
  server = listener();
  dir = await Deno.makeTempDir();
  const paths = await Promise.all(
    Object.entries(notebooks(server.address)).map(async ([name, notebook]) => {
      await Deno.writeTextFile(`${dir}/${name}`, notebookText(notebook));
      return `${dir}/${name}`;
    }),
  );
  await writeReport({
    notebooks: paths,
    outDir: `${dir}/report`,
    python: await python(),
  });
  browser = await chromium.launch({
    executablePath: program,
    args: Deno.uid() === 0 ? ["--no-sandbox"] : [],
  });
}

Deno.test.beforeAll(open);
Deno.test.afterAll(async () => {
  await browser?.close();
  await server?.server.shutdown();
  if (dir) await Deno.remove(dir, { recursive: true });
});

/** Opens a page of the report. */
function withPage(
  name: string,
  view: PageView,
  body: (opened: Opened) => Promise<void>,
): Promise<void> {
  return withReportPage(browser, `${dir}/report/${name}.html`, view, body);
}

function reportTest(name: string, fn: () => Promise<void>): void {
  // The browser lives on between the tests.
  Deno.test({ name, fn, sanitizeOps: false, sanitizeResources: false });
}

for (const name of ["index", "01-shown"]) {
  reportTest(`${name}.html asks for itself and inline data only`, async () => {
    await withPage(name, {}, async (opened) => {
      assertAskedNobody(opened, `${dir}/report/${name}.html`);
      await assertChartsDrawn(opened.page);
    });
  });
}

reportTest(
  "a page whose outputs reach for the network gets nothing",
  async () => {
    await withPage("02-reaches", {}, async ({ page, complaints }) => {
      await page.waitForTimeout(500);
      // The browser says that it refused; without that this proves nothing.
      assert(complaints.length >= 5, complaints.join("\n"));
    });
    assertEquals(server.asked, []);
  },
);

reportTest("the switch shows all code and is remembered", async () => {
  await withPage("01-shown", {}, async ({ page }) => {
    const shown = () => page.locator("details.source[open]").count();
    const button = page.locator("#toggle");
    assertEquals([await shown(), await button.innerText()], [
      0,
      "Show the code",
    ]);
    await page.locator("#chart details.source summary").click();
    assertEquals(await shown(), 1);
    await button.click();
    assertEquals([await shown(), await button.innerText()], [
      3,
      "Hide the code",
    ]);
    await page.reload();
    assertEquals(await shown(), 3);
    await button.click();
    assertEquals(await shown(), 0);
  });
});

reportTest("a chart answers the mouse, a finger and the keyboard", async () => {
  await withPage("01-shown", {}, async ({ page, complaints }) => {
    await assertHints(page);
    const said = () =>
      page.evaluate(() =>
        getComputedStyle(document.activeElement!, "::after").content
      );
    const [first, second] = await page.locator("a.hint").all();
    await first!.click();
    assertStringIncludes(await said(), "Company 4: ");
    await page.keyboard.press("Tab");
    assertStringIncludes(await said(), "Company 3: ");
    assert(await second!.evaluate((one) => one === document.activeElement));
    await page.locator(".chart-rows summary").click();
    assert(await page.locator(".chart-rows td").first().isVisible());
    assertEquals(complaints, []);
  });
});

reportTest("pages and contents lead where they say", async () => {
  await withPage("index", {}, async ({ page }) => {
    await page.getByRole("link", { name: "Shown" }).click();
    await page.getByRole("link", { name: "Of many rows" }).click();
    assertEquals(new URL(page.url()).hash, "#w");
    const top = await page.locator("#w").evaluate((element) =>
      element.getBoundingClientRect().top
    );
    assert(Math.abs(top) < 100, `the heading stands at ${top}`);
    await page.getByRole("link", { name: "Next", exact: true }).click();
    assertEquals(await page.locator("h1").innerText(), "Reaches");
  });
});

reportTest("light and dark follow the reader's choice", async () => {
  const colours = new Set<string>();
  for (const scheme of ["light", "dark"] as const) {
    await withPage("01-shown", { scheme }, async ({ page }) => {
      const [ground = "", ink = ""] = await page.evaluate(() => {
        const { backgroundColor, color } = getComputedStyle(document.body);
        return [backgroundColor, color];
      });
      const brightness = (colour: string) =>
        (colour.match(/\d+/g) ?? []).slice(0, 3)
          .reduce((sum, part) => sum + Number(part), 0);
      const contrast = brightness(ground) - brightness(ink);
      assert(scheme === "light" ? contrast > 450 : contrast < -450, ground);
      colours.add(ground);
    });
  }
  assertEquals(colours.size, 2);
});

reportTest(
  "a narrow screen scrolls tables and charts, not the page",
  async () => {
    await withPage(
      "01-shown",
      { width: 390 },
      async ({ page }) => {
        await assertNotTooWide(page);
        await assertHints(page);
      },
    );
  },
);

for (const name of ["index", "01-shown"]) {
  reportTest(`${name}.html fits a desk, a tablet and a phone`, async () => {
    for (const width of [1440, 1024, 390]) {
      for (const scheme of ["light", "dark"] as const) {
        await withPage(name, { width, scheme }, async ({ page }) => {
          await assertNotTooWide(page);
          await assertStandsOut(page, 4.5);
        });
      }
    }
  });
}

reportTest("Tab leads through a page, and every stop shows", async () => {
  for (const width of [1280, 390]) {
    await withPage("01-shown", { width }, async ({ page }) => {
      const stops = await tabThrough(page);
      assertEquals(stops.filter(({ isMarked }) => !isMarked), []);
      const named = (element: string) =>
        stops.filter((stop) => stop.element === element);
      const marks = named("a.hint");
      assertEquals(marks.length, 5);
      for (const { name, said } of marks) assertEquals(said, `"${name}"`);
      assert(named("summary").some(({ name }) => name === "Data"));
      assert(named("button").length > 0, JSON.stringify(stops));
      assert(named("a").some(({ name }) => name === "Next"));
    });
  }
});

reportTest("print shows no code and cuts nothing off", async () => {
  await withPage("01-shown", { width: 690 }, async ({ page }) => {
    assertNotEquals(await clipped(page), []);
    await page.emulateMedia({ media: "print" });
    assertEquals(await clipped(page), []);
    for (
      const selector of [
        ...["#toggle", "details.source", ".chart-rows", "footer", ".crumbs"],
      ]
    ) {
      assert(await page.locator(selector).first().isHidden(), selector);
    }
    const shown = page.locator("table:not(.chart-rows table)").first();
    assert(await shown.isVisible());
  });
});

reportTest(
  "printPage() writes a PDF that names no folder of this machine",
  async () => {
    const pdf = await printPage(program, `${dir}/report/01-shown.html`);
    const bytes = await Deno.readFile(pdf);
    const text = new TextDecoder("latin1").decode(bytes);
    assert(text.startsWith("%PDF-"), text.slice(0, 20));
    assert(bytes.length > 20_000, `${bytes.length} bytes`);
    assert(!text.includes("file://"), "it links to a file");
    const left = [...Deno.readDirSync(`${dir}/report`)].map(({ name }) => name);
    assertEquals(left.filter((name) => name.includes("print")), []);
  },
);
