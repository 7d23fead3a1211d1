/**
 * Tests the notebooks in JupyterLab with a real browser, as `deno task test`
 * does at its end.
 *
 * @module
 */

import { stateDir } from "../../lib/core/settings.ts";
import { laneChromium } from "../browser/chromium.ts";
import { browserSuite } from "./browser_suite.ts";
import { command, main } from "../../tasks/terminal/cli.ts";
import { conclude } from "./suite.ts";
import { TEST_ENV, TEST_STATE, withTestStack } from "./stack.ts";

await main(
  command("test:browser", "Tests the notebooks in JupyterLab, in a browser.")
    .option("--running", "on the running stack, with names of its own")
    .option("--keep", "leave the test stack running")
    .action(async (options: { running?: boolean; keep?: boolean }) => {
      const lane = async (state: string, env: Record<string, string> = {}) => {
        const counted = await browserSuite(state, env);
        if (counted) conclude(counted);
      };
      // Without a browser no stack is started either.
      const found = await laneChromium().catch((error: Error) => error);
      if (options.running || !("path" in found)) {
        return await lane(stateDir());
      }
      await withTestStack(() => lane(TEST_STATE, TEST_ENV), options);
    }),
);
