import { writeWhole } from "../../lib/core/files.ts";
import { notebookText, readNotebook, stripOutputs } from "./document.ts";
import { notebookPaths } from "./paths.ts";
import { command, main } from "../terminal/cli.ts";

await main(
  command("strip", "Removes outputs from the notebooks, as they belong in git.")
    .argument("[notebooks...]", "all when none is named")
    .action(async (named: string[]) => {
      for (const path of named.length ? named : await notebookPaths()) {
        const before = await Deno.readTextFile(path);
        const after = notebookText(stripOutputs(await readNotebook(path)));
        if (after === before) continue;
        await writeWhole(path, (part) => Deno.writeTextFile(part, after));
        console.log(`stripped ${path}`);
      }
    }),
);
