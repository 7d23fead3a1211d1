import { interruptSignal } from "../../lib/core/interrupt.ts";
import { currentStack } from "../../stack/mod.ts";
import { command, main } from "../terminal/cli.ts";

await main(
  command("logs", "Shows the end of a service's log.")
    .argument("<name>", "the service, as deno task status names it")
    .option("-f, --follow", "go on with lines to come")
    .option("-n, --lines <number>", "how many lines", "100")
    .option("--stack <name>", "which stack; default: the one that runs")
    .action(
      async (
        name: string,
        options: { follow?: boolean; lines: string; stack?: string },
      ) => {
        const lines = currentStack(options.stack).logs(name, {
          lines: Number(options.lines),
          follow: options.follow ?? false,
          signal: interruptSignal(),
        });
        for await (const line of lines) console.log(line);
      },
    ),
);
