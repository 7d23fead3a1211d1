import { parseMillions, settings } from "../../lib/core/settings.ts";
import { generate } from "../../lib/trips/generate.ts";
import { command, main } from "../terminal/cli.ts";
import { stageTrips } from "./staging.ts";

interface Given {
  rows?: string;
  seed?: string;
  dir?: string;
  toStaging?: boolean;
}

await main(
  command("generate", "Writes synthetic Chicago taxi trips as Parquet files.")
    .option("--rows <millions>", "trips, in millions; default: ROWS, or 1")
    .option("--seed <number>", "the same seed gives the same trips")
    .option("--dir <folder>", "where to write; default: PARQUET_DIR")
    .option("--to-staging", "write into the staging bucket, not into a folder")
    .action(async (options: Given) => {
      const given = settings();
      const wanted = {
        rows: parseMillions(options.rows ?? String(given.rows)),
        ...(options.seed ? { seed: Number(options.seed) } : {}),
      };
      const { seconds, rows, reused } = options.toStaging
        ? await stageTrips(wanted)
        : await generate({ ...wanted, dir: options.dir ?? given.parquetDir });
      if (!reused) {
        console.log(
          `${Math.round(rows / seconds).toLocaleString("en-US")} trips/s`,
        );
      }
    }),
);
