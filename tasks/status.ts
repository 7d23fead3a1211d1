import { formatBytes } from "../lib/format.ts";
import { currentStack } from "../lib/stack/mod.ts";
import { command, main } from "./cli.ts";

await main(
  command("status", "Shows every service of the stack.")
    .option("--stack <name>", "which one; default: the one that runs")
    .action(async ({ stack: name }: { stack?: string }) => {
      const stack = currentStack(name);
      const services = await stack.status();
      console.log(`Stack: ${stack.name}`);
      for (const { name, title, healthy, state, address, memory } of services) {
        const size = memory === undefined ? "" : formatBytes(memory);
        console.log(
          `${healthy ? "✓" : "✗"} ${name.padEnd(8)} ${state.padEnd(9)} ${
            address.padEnd(16)
          } ${size.padStart(7)}  ${title}`,
        );
      }
      if (services.some(({ healthy }) => !healthy)) {
        console.log("Start it with: deno task up");
        Deno.exitCode = 1;
      }
    }),
);
