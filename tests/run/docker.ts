/**
 * Tests the Docker stack on a real engine: the real Compose file, with stand-in
 * images in place of those that need a licence or a registry.
 *
 * @module
 */

import { PROJECT_DIR } from "../../lib/core/settings.ts";
import { LakehouseError } from "../../lib/core/errors.ts";
import { laneEngine } from "../docker/engine.ts";
import { removeLeftovers } from "../docker/leftovers.ts";
import { buildImages, IMAGES, writeOverride } from "../docker/stand_in.ts";
import { weed } from "../seaweedfs/program.ts";
import { command, main } from "../../tasks/terminal/cli.ts";
import { allNotebooks, onlyOne, runLane } from "./lane.ts";
import { deno } from "./suite.ts";
import { taskArguments } from "../../tasks/dev/task.ts";

const STATE = `${PROJECT_DIR}/.state-docker`;

interface Options {
  filter?: string;
  all?: boolean;
  keep?: boolean;
}

/** Everything that could lead a test to another stack, project or data. */
const LANE_ENV: Record<string, string> = {
  LAKEHOUSE_STATE: STATE,
  LAKEHOUSE_PROJECT: "lakehouse-test",
  LAKEHOUSE_NETWORK: "lakehouse-test",
  LAKEHOUSE_COMPOSE_FILE: `${STATE}/compose.stand-in.json`,
  STACK: "docker",
  STORE: "aistor",
  MINIO_IMAGE: IMAGES.minio ?? "",
  SEAWEEDFS_IMAGE: IMAGES.seaweedfs ?? "",
  TRINO_IMAGE: IMAGES.trino ?? "",
  SPARK_IMAGE: IMAGES.spark ?? "",
  MINIO_LICENSE: "stand-in",
  S3_PORT: "29000",
  CONSOLE_PORT: "29001",
  CATALOG_PORT: "29002",
  TRINO_PORT: "29999",
  MINIO_HOST: "http://localhost:29000",
  CATALOG_URI: "http://localhost:29000/_iceberg",
  TRINO_URI: "http://localhost:29999",
  ENGINE_MINIO_HOST: "http://minio:9000",
  ENGINE_CATALOG_URI: "http://minio:9000/_iceberg",
  MINIO_ACCESS_KEY: "testadmin",
  MINIO_SECRET_KEY: "test/secret+key",
  WAREHOUSE: "testwarehouse",
  STAGING_BUCKET: "staging",
  TRINO_CATALOG: "tutorial_catalog",
  NAMESPACE: "chicago",
  TABLE: "taxi_trips",
  PARQUET_DIR: `${STATE}/parquet`,
  ROWS: "0.05",
};

/** Numbers of the notebooks that the lane runs; 00 needs no stack. */
const notebookNumbers = (all: boolean): string[] =>
  all
    ? allNotebooks().filter((number) => number !== "00")
    : ["01", "02", "03", "04", "05"];

/** SeaweedFS's program, or `undefined` where it can be neither found nor built. */
async function seaweedFs(): Promise<string | undefined> {
  try {
    return (await weed()).command;
  } catch (error) {
    if (
      !(error instanceof LakehouseError &&
        error.cause instanceof Deno.errors.NotFound)
    ) throw error;
    console.log(`test:docker goes without SeaweedFS: ${error.message}`);
  }
}

const down = () =>
  deno(taskArguments("down", "--stack", "docker", "--clean"), LANE_ENV);

await main(
  command(
    "test:docker",
    "Tests the Docker stack on a real engine, with stand-in images.",
  )
    .option("--filter <text>", "only tests with this in their name")
    .option(
      "--all",
      "every notebook, not 01 to 05 only, workers, and work on SeaweedFS",
    )
    .option("--keep", "leave the containers running")
    .action(async (options: Options) => {
      await Deno.mkdir(STATE, { recursive: true });
      using _lock = await onlyOne("test:docker");
      const engine = await laneEngine(STATE);
      if ("skipped" in engine) {
        console.log(`test:docker skipped: ${engine.skipped}`);
        return;
      }
      try {
        await buildImages(STATE);
        const program = await seaweedFs();
        await writeOverride(STATE, program);
        // What an earlier run left behind is no part of this one.
        await removeLeftovers(LANE_ENV.LAKEHOUSE_PROJECT!);
        await down();
        await runLane("docker", STATE, options.filter, {
          ...LANE_ENV,
          TEST_ALL: options.all ? "1" : "",
          LANE_NOTEBOOKS: notebookNumbers(options.all ?? false).join(),
          LANE_SEAWEEDFS: program ?? "",
        });
      } finally {
        if (!options.keep) {
          await down();
          await engine.stop();
        }
      }
    }),
);
