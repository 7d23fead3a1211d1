/**
 * Runs the notebooks on a cluster of containers, as somebody who knows its
 * addresses, its authority and keys: with stand-ins for the store, and with the
 * real Trino and Spark.
 *
 * @module
 */

import { PROJECT_DIR } from "../../lib/core/settings.ts";
import { command, main } from "../../tasks/terminal/cli.ts";
import { taskArguments } from "../../tasks/dev/task.ts";
import {
  authorityOf,
  CLUSTER,
  PROJECT,
  propertiesOf,
  startCluster,
  stopCluster,
} from "../cluster/cluster.ts";
import { laneEngine } from "../docker/engine.ts";
import { removeLeftovers } from "../docker/leftovers.ts";
import { buildImages } from "../docker/stand_in.ts";
import { allNotebooks, onlyOne, runLane } from "./lane.ts";
import { deno } from "./suite.ts";

const STATE = `${PROJECT_DIR}/.state-cluster`;
const SHORT = ["01", "02", "03", "04", "05"];

interface Options {
  filter?: string;
  all?: boolean;
  keep?: boolean;
}

/** Everything that could lead a test to another stack, or to other data. */
const LANE_ENV: Record<string, string> = {
  LAKEHOUSE_STATE: STATE,
  LAKEHOUSE_TRAIN: "0",
  STACK: "remote",
  MINIO_HOST: CLUSTER.store,
  CATALOG_URI: `${CLUSTER.store}/_iceberg`,
  TRINO_URI: CLUSTER.trino,
  TRINO_USER: CLUSTER.user,
  TRINO_PASSWORD: CLUSTER.password,
  ENGINE_MINIO_HOST: "",
  ENGINE_CATALOG_URI: "",
  MINIO_ACCESS_KEY: CLUSTER.accessKey,
  MINIO_SECRET_KEY: CLUSTER.secretKey,
  CA_BUNDLE: authorityOf(STATE),
  SPARK_MASTER: CLUSTER.master,
  SPARK_PROPERTIES: propertiesOf(STATE),
  WAREHOUSE: CLUSTER.warehouse,
  STAGING_BUCKET: "staging",
  TRINO_CATALOG: CLUSTER.catalog,
  NAMESPACE: "chicago",
  TABLE: "taxi_trips",
  PARQUET_DIR: `${STATE}/parquet`,
  ROWS: "0.05",
};

await main(
  command(
    "test:cluster",
    "Runs the notebooks on a cluster of containers, as a stack of others.",
  )
    .option("--filter <text>", "only tests with this in their name")
    .option("--all", `every notebook and fault, not ${SHORT.join(", ")} only`)
    .option("--keep", "leave the containers running")
    .action(async (options: Options) => {
      await Deno.mkdir(STATE, { recursive: true });
      using _lock = await onlyOne("test:cluster");
      const engine = await laneEngine(STATE);
      if ("skipped" in engine) {
        console.log(`test:cluster skipped: ${engine.skipped}`);
        return;
      }
      try {
        await buildImages(STATE);
        // What an earlier run left behind is no part of this one.
        await removeLeftovers(PROJECT);
        await startCluster(STATE);
        await runLane("cluster", STATE, options.filter, {
          ...LANE_ENV,
          TEST_ALL: options.all ? "1" : "",
          LANE_NOTEBOOKS: (options.all ? allNotebooks() : SHORT).join(),
        });
      } finally {
        if (!options.keep) {
          await deno(taskArguments("down"), LANE_ENV);
          await stopCluster(STATE);
          await engine.stop();
        }
      }
    }),
);
