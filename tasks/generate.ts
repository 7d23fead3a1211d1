import { parseMillions, settings } from "../lib/core/settings.ts";
import { generate } from "../lib/trips/generate.ts";
import { command, main } from "./terminal/cli.ts";

await main(
  command("generate", "Writes synthetic Chicago taxi trips as Parquet files.")
    .option("--rows <millions>", "trips, in millions; default: ROWS, or 1")
    .option("--seed <number>", "the same seed gives the same trips")
    .option("--dir <folder>", "where to write; default: PARQUET_DIR")
    .action(async (options: { rows?: string; seed?: string; dir?: string }) => {
      const { rows, parquetDir } = settings();
      const { seconds, rows: written, reused } = await generate({
        rows: parseMillions(options.rows ?? String(rows)),
        dir: options.dir ?? parquetDir,
        ...(options.seed ? { seed: Number(options.seed) } : {}),
      });
      if (!reused) {
        console.log(
          `${Math.round(written / seconds).toLocaleString("en-US")} trips/s`,
        );
      }
    }),
);
