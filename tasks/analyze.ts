import { catalog } from "../lib/catalog/config.ts";
import { ensureWarehouse } from "../lib/catalog/warehouses.ts";
import { settings } from "../lib/core/settings.ts";
import { runningStackOf } from "../stack/mod.ts";
import { command, main } from "./terminal/cli.ts";
import {
  printSummaries,
  printTimes,
  requireFinished,
  runNotebooks,
} from "./notebooks/summaries.ts";

await main(
  command(
    "analyze",
    "Uploads, ingests and asks Trino: notebooks 03 to 05 on the running stack.",
  ).action(async () => {
    console.log(`Stack: ${runningStackOf().name} (${settings().trinoUri})`);
    // Which notebook 01 makes; nobody has to have run it.
    await ensureWarehouse(catalog());
    const executed = await runNotebooks(["03", "04", "05"]);
    await printSummaries(executed);
    printTimes(executed);
    requireFinished(executed, ({ path }) => `its outputs are in ${path}`);
  }),
);
