/**
 * Format, lint, types, notebooks: all of the gate that runs nothing.
 *
 * @module
 */

import { PROJECT_DIR } from "../../lib/core/settings.ts";
import { LakehouseError } from "../../lib/core/errors.ts";
import { command, main } from "../terminal/cli.ts";
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
      // Deno 2.8 calls every notebook it has not formatted itself unformatted,
      // even when it would change nothing; check_notebooks compares the text.
      // The flag takes the place of what deno.json excludes.
      const { exclude, fmt } = JSON.parse(
        await Deno.readTextFile(`${PROJECT_DIR}/deno.json`),
      );
      const ignored = ["notebooks", ...exclude, ...fmt.exclude].join(",");
      await deno(["fmt", "--check", `--ignore=${ignored}`]);
      await deno(["lint"]);
      const checked = ["lib", "lab", "stack", "tasks", "tests", "bench"];
      await deno(["check", ...await testFlags(), ...checked]);
      await deno(["run", "-A", "tasks/notebooks/check.ts"]);
    }),
);
