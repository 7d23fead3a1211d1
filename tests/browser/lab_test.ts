// JupyterLab in a real browser: what a person presses, and what they see.
import {
  assert,
  assertEquals,
  assertLessOrEqual,
  assertMatch,
  assertNotEquals,
} from "@std/assert";
import { dirname } from "node:path";
import type { Locator, Page } from "playwright-core";
import { codeCells, readNotebook } from "../../tasks/notebooks/document.ts";
import { query } from "../../lib/trino/client.ts";
import { faintTexts } from "./contrast.ts";
import {
  accept,
  addCell,
  bringIntoView,
  cellWith,
  charts,
  edit,
  errors,
  interruptions,
  openNotebook,
  outputsOf,
  press,
  restartAndRunAll,
  runAll,
  runCell,
  scrollToTop,
  sizes,
  start,
  tables,
  tone,
  watchBar,
} from "./notebook_page.ts";
import { pixels } from "./pixels.ts";
import { assertHints } from "./report_page.ts";
import { assertReadsWell, readmePictures, reportOf } from "./report_pages.ts";
import { labTest, shot } from "./session.ts";
import {
  assertSaysStopped,
  ingests,
  processesWith,
  startIngest,
  stop,
  until,
} from "./stopping.ts";

interface Shown {
  /** Charts, at least. */
  charts: number;
  /** Tables, at least. */
  tables: number;
  /** How the progress bar of the first cell ends. */
  bar?: RegExp;
}

const SHOWN: Record<string, Shown> = {
  "00-index": { charts: 0, tables: 1 },
  "01-setup": { charts: 0, tables: 4 },
  "02-generate": { charts: 2, tables: 1, bar: /^Generate .* trips in / },
  "03-upload": { charts: 0, tables: 1, bar: /^Upload .* files sent, / },
  "04-ingest": { charts: 0, tables: 4, bar: /^Ingest .* data files, / },
  "05-analyze": { charts: 9, tables: 5 },
};
const [LAST, ANALYZED] = Object.entries(SHOWN).at(-1)!;
const ANALYZE = `notebooks/${LAST}.ipynb`;
const INGEST = "notebooks/04-ingest.ipynb";
/** Longest time from Stop to a kernel that takes the next cell. */
const STOP_SECONDS = 2;
/** Contrast that WCAG asks of large texts. */
const LEAST_CONTRAST = 3;

/** Waits for so many of something: cells of an open notebook come bit by bit. */
async function atLeast(least: number, found: Locator): Promise<void> {
  if (least > 0) await found.nth(least - 1).waitFor({ state: "attached" });
}

/** Fails unless every chart shows, by its pixels on the screen. */
async function assertChartsDrawn(page: Page, least: number): Promise<void> {
  await atLeast(least, charts(page));
  const all = await charts(page).all();
  for (const [i, chart] of all.entries()) {
    const seen = await pixels(page, await chart.screenshot());
    const about = `chart ${i + 1}: ${JSON.stringify(seen)}`;
    assert(seen.width >= 300 && seen.height >= 60, about);
    assert(seen.colours >= 2 && seen.ink > 0.005, about);
    const { width, room } = await chart.evaluate((image) => ({
      width: image.getBoundingClientRect().width,
      room: image.closest(".jp-OutputArea-output")!.clientWidth,
    }));
    assertLessOrEqual(width, room, `chart ${i + 1} is cut`);
  }
}

async function assertTablesShow(page: Page, least: number): Promise<void> {
  await atLeast(least, tables(page));
  for (const { rows, height } of await sizes(tables(page))) {
    assert(rows > 0 && height > 20);
  }
}

async function assertNoErrors(page: Page): Promise<void> {
  assertEquals(await errors(page), []);
  assertEquals(await interruptions(page), []);
}

labTest("a blank picture does not pass as a chart", async ({ page }) => {
  await page.goto("about:blank");
  const { ink, colours } = await pixels(page, await page.screenshot());
  assertEquals([ink, colours], [0, 1]);
});

/** The notebook's top and a chart, as pictures, on a light and a dark page. */
async function assertReadable(page: Page, name: string): Promise<void> {
  for (const scheme of ["light", "dark"] as const) {
    await tone(page, scheme);
    assertEquals(await faintTexts(page, LEAST_CONTRAST), []);
    await scrollToTop(page);
    await shot(page, `${name} ${scheme}`);
    const chart = charts(page).first();
    if (await chart.count() === 0) continue;
    await bringIntoView(chart);
    await shot(page, `${name} ${scheme} chart`);
  }
  await tone(page, "light");
}

for (const [name, { charts, tables, bar }] of Object.entries(SHOWN)) {
  labTest(
    `notebook ${name} runs with Run All, and shows what it has, light and dark`,
    async ({ page, lab }) => {
      await openNotebook(page, lab, `notebooks/${name}.ipynb`);
      const watched = await watchBar(page.locator(".jp-CodeCell").first());
      await runAll(page);
      const { texts, bars } = await watched();
      await assertNoErrors(page);
      await assertTablesShow(page, tables);
      await assertChartsDrawn(page, charts);
      if (bar) {
        assertEquals(bars, 1, "a progress bar is one, and changes in place");
        assertMatch(texts.at(-1)!, bar);
      }
      await assertReadable(page, name);
    },
  );
}

labTest(
  "a changed query changes its table, and the chart below",
  async ({ page, lab }) => {
    const cell = await cellWith(page, "const most = 10");
    const chart = charts(page).first();
    const drawn = await chart.getAttribute("src");
    const rows = cell.locator(".jp-OutputArea-output tbody tr");
    assertEquals(await rows.count(), 10);
    const source = codeCells(await readNotebook(`${lab.dir}/${ANALYZE}`))
      .find(({ source }) => source.includes("const most = 10"))!.source;
    await edit(cell, source.replace("most = 10", "most = 3"));
    await runCell(cell);
    assertEquals(await rows.count(), 3);
    await runCell(await cellWith(page, "barChart(companies,"));
    assertNotEquals(await chart.getAttribute("src"), drawn);
    await assertNoErrors(page);
  },
);

labTest(
  "misspelt names, a missing await and a result that does not show say so, and help() answers",
  async ({ page }) => {
    const cell = await addCell(page, "");
    const says = async (source: string, ...said: RegExp[]) => {
      await edit(cell, source);
      await runCell(cell);
      const shown = (await outputsOf(cell)).join("\n");
      for (const each of said) assertMatch(shown, each, source);
    };
    await says("barChrat(companies)", /the nearest name is barChart/);
    await shot(page, "misspelt function");
    await says(
      `await ask("SELECT compny FROM taxi_trips")`,
      /the nearest name is company/,
    );
    await shot(page, "misspelt column");
    await says(
      `await ask("SELECT fare FROM taxi_trps")`,
      /the nearest name is taxi_trips/,
    );
    await says(`ask("SELECT 1 AS n")`, /write await/);
    await says(
      `const unshown = await ask("SELECT 1 AS n");`,
      /unshown holds .* end the cell with unshown to show it/,
    );
    await says(
      `await (await import("@lakehouse/lab")).help("barChart")`,
      /barChart/,
      /bars?/,
    );
  },
);

labTest("opening a notebook leaves it as it is", async ({ page, lab }) => {
  const path = `${lab.dir}/${INGEST}`;
  const before = await Deno.readTextFile(path);
  await openNotebook(page, lab, INGEST);
  // JupyterLab marks what is not saved; so long it would have noticed.
  await page.waitForTimeout(2_000);
  assertEquals(await page.locator(".jp-mod-dirty").count(), 0);
  assertEquals(await Deno.readTextFile(path), before);
  await addCell(page, "1");
  assertNotEquals(await page.locator(".jp-mod-dirty").count(), 0);
  await openNotebook(page, lab, ANALYZE);
  await runAll(page);
});

labTest("the kernel restarts, and Run All works again", async ({ page }) => {
  await restartAndRunAll(page);
  await assertNoErrors(page);
  await assertChartsDrawn(page, ANALYZED.charts);
});

labTest(
  "Stop ends a long query, here and in Trino, and the kernel goes on",
  async ({ page }) => {
    await runCell(await addCell(page, "const kept = 41;"));
    const mark = `stop_${Date.now()}`;
    const long = await addCell(
      page,
      `await ask(sql\`SELECT count(*) AS ${mark}
  FROM taxi_trips a CROSS JOIN taxi_trips b CROSS JOIN taxi_trips c
  WHERE a.fare + b.fare + c.fare < 0\`)`,
    );
    const inTrino = async () =>
      (await query(
        `SELECT state, error_code FROM system.runtime.queries
       WHERE query LIKE '%${mark}%' AND query NOT LIKE '%runtime.queries%'`,
      )).rows;
    await start(long);
    await long.getByText(" splits").waitFor({ timeout: 20_000 });
    assertEquals((await inTrino()).map(({ state }) => state), ["RUNNING"]);
    await page.waitForTimeout(2_000);
    await long.scrollIntoViewIfNeeded();
    await shot(page, "long query");
    const seconds = await stop(page);
    assertLessOrEqual(seconds, STOP_SECONDS);
    await assertSaysStopped(long);
    await bringIntoView(long.locator(".jp-OutputArea"));
    await shot(page, "long query stopped");
    await until(
      "the query is cancelled in Trino",
      STOP_SECONDS,
      async () =>
        (await inTrino()).every(({ state, error_code }) =>
          state === "FAILED" && error_code === "USER_CANCELED"
        ),
    );
    const next = await addCell(
      page,
      `[kept + 1, (await ask("SELECT 7 AS n")).first.n].join()`,
    );
    await runCell(next);
    assertEquals(await outputsOf(next), [`"42,7"`]);
  },
);

labTest(
  "Stop during an ingest ends spark-submit, and the table stays",
  async ({ page, lab }) => {
    const snapshots = async () =>
      (await query('SELECT count(*) AS n FROM "taxi_trips$snapshots"')).first.n;
    const before = await snapshots();
    await openNotebook(page, lab, INGEST);
    const cell = await startIngest(page);
    await shot(page, "ingest runs");
    assertLessOrEqual(await stop(page), STOP_SECONDS);
    assertEquals(await ingests(), []);
    await assertSaysStopped(cell);
    await shot(page, "ingest stopped");
    assertEquals(await snapshots(), before);
  },
);

labTest(
  "a kernel that restarts during an ingest leaves no spark-submit behind",
  async ({ page }) => {
    await startIngest(page);
    await press(page, "restart");
    await accept(page);
    await until(
      "spark-submit has ended",
      10,
      async () => (await ingests()).length === 0,
    );
    const next = await addCell(page, "6 * 7");
    await runCell(next);
    assertMatch((await outputsOf(next)).join(), /42/);
    await assertNoErrors(page);
  },
);

labTest(
  "what is in a table of one's own shows with Run All, light and dark, on three widths",
  async ({ page, lab }) => {
    await openNotebook(page, lab, "notebooks/14-your-data.ipynb");
    await runAll(page);
    await assertNoErrors(page);
    await assertChartsDrawn(page, 2);
    const { width, height } = page.viewportSize()!;
    // Puts the list of files away, as one does on a phone.
    await page.keyboard.press("Control+b");
    for (const narrow of [1440, 1024, 390]) {
      await page.setViewportSize({ width: narrow, height });
      await assertReadable(page, `14-your-data ${narrow}`);
    }
    await page.setViewportSize({ width, height });
  },
);

labTest(
  "the report of what runs without a browser reads well in every form",
  async ({ page, lab }) => {
    const numbers = Object.keys(SHOWN).filter((name) => name !== "00-index");
    const dir = await reportOf(numbers, `${lab.dir}/executed`);
    await assertReadsWell(page.context().browser()!, dir, [
      "index",
      ...numbers,
    ], LEAST_CONTRAST);
    await readmePictures(page.context().browser()!, `${dir}/${LAST}.html`);
  },
);

labTest(
  "charts and tables show in a notebook that is not trusted",
  async ({ page, lab }) => {
    await openNotebook(page, lab, `executed/${LAST}.ipynb`);
    assertMatch(lab.log(), new RegExp(`executed/${LAST}.ipynb is not trusted`));
    await assertChartsDrawn(page, ANALYZED.charts);
    await assertTablesShow(page, ANALYZED.tables);
    await assertHints(page);
    await shot(page, "not trusted");
  },
);

labTest(
  "what ends deno task lab ends JupyterLab and its kernels",
  async ({ lab }) => {
    const home = `${dirname(lab.dir)}/`;
    const before = await processesWith(home);
    assert(
      before.some((line) => line.includes("jupyter-lab")),
      before.join("\n"),
    );
    assert(before.some((line) => line.includes("--kernel")), before.join("\n"));
    await lab.stop();
    await until(
      "all have ended",
      5,
      async () => (await processesWith(home)).length === 0,
    );
  },
);
