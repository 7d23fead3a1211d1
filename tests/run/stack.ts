/**
 * A local stack of the tests' own, on ports and in a folder of its own, so that
 * a running demo is not disturbed.
 *
 * @module
 */

import { PROJECT_DIR } from "../../lib/core/settings.ts";
import { LakehouseError } from "../../lib/core/errors.ts";
import { deno } from "./suite.ts";
import { taskArguments } from "../../tasks/dev/task.ts";

/** Folder of the test stack's files. */
export const TEST_STATE: string = `${PROJECT_DIR}/.state-test`;

const at = (port: number) => `http://127.0.0.1:${port}`;

/** Everything that could lead a test to another stack, or to other data. */
export const TEST_ENV: Record<string, string> = {
  LAKEHOUSE_STATE: TEST_STATE,
  STACK: "local",
  S3_PORT: "19000",
  CATALOG_PORT: "19002",
  CATALOG_BACKEND_PORT: "19003",
  TRINO_PORT: "19999",
  MINIO_HOST: at(19000),
  CATALOG_URI: `${at(19002)}/_iceberg`,
  TRINO_URI: at(19999),
  ENGINE_MINIO_HOST: at(19000),
  ENGINE_CATALOG_URI: `${at(19002)}/_iceberg`,
  MINIO_ACCESS_KEY: "testadmin",
  MINIO_SECRET_KEY: "test/secret+key",
  WAREHOUSE: "testwarehouse",
  STAGING_BUCKET: "staging",
  TRINO_CATALOG: "tutorial_catalog",
  NAMESPACE: "chicago",
  TABLE: "taxi_trips",
  PARQUET_DIR: `${TEST_STATE}/parquet`,
  ROWS: "0.05",
  SPARK: "3.5",
  LAKEHOUSE_TRAIN: "0",
};

const task = (name: string, ...args: string[]) =>
  deno(taskArguments(name, "--stack", "local", ...args), TEST_ENV);

/**
 * Runs `body` while the test stack is up, new and empty.
 *
 * @throws {LakehouseError} When the stack does not start.
 */
export async function withTestStack(
  body: () => Promise<void>,
  options: {
    /** Leave it running afterwards. @default {false} */
    keep?: boolean | undefined;
  } = {},
): Promise<void> {
  try {
    // What an earlier run left behind is no part of this one.
    await task("down", "--clean");
    if (await task("up") !== 0) {
      throw new LakehouseError({
        what: "Cannot start the test stack",
        why: "the lines above say why",
        next: "mend that, then run the tests again",
      });
    }
    await body();
  } finally {
    if (!options.keep) await task("down", "--clean");
  }
}
