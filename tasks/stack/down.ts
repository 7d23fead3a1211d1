import { currentStack } from "../../stack/mod.ts";
import { command, main } from "../terminal/cli.ts";

await main(
  command("down", "Stops the stack; its data stays.")
    .option("--clean", "remove the stack's data too")
    .option("--stack <name>", "which one; default: the one that runs")
    .action(
      async ({ clean, stack: name }: { clean?: boolean; stack?: string }) => {
        const stack = currentStack(name);
        await stack.down({ clean: clean ?? false, onStep: console.log });
        console.log(
          clean
            ? `The ${stack.name} stack is stopped and its data is removed`
            : `The ${stack.name} stack is stopped; its data stays`,
        );
      },
    ),
);
