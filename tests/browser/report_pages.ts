/**
 * The report of the notebooks, made as `deno task report` makes it, and looked
 * at page by page.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import type { Browser } from "playwright-core";
import { stateDir } from "../../lib/core/settings.ts";
import { findNotebooks } from "../../tasks/notebooks/paths.ts";
import { runNotebook } from "../../tasks/notebooks/run.ts";
import { python } from "../../stack/install/python.ts";
import { writeReport } from "../../tasks/report/report.ts";
import { recordRun, runFacts } from "../../tasks/report/run_facts.ts";
import {
  assertAskedNobody,
  assertChartsDrawn,
  assertNotTooWide,
  assertStandsOut,
  clipped,
  withReportPage,
} from "./report_page.ts";

/** Width of a phone's window. */
const NARROW = 390;
/** Width of a printed page, about. */
const PAPER = 690;

/** Runs notebooks into `dir`; returns the folder of the pages, an artefact. */
export async function reportOf(
  names: string[],
  dir: string,
): Promise<string> {
  const notebooks: string[] = [];
  for (const source of await findNotebooks(names)) {
    const started = new Date();
    const { path, fault } = await runNotebook(source, { dir });
    assertEquals(fault, undefined);
    await recordRun(path, await runFacts(started));
    notebooks.push(path);
  }
  const outDir = `${stateDir()}/artefacts/report`;
  await writeReport({ notebooks, outDir, python: await python() });
  return outDir;
}

/**
 * Fails unless each page can be read on a light and a dark screen, on a phone
 * and on paper, and asks nobody for anything; keeps pictures beside the pages.
 */
export async function assertReadsWell(
  browser: Browser,
  dir: string,
  names: string[],
  leastContrast: number,
): Promise<void> {
  for (const name of names) {
    const path = `${dir}/${name}.html`;
    await withReportPage(browser, path, {}, async (opened) => {
      const { page } = opened;
      const shot = (form: string) =>
        page.screenshot({ path: `${dir}/${name}-${form}.png`, fullPage: true });
      assertAskedNobody(opened, path);
      await assertChartsDrawn(page);
      for (const scheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme: scheme });
        await assertStandsOut(page, leastContrast);
        await shot(scheme);
      }
      await page.emulateMedia({ colorScheme: "light" });
      await page.setViewportSize({ width: NARROW, height: 900 });
      await assertNotTooWide(page);
      await shot("narrow");
      await page.emulateMedia({ media: "print" });
      await page.setViewportSize({ width: PAPER, height: 900 });
      assertEquals(await clipped(page), [], name);
      await shot("print");
    });
  }
}

/** The pictures that the README and docs/reports.md show of a page. */
export async function readmePictures(
  browser: Browser,
  path: string,
): Promise<void> {
  for (const scheme of ["light", "dark"] as const) {
    const view = { scheme, width: 1240, height: 1400, scale: 0.75 };
    await withReportPage(browser, path, view, async ({ page }) => {
      if (scheme === "dark") {
        await page.locator("nav").getByRole("link", { name: /^2 / }).click();
      }
      const dir = path.slice(0, path.lastIndexOf("/"));
      await page.screenshot({ path: `${dir}/readme-${scheme}.png` });
    });
  }
}
