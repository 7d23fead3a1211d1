import { relative, resolve } from "node:path";
import { figuresText, withFigures } from "./figures.ts";
import { newestResults, readResults } from "./results.ts";
import { PROJECT_DIR } from "../../lib/core/settings.ts";
import { LakehouseError } from "../../lib/core/errors.ts";
import { command, main } from "../../tasks/terminal/cli.ts";

await main(
  command("bench:figures", "Makes the table of docs/figures.md.")
    .argument("[results]", "a results file; default: the newest one")
    .option("--page <file>", "the page with the marks", "docs/figures.md")
    .action(async (named: string | undefined, options: { page: string }) => {
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
      const page = resolve(PROJECT_DIR, options.page);
      const file = relative(PROJECT_DIR, newest.path);
      const before = await Deno.readTextFile(page);
      const table = figuresText(
        newest.results,
        file,
        relative(PROJECT_DIR, page),
      );
      await Deno.writeTextFile(page, withFigures(before, table));
      console.log(`${relative(Deno.cwd(), page)}: made from ${file}`);
    }),
);
