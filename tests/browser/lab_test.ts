// JupyterLab in a real browser: what a person presses, and what they see.
import {
  assert,
  assertEquals,
  assertGreaterOrEqual,
  assertLessOrEqual,
  assertMatch,
  assertNotEquals,
} from "@std/assert";
import type { Locator, Page } from "playwright-core";
import { settings } from "../../lib/config.ts";
import { codeCells, readNotebook } from "../../lib/notebook.ts";
import { notebookPaths, runNotebook } from "../../lib/stack/notebooks.ts";
import { query } from "../../lib/trino.ts";
import {
  accept,
  addCell,
  allCellsRan,
  cellWith,
  charts,
  edit,
  errors,
  faintTexts,
  openNotebook,
  outputsOf,
  press,
  run,
  runAll,
  runEnds,
  scrollToTop,
  start,
  tables,
  theme,
  watchBar,
} from "./notebook_page.ts";
import { pixels } from "./pixels.ts";
import { labTest, shot } from "./session.ts";

/** What each notebook shows at least. */
const SHOWN = {
  "01-setup": { charts: 0, tables: 4 },
  "02-generate": { charts: 2, tables: 3 },
  "03-upload": { charts: 0, tables: 1 },
  "04-ingest": { charts: 0, tables: 3 },
  "05-analyze": { charts: 9, tables: 5 },
};
const ANALYZE = "notebooks/05-analyze.ipynb";
const INGEST = "notebooks/04-ingest.ipynb";
/** Longest time from Stop to a kernel that takes the next cell. */
const STOP_SECONDS = 2;

/** Fails unless every chart shows, by its pixels on the screen. */
async function assertChartsDrawn(page: Page, least: number): Promise<void> {
  const all = await charts(page).all();
  assertGreaterOrEqual(all.length, least);
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
  const all = await tables(page);
  assertGreaterOrEqual(all.length, least);
  for (const { rows, height } of all) assert(rows > 0 && height > 20);
}

async function assertNoErrors(page: Page): Promise<void> {
  assertEquals(await errors(page), []);
}

/** Presses Stop; seconds until the kernel waits for the next cell. */
async function stop(page: Page): Promise<number> {
  const pressed = performance.now();
  await press(page, "interrupt");
  await runEnds(page);
  return (performance.now() - pressed) / 1000;
}

/** Fails unless the error of a cell is one sentence. */
async function assertSaysStopped(cell: Locator): Promise<void> {
  const outputs = await outputsOf(cell);
  assertEquals(
    outputs.filter((text) => text.includes("Stopped by the user")).length,
    1,
    outputs.join("\n"),
  );
  const error = outputs.at(-1)!;
  assertMatch(error, /^(Stack trace:\s+)?AbortError: Stopped by the user$/);
}

async function processesWith(text: string): Promise<string[]> {
  const { stdout } = await new Deno.Command("ps", { args: ["-eo", "args"] })
    .output();
  return new TextDecoder().decode(stdout).split("\n")
    .filter((line) => line.includes(text) && !line.includes("ps -eo"));
}

const ingests = () =>
  processesWith(`--namespace ${settings().namespace} --table`);

async function until(
  what: string,
  seconds: number,
  isSo: () => Promise<boolean>,
): Promise<void> {
  const end = performance.now() + seconds * 1000;
  while (!await isSo()) {
    assert(performance.now() < end, `not within ${seconds} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

labTest("a blank picture does not pass as a chart", async ({ page }) => {
  await page.goto("about:blank");
  const { ink, colours } = await pixels(page, await page.screenshot());
  assertEquals([ink, colours], [0, 1]);
});

for (const [name, least] of Object.entries(SHOWN)) {
  labTest(`notebook ${name} runs with Run All, and shows what it has`, async ({ page, lab }) => {
    await openNotebook(page, lab, `notebooks/${name}.ipynb`);
    const bars = await watchBar(page.locator(".jp-CodeCell").first());
    await runAll(page);
    console.log(await bars());
    await assertNoErrors(page);
    await assertTablesShow(page, least.tables);
    await assertChartsDrawn(page, least.charts);
    if (least.charts > 0) {
      await charts(page).first().scrollIntoViewIfNeeded();
      await shot(page, `${name} chart`);
    }
    await scrollToTop(page);
    await shot(page, `${name} top`);
  });
}

labTest("a changed query changes its table, and the chart below", async ({ page, lab }) => {
  const cell = await cellWith(page, "const most = 10");
  const chart = charts(page).first();
  const drawn = await chart.getAttribute("src");
  const rows = cell.locator(".jp-OutputArea-output tbody tr");
  assertEquals(await rows.count(), 10);
  const source = codeCells(await readNotebook(`${lab.dir}/${ANALYZE}`))
    .find(({ source }) => source.includes("const most = 10"))!.source;
  await edit(cell, source.replace("most = 10", "most = 3"));
  await run(cell);
  assertEquals(await rows.count(), 3);
  await run(await cellWith(page, "barChart(companies.rows"));
  assertNotEquals(await chart.getAttribute("src"), drawn);
  await assertNoErrors(page);
});

labTest("the kernel restarts, and Run All works again", async ({ page }) => {
  await press(page, "restart-and-run");
  await accept(page);
  await allCellsRan(page);
  await assertNoErrors(page);
  await assertChartsDrawn(page, SHOWN["05-analyze"].charts);
});

labTest("tables, bars and charts are readable on a dark page", async ({ page, lab }) => {
  await theme(page, "JupyterLab Dark");
  await assertChartsDrawn(page, SHOWN["05-analyze"].charts);
  for (const name of Object.keys(SHOWN)) {
    await openNotebook(page, lab, `notebooks/${name}.ipynb`);
    console.log(name, await faintTexts(page));
  }
  await theme(page, "JupyterLab Light");
});

labTest("Stop ends a long query, here and in Trino, and the kernel goes on", async ({ page }) => {
  await run(await addCell(page, "const kept = 41;"));
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
  assertLessOrEqual(await stop(page), STOP_SECONDS);
  await assertSaysStopped(long);
  await long.locator(".jp-OutputArea").scrollIntoViewIfNeeded();
  await shot(page, "long query stopped");
  await until("the query is cancelled in Trino", STOP_SECONDS, async () =>
    (await inTrino()).every(({ state, error_code }) =>
      state === "FAILED" && error_code === "USER_CANCELED"
    ));
  const next = await addCell(
    page,
    `[kept + 1, (await ask("SELECT 7 AS n")).first.n].join()`,
  );
  await run(next);
  assertEquals(await outputsOf(next), [`"42,7"`]);
});

labTest("Stop during an ingest ends spark-submit, and the table stays", async ({ page, lab }) => {
  const count = async () =>
    (await query("SELECT count(*) AS n FROM taxi_trips")).first.n;
  const before = await count();
  await openNotebook(page, lab, INGEST);
  const cell = await cellWith(page, "await ingest()");
  await start(cell);
  await cell.getByText(" tasks").waitFor({ timeout: 60_000 });
  await shot(page, "ingest runs");
  assert((await ingests()).length > 0);
  const seconds = await stop(page);
  console.log({ seconds, left: await ingests() });
  await assertSaysStopped(cell);
  await shot(page, "ingest stopped");
  assertEquals(await ingests(), []);
  assertEquals(await count(), before);
  await run(cell);
  await assertNoErrors(page);
});

labTest("a kernel that restarts during an ingest leaves no spark-submit behind", async ({ page }) => {
  await start(await cellWith(page, "await ingest()"));
  await until("spark-submit runs", 20, async () => (await ingests()).length > 0);
  await press(page, "restart");
  await accept(page);
  await until("spark-submit has ended", 10, async () => (await ingests()).length === 0);
});

labTest("charts and tables show in a notebook that is not trusted", async ({ page, lab }) => {
  const [path] = await notebookPaths(["05"]);
  const { fault } = await runNotebook(path!, { dir: `${lab.dir}/executed` });
  assertEquals(fault, undefined);
  await openNotebook(page, lab, "executed/05-analyze.ipynb");
  await page.locator("#jp-main-statusbar").getByTitle("not trusted").waitFor({timeout:2000}).catch(console.log);
  await assertChartsDrawn(page, SHOWN["05-analyze"].charts);
  await assertTablesShow(page, SHOWN["05-analyze"].tables);
  await shot(page, "not trusted");
});
