import { catalog } from "../lib/catalog/config.ts";
import { ensureWarehouse } from "../lib/catalog/warehouses.ts";
import { settings } from "../lib/core/settings.ts";
import { LakehouseError } from "../lib/core/errors.ts";
import { runningStackOf } from "../stack/mod.ts";
import { command, main } from "./cli.ts";
import {
  printSummaries,
  printTimes,
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
    const failed = executed.find(({ fault }) => fault);
    if (failed) {
      throw new LakehouseError({
        what: `Cannot finish ${failed.name}`,
        why: failed.fault ?? "",
        next: `its outputs are in ${failed.path}`,
      });
    }
  }),
);
