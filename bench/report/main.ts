import { relative, resolve } from "node:path";
import { readmeText, withTable } from "./readme.ts";
import { newestResults, readResults } from "./results.ts";
import { PROJECT_DIR } from "../../lib/core/settings.ts";
import { LakehouseError } from "../../lib/core/errors.ts";
import { command, main } from "../../tasks/cli.ts";

await main(
  command("bench:readme", "Makes the README's performance table.")
    .argument("[results]", "a results file; default: the newest one")
    .option("--readme <file>", "the text with the marks", "README.md")
    .action(async (named: string | undefined, options: { readme: string }) => {
      const newest = named
        ? { path: resolve(named), results: await readResults(resolve(named)) }
        : await newestResults();
      if (!newest) {
        throw new LakehouseError({
          what: "Cannot make the performance table",
          why: "there are no results yet",
          next: "deno task bench",
        });
      }
      const readme = resolve(PROJECT_DIR, options.readme);
      const file = relative(PROJECT_DIR, newest.path);
      const before = await Deno.readTextFile(readme);
      const table = readmeText(newest.results, file);
      await Deno.writeTextFile(readme, withTable(before, table));
      console.log(`${relative(Deno.cwd(), readme)}: made from ${file}`);
    }),
);
