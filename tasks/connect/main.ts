import { LakehouseError } from "../../lib/core/errors.ts";
import { settings } from "../../lib/core/settings.ts";
import { runningStackOf } from "../../stack/mod.ts";
import { command, main } from "../terminal/cli.ts";
import { addressLines } from "./addresses.ts";
import { TOOLS } from "./tools.ts";

await main(
  command("connect", "Prints the lines that connect a tool to the stack.")
    .argument("[tool]", Object.keys(TOOLS).join(", "))
    .action((name?: string) => {
      const { name: stack } = runningStackOf();
      const given = settings();
      if (name === undefined) {
        console.log(`Stack: ${stack}`);
        for (const line of addressLines(given)) console.log(line);
        console.log("\nThe lines for a tool: deno task connect NAME");
        for (const [name, { title }] of Object.entries(TOOLS)) {
          console.log(`  ${name.padEnd(9)} ${title}`);
        }
        return;
      }
      const tool = Object.hasOwn(TOOLS, name) ? TOOLS[name] : undefined;
      if (!tool) {
        throw new LakehouseError({
          what: `Cannot connect "${name}"`,
          why: `there are ${Object.keys(TOOLS).join(", ")}`,
          next: "take the nearest of them: its lines name every setting",
        });
      }
      console.log(`# ${tool.title}, on the ${stack} stack.`);
      for (const line of tool.lines(given)) console.log(line);
    }),
);
