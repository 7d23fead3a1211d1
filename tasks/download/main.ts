import { parseMillions, settings } from "../../lib/core/settings.ts";
import { downloadTrips } from "./download.ts";
import { interruptSignal } from "../../lib/core/interrupt.ts";
import { command, main } from "../terminal/cli.ts";

interface Options {
  from?: string;
  months?: string;
  rows?: string;
  dir?: string;
  replace?: boolean;
  delete?: boolean;
}

await main(
  command(
    "download",
    "Downloads real Chicago taxi trips; goes on where it was interrupted.",
  )
    .option(
      "--from <address>",
      "gs://bucket/folder or s3://bucket/folder; default: the city's portal",
    )
    .option("--months <range>", "2023-01, or 2023-01..2023-03; portal only")
    .option(
      "--rows <millions>",
      "at most so many trips; default: all of --months, or ROWS; portal only",
    )
    .option("--dir <folder>", "where to write; default: PARQUET_DIR")
    .option(
      "--replace",
      "remove generated files, or another download, from the folder",
    )
    .option("--delete", "remove files that are gone from the bucket")
    .action(async ({ rows, delete: removeGone, ...options }: Options) => {
      await downloadTrips({
        ...options,
        dir: options.dir ?? settings().parquetDir,
        ...(rows === undefined
          ? {}
          : { rows: parseMillions(rows, "download") }),
        ...(removeGone ? { removeGone } : {}),
        signal: interruptSignal(),
      });
    }),
);
