/**
 * Format, lint, types, notebooks: all of the gate that runs nothing.
 *
 * @module
 */

import { PROJECT_DIR } from "../lib/config.ts";
import { LakehouseError } from "../lib/errors.ts";
import { command, main } from "./cli.ts";
import { testFlags } from "./import_map.ts";

async function deno(args: string[]): Promise<void> {
  const { success } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: PROJECT_DIR,
  }).spawn().status;
  if (!success) {
    throw new LakehouseError({
      what: `deno ${args[0]} found something`,
      next: args[0] === "fmt" ? "deno fmt" : "mend the lines above",
    });
  }
}

await main(
  command("check", "Format, lint, types, notebooks; runs nothing.")
    .action(async () => {
      await deno(["fmt", "--check"]);
      await deno(["lint"]);
      await deno(["check", ...await testFlags(), "lib", "tasks", "tests"]);
      await deno(["run", "-A", "tasks/check_notebooks.ts"]);
    }),
);
