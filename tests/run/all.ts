/**
 * Runs every test: units and examples, then what needs a running stack on ports
 * and in a folder of its own, so that a running demo is not disturbed.
 *
 * @module
 */

import { browserSuite } from "./browser_suite.ts";
import { command, main } from "../../tasks/terminal/cli.ts";
import { testFlags } from "../../tasks/dev/import_map.ts";
import { conclude, type Counted, runSuite } from "./suite.ts";
import { TEST_ENV, TEST_STATE, withTestStack } from "./stack.ts";

interface TestOptions {
  unit?: boolean;
  filter?: string;
  browser?: boolean;
  keep?: boolean;
  all?: boolean;
}

await main(
  command("test", "Runs every test; ends with the line N passed, N failed.")
    .option("--unit", "only what needs no stack")
    .option("--filter <text>", "only tests with this in their name")
    .option(
      "--all",
      "also what takes minutes each: the bench, odd trips, a second Spark",
    )
    .option("--browser", "JupyterLab in a browser too, or fail")
    .option("--no-browser", "leave that out; default: when one is installed")
    .option("--keep", "leave the test stack running")
    .action(async (options: TestOptions) => {
      const flags = ["-A", ...await testFlags(TEST_STATE)];
      if (options.filter) flags.push("--filter", options.filter);
      const total = { passed: 0, failed: 0 };
      const add = ({ passed, failed }: Counted) => {
        total.passed += passed;
        total.failed += failed;
      };
      const suite = async (name: string, args: string[]) => {
        const report = `${TEST_STATE}/${name}.xml`;
        const env = { ...TEST_ENV, TEST_ALL: options.all ? "1" : "" };
        add(await runSuite(report, [...flags, ...args], env));
      };
      await suite("unit", ["--doc", "lib", "lab", "stack", "tasks", "bench"]);
      if (!options.unit) {
        await withTestStack(async () => {
          await suite("integration", [
            "--ignore=tests/docker,tests/cluster,tests/browser,tests/seaweedfs,tests/faults",
            "tests",
          ]);
          // These build on each other; a filter would tear them apart.
          if (options.filter || options.browser === false) return;
          const counted = await browserSuite(TEST_STATE, TEST_ENV);
          if (counted) add(counted);
          else if (options.browser) add({ passed: 0, failed: 1 });
        }, options);
      }
      conclude(total);
    }),
);
