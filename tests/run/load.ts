/**
 * Much at once, and much of everything, on a test stack: the figures of many at
 * once are of its whole form.
 *
 * @module
 */

import { command, main } from "../../tasks/terminal/cli.ts";
import { testFlags } from "../../tasks/dev/import_map.ts";
import { writePage } from "../load/figures.ts";
import { TEST_ENV, TEST_STATE, withTestStack } from "./stack.ts";
import { conclude, type Counted, runSuite } from "./suite.ts";

interface Options {
  minutes: string;
  filter?: string;
  page?: boolean;
}

await main(
  command("test:load", "Loads a test stack; nothing is lost, memory is flat.")
    .option("--minutes <number>", "how long 32 writers write", "10")
    .option("--filter <text>", "only tests with this in their name")
    .option("--page", "also write the figures into docs/figures.md")
    .action(async (options: Options) => {
      let counted: Counted = { passed: 0, failed: 1 };
      await withTestStack(async () => {
        counted = await runSuite(`${TEST_STATE}/load.xml`, [
          "-A",
          ...await testFlags(TEST_STATE),
          ...options.filter ? ["--filter", options.filter] : [],
          "tests/load",
        ], { ...TEST_ENV, LOAD_MINUTES: options.minutes });
        for (const [name, value] of Object.entries(TEST_ENV)) {
          Deno.env.set(name, value);
        }
        if (options.page) await writePage();
      });
      conclude(counted);
    }),
);
