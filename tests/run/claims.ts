/**
 * Breaks each claim of the notebooks on purpose, and sees it fail.
 *
 * @module
 */

import { stateDir } from "../../lib/core/settings.ts";
import { command, main } from "../../tasks/terminal/cli.ts";
import { testFlags } from "../../tasks/dev/import_map.ts";
import { runNotebooks } from "../../tasks/notebooks/summaries.ts";
import { conclude, runSuite } from "./suite.ts";

const BEFORE = ["01", "02", "03", "04"];

await main(
  command(
    "test:claims",
    "Breaks each claim of the notebooks on the running stack, and sees it fail.",
  )
    .argument("[notebooks...]", "their numbers; default: all that have claims")
    .action(async (numbers: string[]) => {
      const executed = await runNotebooks(BEFORE);
      const fault = executed.find(({ fault }) => fault)?.fault;
      if (fault) throw new Error(fault);
      const state = stateDir();
      const files = numbers.map((number) => `tests/claims/${number}_test.ts`);
      const paths = files.length > 0 ? files : ["tests/claims"];
      conclude(
        await runSuite(
          `${state}/claims.xml`,
          ["-A", ...await testFlags(state), ...paths],
          { CLAIMS: "run" },
        ),
      );
    }),
);
