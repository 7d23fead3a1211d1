import { formatBytes } from "../../lib/core/format.ts";
import { runningStack } from "../../lib/core/running_stack.ts";
import { settings } from "../../lib/core/settings.ts";
import { currentStack } from "../../stack/mod.ts";
import { addressLines } from "../connect/addresses.ts";
import { lookAtFiles } from "../doctor/checks/files.ts";
import { upCommand } from "../doctor/subject.ts";
import { command, main } from "../terminal/cli.ts";

/** Longest look at the trips table, which is no service. */
const LOOK_MS = 5_000;

/** What is to say of the trips table's files; nothing when that cannot be seen at once. */
const filesOrNothing = () =>
  lookAtFiles(settings(), { limitMs: LOOK_MS }).catch(() => undefined);

await main(
  command("status", "Shows every service of the stack.")
    .option("--stack <name>", "which one; default: the one that runs")
    .action(async ({ stack: name }: { stack?: string }) => {
      const stack = currentStack(name);
      const services = await stack.status();
      const width = Math.max(...services.map(({ address }) => address.length));
      const wide = Math.max(8, ...services.map(({ name }) => name.length));
      console.log(`Stack: ${stack.name}`);
      for (const { name, title, healthy, state, address, memory } of services) {
        const size = memory === undefined ? "" : formatBytes(memory);
        console.log(
          `${healthy ? "✓" : "✗"} ${name.padEnd(wide)} ${state.padEnd(9)} ${
            address.padEnd(width)
          } ${size.padStart(7)}  ${title}`,
        );
      }
      // Those of a stack that is stopped are in no record; a remote one is set.
      const isKnown = stack.name === "remote"
        ? settings().stack === stack.name
        : runningStack()?.stack === stack.name;
      if (isKnown) {
        console.log("Addresses, for tools of your own (deno task connect):");
        for (const line of addressLines(settings())) console.log(`  ${line}`);
      }
      if (services.some(({ healthy }) => !healthy)) {
        console.log(`Start it with: ${upCommand(stack.name)}`);
        Deno.exitCode = 1;
        return;
      }
      const files = await filesOrNothing();
      if (files?.status === "warning") {
        console.log(`! ${files.text}\n    Next: ${files.next}`);
      }
    }),
);
