/**
 * Runs the notebooks on a store that no one here wrote: SeaweedFS, with this
 * project's Spark and Trino beside it, reached as a stack of one's own is.
 *
 * @module
 */

import { PROJECT_DIR } from "../../lib/core/settings.ts";
import { LakehouseError } from "../../lib/core/errors.ts";
import { weed } from "../seaweedfs/program.ts";
import {
  CATALOG,
  S3,
  type SeaweedFsOptions,
  startSeaweedFs,
  stopSeaweedFs,
} from "../seaweedfs/server.ts";
import { command, main } from "../../tasks/terminal/cli.ts";
import { allNotebooks, onlyOne, runLane } from "./lane.ts";
import { deno } from "./suite.ts";
import { taskArguments } from "../../tasks/dev/task.ts";

const STATE = `${PROJECT_DIR}/.state-seaweedfs`;
const SHORT = ["01", "02", "03", "04", "05", "10"];

interface Options {
  filter?: string;
  all?: boolean;
  keep?: boolean;
}

const SEAWEEDFS: SeaweedFsOptions = {
  dir: `${STATE}/seaweedfs`,
  accessKey: "testadmin",
  secretKey: "test/secret+key",
  reader: { accessKey: "testreader", secretKey: "test/reader+key" },
  warehouses: ["testwarehouse"],
  buckets: ["staging"],
};

const TRINO_PORT = "28999";
const SHARED: Record<string, string> = {
  MINIO_ACCESS_KEY: SEAWEEDFS.accessKey,
  MINIO_SECRET_KEY: SEAWEEDFS.secretKey,
  LAKEHOUSE_TRAIN: "0",
};

/** A local stack, of which only Trino is used: the rest is idle. */
const TRINO_ENV: Record<string, string> = {
  ...SHARED,
  LAKEHOUSE_STATE: `${STATE}/trino`,
  STACK: "local",
  S3_PORT: "28900",
  CATALOG_PORT: "28902",
  CATALOG_BACKEND_PORT: "28903",
  TRINO_PORT,
  WAREHOUSE: "unused",
};

/** Everything that could lead a test to another stack, or to other data. */
const LANE_ENV: Record<string, string> = {
  ...SHARED,
  LAKEHOUSE_STATE: STATE,
  STACK: "remote",
  MINIO_HOST: S3,
  CATALOG_URI: CATALOG,
  TRINO_URI: `http://127.0.0.1:${TRINO_PORT}`,
  ENGINE_MINIO_HOST: S3,
  ENGINE_CATALOG_URI: CATALOG,
  WAREHOUSE: SEAWEEDFS.warehouses[0]!,
  STAGING_BUCKET: SEAWEEDFS.buckets[0]!,
  TRINO_CATALOG: "tutorial_catalog",
  NAMESPACE: "chicago",
  TABLE: "taxi_trips",
  PARQUET_DIR: `${STATE}/parquet`,
  ROWS: "0.05",
};

const task = (
  name: string,
  stack: string,
  env: Record<string, string>,
  ...args: string[]
) => deno(taskArguments(name, "--stack", stack, ...args), env);

async function up(): Promise<void> {
  await startSeaweedFs(SEAWEEDFS);
  const isUp = await task("up", "local", TRINO_ENV) === 0 &&
    await task("up", "remote", LANE_ENV) === 0;
  if (isUp) return;
  throw new LakehouseError({
    what: "Cannot start the engines beside SeaweedFS",
    why: "the lines above say why",
    next: "mend that, then run the tests again",
  });
}

/** Stops all of it and removes its data. */
async function down(): Promise<void> {
  await task("down", "remote", LANE_ENV);
  await task("down", "local", TRINO_ENV, "--clean");
  await stopSeaweedFs(SEAWEEDFS.dir);
  // Its log stays, for whoever looks for a fault.
  await Deno.remove(`${SEAWEEDFS.dir}/data`, { recursive: true })
    .catch(() => {});
}

await main(
  command(
    "test:seaweedfs",
    "Runs the notebooks on SeaweedFS, with Spark and Trino beside it.",
  )
    .option("--filter <text>", "only tests with this in their name")
    .option("--all", `every notebook and engine, not ${SHORT.join(", ")} only`)
    .option("--keep", "leave it running")
    .action(async (options: Options) => {
      await Deno.mkdir(STATE, { recursive: true });
      using _lock = await onlyOne("test:seaweedfs");
      try {
        await weed();
      } catch (error) {
        if (
          !(error instanceof LakehouseError &&
            error.cause instanceof Deno.errors.NotFound)
        ) throw error;
        console.log(`test:seaweedfs skipped: ${error.message}`);
        return;
      }
      try {
        // What an earlier run left behind is no part of this one.
        await down();
        await up();
        await runLane("seaweedfs", STATE, options.filter, {
          ...LANE_ENV,
          LANE_NOTEBOOKS: (options.all ? allNotebooks() : SHORT).join(),
          LANE_ALL: options.all ? "1" : "",
          LANE_SEAWEEDFS: JSON.stringify(SEAWEEDFS),
        });
      } finally {
        if (!options.keep) await down();
      }
    }),
);
