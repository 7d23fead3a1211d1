/**
 * The Stop button: what is pressed, and what must have ended.
 *
 * @module
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Locator, Page } from "playwright-core";
import { settings } from "../../lib/core/settings.ts";
import { cellWith, outputsOf, press, runEnds, start } from "./notebook_page.ts";

/** Presses Stop; seconds until the kernel waits for the next cell. */
export async function stop(page: Page): Promise<number> {
  const pressed = performance.now();
  await press(page, "interrupt");
  await runEnds(page);
  return (performance.now() - pressed) / 1000;
}

/** Fails unless a cell's bar and its error, one sentence, say that it ended. */
export async function assertSaysStopped(cell: Locator): Promise<void> {
  const outputs = await outputsOf(cell);
  assertEquals(
    outputs.filter((text) => text.includes("Stopped by the user")).length,
    1,
    outputs.join("\n"),
  );
  assertMatch(outputs[0]!, /^(Query cancelled|Ingest stopped) · /);
  const error = outputs.at(-1)!;
  assertMatch(error, /^(Stack trace:\s+)?AbortError: Stopped by the user$/);
}

/** Processes of this machine with this text in their command. */
export async function processesWith(text: string): Promise<string[]> {
  const { stdout } = await new Deno.Command("ps", { args: ["-eo", "args"] })
    .output();
  return new TextDecoder().decode(stdout).split("\n")
    .filter((line) => line.includes(text) && !line.includes("ps -eo"));
}

/** Processes of an ingest into the lane's namespace. */
export const ingests = () =>
  processesWith(`--namespace ${settings().namespace} --table`);

/** Waits until something is so, and fails when that takes too long. */
export async function until(
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

/** Runs notebook 04's first cell; Spark is at work when this resolves. */
export async function startIngest(page: Page): Promise<Locator> {
  const cell = await cellWith(page, "await ingest()");
  await start(cell);
  await cell.getByText("Spark is starting").waitFor();
  // spark-submit, and the driver's Python inside it.
  await until("Spark runs", 60, async () => (await ingests()).length > 1);
  await page.waitForTimeout(1_000);
  return cell;
}
