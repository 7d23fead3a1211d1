/**
 * The tests in `tests/browser`, where there is a browser to run them in.
 *
 * @module
 */

import { laneChromium } from "../browser/chromium.ts";
import { testFlags } from "../../tasks/dev/import_map.ts";
import { type Counted, runSuite } from "./suite.ts";

/**
 * Tests JupyterLab on the running stack, in a namespace and a bucket of its
 * own; says why when there is no browser.
 *
 * @param state Folder for the report.
 * @param env Names the stack.
 */
export async function browserSuite(
  state: string,
  env: Record<string, string>,
): Promise<Counted | undefined> {
  const found = await laneChromium().catch((error: Error) => error);
  if (found instanceof Error) {
    console.error(`error: ${found.message}`);
    return { passed: 0, failed: 1 };
  }
  if ("skipped" in found) {
    console.log(`test:browser skipped: ${found.skipped}`);
    return undefined;
  }
  return await runSuite(`${state}/browser.xml`, [
    "-A",
    ...await testFlags(state),
    "tests/browser",
  ], { ...env, CHROMIUM: found.path });
}
