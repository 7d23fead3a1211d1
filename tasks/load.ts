import { resolve } from "node:path";
import { DISPLAY } from "../lib/core/kernel.ts";
import { ensureTrinoCatalog } from "../lib/trino/catalog.ts";
import { data } from "../lab/mod.ts";
import { runningStackOf } from "../stack/mod.ts";
import { command, main } from "./terminal/cli.ts";

interface LoadTaskOptions {
  table?: string;
  replace?: boolean;
  profile: boolean;
}

await main(
  command(
    "load",
    "Loads files of your own into a table, and says what is in it.",
  )
    .argument("<paths...>", "files or folders of Parquet, CSV, JSON lines")
    .option("--table <name>", "the table; default: the first path's name")
    .option("--replace", "also in the place of a table that this did not make")
    .option("--no-profile", "load only")
    .action(async (paths: string[], options: LoadTaskOptions) => {
      console.log(`Stack: ${runningStackOf().name}`);
      const loaded = await data.load(paths.map((path) => resolve(path)), {
        ...(options.table ? { table: options.table } : {}),
        replace: options.replace ?? false,
      });
      for (const { path, why } of loaded.passedOver) {
        console.log(`Left out: ${path}: ${why}`);
      }
      console.log(`Table: ${loaded.ingest.table}`);
      if (!options.profile) return;
      await ensureTrinoCatalog();
      const profile = await data.profile(loaded.table);
      console.log(profile[DISPLAY]()["text/plain"]);
      console.log("\nIts charts: notebook 14, or data.profile() in a cell");
    }),
);
