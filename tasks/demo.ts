import {
  parseMillions,
  PROJECT_DIR,
  settings,
  stateDir,
} from "../lib/core/settings.ts";
import { takeLock } from "../lib/core/lock.ts";
import { interruptSignal } from "../lib/core/interrupt.ts";
import { formatBytes, formatNumber } from "../lib/core/format.ts";
import { catalog } from "../lib/catalog/config.ts";
import { loadTable } from "../lib/catalog/tables.ts";
import { chooseStack } from "../stack/mod.ts";
import { trainInBackground } from "../stack/local/training.ts";
import { useSpark } from "../stack/tools.ts";
import { notebookPaths } from "./notebooks/paths.ts";
import { command, main, shown } from "./terminal/cli.ts";
import { reportOn } from "./report/main.ts";
import {
  printTimes,
  requireFinished,
  runNotebooks,
} from "./notebooks/summaries.ts";

await main(
  command("demo", "Everything: the stack, notebooks 01 to 05, and the report.")
    .option("--rows <millions>", "trips, in millions; default: ROWS, or 1")
    .option("--all", "the notebooks about Iceberg too")
    .option(
      "--stack <name>",
      "docker, local or remote; default: the one that fits",
    )
    .option("--store <name>", "the docker stack's: aistor or seaweedfs")
    .option("--spark <version>", "the Spark that jobs run on: 3.5 or 4.1")
    .action(
      async (
        options: {
          rows?: string;
          all?: boolean;
          stack?: string;
          store?: string;
          spark?: string;
        },
      ) => {
        const rows = parseMillions(options.rows ?? String(settings().rows));
        using _lock = takeLock(
          `${stateDir()}/demo.lock`,
          "Cannot start the demo",
          "another demo of this folder",
        );
        const started = performance.now();
        // One from here on: a stop between two steps ends the demo, too.
        const signal = interruptSignal();
        const { stack, reason } = await chooseStack(
          options.stack,
          options.store,
        );
        console.log(`Stack: ${stack.name} (${reason})`);
        await stack.up(shown(options.store));
        await useSpark(options.spark, shown());
        const ready = performance.now();
        const executed = await runNotebooks(
          options.all ? await notebookPaths() : ["01", "02", "03", "04", "05"],
          { env: { ROWS: String(rows / 1e6) }, signal },
        );
        const index = await reportOn(executed);
        requireFinished(
          executed,
          () => `the report up to there is ${index}`,
        );
        const { namespace, table } = settings();
        const { currentSnapshot } = await loadTable(
          catalog(),
          namespace,
          table,
        );
        printTimes(executed);
        const services = await stack.status();
        const memory = services.reduce(
          (sum, { memory = 0 }) => sum + memory,
          0,
        );
        const seconds = (from: number, to = performance.now()) =>
          ((to - from) / 1000).toFixed(1);
        console.log(`
Rows        ${formatNumber(rows)}
Stack       ${stack.name}, up after ${seconds(started, ready)} s, ${
          formatBytes(memory)
        } in memory
Snapshot    ${currentSnapshot?.id} of ${namespace}.${table}
Report      ${index.replace(`${PROJECT_DIR}/`, "")}
Total       ${seconds(started)} s

Step through the notebooks: deno task lab
Stop the stack:             deno task down`);
        if (stack.name === "local" && await trainInBackground()) {
          console.log("\nIn idle time the next start is made quicker.");
        }
      },
    ),
);
