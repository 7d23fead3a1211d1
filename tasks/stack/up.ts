import { LakehouseError } from "../../lib/core/errors.ts";
import { runningStack } from "../../lib/core/running_stack.ts";
import { forgetStack } from "../../stack/record.ts";
import { chooseStack } from "../../stack/mod.ts";
import { workerCount } from "../../stack/docker/workers.ts";
import { trainInBackground } from "../../stack/local/training.ts";
import { useSpark } from "../../stack/tools.ts";
import { command, main, shown } from "../terminal/cli.ts";

interface UpTaskOptions {
  stack?: string;
  store?: string;
  spark?: string;
  workers?: string;
}

/** What cannot be read is written anew; the services are found without it. */
async function forgetDamagedRecord(): Promise<void> {
  try {
    runningStack();
  } catch (error) {
    if (!(error instanceof LakehouseError)) throw error;
    console.log(`${error.what}: ${error.why}; it is written anew`);
    await forgetStack();
  }
}

await main(
  command("up", "Starts a stack and waits until every service is healthy.")
    .option(
      "--stack <name>",
      "docker, local or remote; default: the one that fits",
    )
    .option("--store <name>", "the docker stack's: aistor or seaweedfs")
    .option(
      "--workers <number>",
      "the docker stack's, of Trino and of Spark each; default: as many as run",
    )
    .option("--spark <version>", "the Spark that jobs run on: 3.5 or 4.1")
    .action(async (options: UpTaskOptions) => {
      await forgetDamagedRecord();
      const workers = options.workers === undefined
        ? undefined
        : workerCount(options.workers);
      const { stack, reason } = await chooseStack(
        options.stack,
        options.store,
        workers,
      );
      console.log(`Stack: ${stack.name} (${reason})`);
      // Which keys are meant depends on it, before it is recorded.
      if (stack.name === "remote") Deno.env.set("STACK", stack.name);
      await stack.up({
        ...shown(options.store),
        ...workers === undefined ? {} : { workers },
      });
      await useSpark(options.spark, shown());
      if (stack.name === "local" && await trainInBackground()) {
        console.log("In idle time the next start is made quicker.");
      }
      console.log("Up. Stop with: deno task down");
    }),
);
