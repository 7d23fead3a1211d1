/**
 * What a person does with a notebook in JupyterLab, and what they see.
 *
 * @module
 */

import type { Locator, Page } from "playwright-core";
import type { Lab } from "./lab.ts";

/** Longest time for a whole notebook, in milliseconds. */
const RUN_MS = 180_000;

const ERROR = '[data-mime-type="application/vnd.jupyter.error"]';
const STDERR = '[data-mime-type="application/vnd.jupyter.stderr"]';

/** The indicator beside the kernel's name, when the kernel waits for work. */
async function kernelIsIdle(page: Page): Promise<void> {
  await page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]")
    .waitFor({ timeout: RUN_MS });
}

/** Ends every kernel, as the panel of running kernels does. */
async function endKernels(lab: Lab): Promise<void> {
  for (const { id } of await (await lab.api("sessions")).json()) {
    await (await lab.api(`sessions/${id}`, "DELETE")).body?.cancel();
  }
}

/** Opens a notebook by its address, alone; its new kernel is ready afterwards. */
export async function openNotebook(
  page: Page,
  lab: Lab,
  notebook: string,
): Promise<void> {
  await page.goto("about:blank");
  await endKernels(lab);
  await page.goto(lab.address(notebook));
  // The notebook's own cells; before they come, an empty one stands there.
  await page.locator(".jp-Notebook .jp-MarkdownCell").first().waitFor();
  // The indicator shows idle before there is a kernel; the status bar does not.
  await page.locator("#jp-main-statusbar").getByText("Deno | Idle").waitFor();
}

/** Chooses an entry of a menu, such as `runmenu:run-all` in `Run`. */
export async function chooseMenu(
  page: Page,
  menu: string,
  command: string,
): Promise<void> {
  await page.locator(".lm-MenuBar-item").getByText(menu, { exact: true })
    .click();
  await page.locator(`.lm-Menu-item[data-command="${command}"]`).click();
}

/** Presses a button of the notebook's toolbar. */
export async function press(
  page: Page,
  button: "interrupt" | "restart" | "restart-and-run",
): Promise<void> {
  await page.locator(`.jp-NotebookPanel-toolbar [data-jp-item-name=${button}]`)
    .locator("jp-button, button").first().click();
}

/** Answers the question of a dialog with yes. */
export async function accept(page: Page): Promise<void> {
  await page.locator(".jp-Dialog .jp-mod-accept").click();
}

const codeCells = (page: Page) => page.locator(".jp-Notebook .jp-CodeCell");

async function noneWaits(page: Page, isNew: boolean): Promise<void> {
  await page.waitForFunction(
    (isNew) =>
      [...document.querySelectorAll(".jp-CodeCell .jp-InputPrompt")]
        .every(({ textContent }) =>
          isNew ? /\d/.test(textContent!) : !textContent!.includes("*")
        ),
    isNew,
    { timeout: RUN_MS, polling: 50 },
  );
  await kernelIsIdle(page);
}

/** Waits until a run that was started has ended. */
export async function runEnds(page: Page): Promise<void> {
  await noneWaits(page, false);
}

/** Run → Run All Cells, in a notebook that has not run yet; waits for the end. */
export async function runAll(page: Page): Promise<void> {
  await chooseMenu(page, "Run", "runmenu:run-all");
  await noneWaits(page, true);
}

/** Restarts the kernel and runs all cells by the toolbar; waits for the end. */
export async function restartAndRunAll(page: Page): Promise<void> {
  await press(page, "restart-and-run");
  await accept(page);
  await codeCells(page).last().locator(".jp-InputPrompt", { hasText: "*" })
    .waitFor();
  await runEnds(page);
}

/** The code cell whose text has `text`; it stays that cell when its text changes. */
export async function cellWith(page: Page, text: string): Promise<Locator> {
  const texts = await codeCells(page).locator(".jp-InputArea-editor")
    .allTextContents();
  const index = texts.findIndex((one) => one.includes(text));
  if (index < 0) throw new Error(`No cell has ${JSON.stringify(text)}`);
  return codeCells(page).nth(index);
}

/** The number in the brackets beside a cell: how many ran before it. */
async function promptOf(cell: Locator): Promise<string> {
  return (await cell.locator(".jp-InputPrompt").textContent() ?? "").trim();
}

/** Puts `source` in the place of a cell's text. */
export async function edit(cell: Locator, source: string): Promise<void> {
  const { keyboard } = cell.page();
  await cell.locator(".cm-content").click();
  await keyboard.press("Control+a");
  // As pasted; typed brackets would bring their partners.
  await keyboard.insertText(source);
}

/** Starts a cell with Ctrl+Enter; it runs when this resolves. */
export async function start(cell: Locator): Promise<void> {
  const page = cell.page();
  const before = await promptOf(cell);
  await cell.locator(".cm-content").click();
  await page.keyboard.press("Control+Enter");
  for (let i = 0; i < 200 && await promptOf(cell) === before; i++) {
    await page.waitForTimeout(20);
  }
}

/** Runs a cell with Ctrl+Enter to its end. */
export async function runCell(cell: Locator): Promise<void> {
  await start(cell);
  await runEnds(cell.page());
}

/** Adds a code cell at the end. */
export async function addCell(page: Page, source: string): Promise<Locator> {
  await page.locator(".jp-Notebook .jp-Cell").last().locator(".jp-InputPrompt")
    .click();
  await page.keyboard.press("Escape");
  await page.keyboard.press("b");
  const cell = codeCells(page).nth(await codeCells(page).count() - 1);
  await edit(cell, source);
  return cell;
}

/**
 * Follows the progress bar of a cell that is about to run; the result tells
 * every text it had, and the most bars that stood there at once.
 */
export async function watchBar(
  cell: Locator,
): Promise<() => Promise<{ texts: string[]; bars: number }>> {
  const watched = await cell.evaluateHandle((node) => {
    const seen = { texts: [] as string[], bars: 0 };
    new MutationObserver(() => {
      const bars = [...node.querySelectorAll(".jp-OutputArea-output")]
        .filter((output) => output.querySelector('div[style*="height:6px"]'));
      seen.bars = Math.max(seen.bars, bars.length);
      const text = bars.at(-1)?.textContent?.trim();
      if (text && text !== seen.texts.at(-1)) seen.texts.push(text);
    }).observe(node, { childList: true, subtree: true, characterData: true });
    return seen;
  });
  return () => watched.jsonValue();
}

/** What a cell shows, one text for each output. */
export async function outputsOf(cell: Locator): Promise<string[]> {
  return (await cell.locator(".jp-OutputArea-output").allTextContents())
    .map((text) => text.trim());
}

/** Errors, and lines on standard error, that the notebook shows. */
export async function errors(page: Page): Promise<string[]> {
  return await page.locator(`${ERROR}, ${STDERR}`).allTextContents();
}

/** What JupyterLab itself asks or says on top of the notebook. */
export async function interruptions(page: Page): Promise<string[]> {
  return await page.locator(".jp-Dialog, .Toastify__toast").allTextContents();
}

/** The image of every chart. */
export function charts(page: Page): Locator {
  return page.locator('.jp-OutputArea-output img[src^="data:image/svg"]');
}

/** Every table of an output, but for those folded below charts. */
export function tables(page: Page): Locator {
  return page.locator(".jp-OutputArea-output table:not(.chart-rows table)");
}

/** How many rows tables have, and how high they stand. */
export function sizes(
  tables: Locator,
): Promise<{ rows: number; height: number }[]> {
  return tables.evaluateAll((all) =>
    all.map((table) => ({
      rows: table.querySelectorAll("tbody tr").length,
      height: table.getBoundingClientRect().height,
    }))
  );
}

/** Scrolls until a part of the notebook stands still within the window. */
export async function bringIntoView(part: Locator): Promise<void> {
  const page = part.page();
  const { height } = page.viewportSize()!;
  let before = "";
  for (let i = 0; i < 50; i++) {
    await part.scrollIntoViewIfNeeded();
    const box = await part.boundingBox();
    const isSeen = box && box.y >= 0 && box.y + box.height <= height;
    // Cells above come and go while it scrolls.
    if (isSeen && JSON.stringify(box) === before) return;
    before = JSON.stringify(box);
    await page.waitForTimeout(100);
  }
  throw new Error(`It does not come into view: ${before}`);
}

/** Scrolls to the notebook's first cell. */
export async function scrollToTop(page: Page): Promise<void> {
  await page.locator(".jp-Notebook .jp-Cell").first().evaluate((cell) =>
    cell.scrollIntoView({ block: "end" })
  );
  await page.waitForTimeout(300);
}

/** The system's light or dark, which JupyterLab follows. */
export async function tone(
  page: Page,
  colorScheme: "light" | "dark",
): Promise<void> {
  await page.emulateMedia({ colorScheme });
  await page.locator(`body[data-jp-theme-light="${colorScheme === "light"}"]`)
    .waitFor({ state: "attached" });
  // Its style sheet comes after its name.
  await page.waitForTimeout(500);
}
