/**
 * Where the stack of the faults lies, and its end; without what only tests have,
 * so that the lane's program can end it too.
 *
 * @module
 */

import { PROJECT_DIR } from "../../../lib/core/settings.ts";
import { deno } from "../../run/suite.ts";
import { TEST_ENV } from "../../run/stack.ts";
import { taskArguments } from "../../../tasks/dev/task.ts";

const STATE = `${PROJECT_DIR}/.state-faults`;
/** Folder of everything that is the stack's. */
export const HOME = `${STATE}/stack`;
/** Trips of the table that every fault finds there. */
export const ROWS = 100_000;

const at = (port: number) => `http://127.0.0.1:${port}`;

/** The stack's settings, on ports of its own. */
export const STACK_ENV: Record<string, string> = {
  ...TEST_ENV,
  LAKEHOUSE_STATE: HOME,
  S3_PORT: "29100",
  CATALOG_PORT: "29102",
  CATALOG_BACKEND_PORT: "29103",
  TRINO_PORT: "29199",
  MINIO_HOST: at(29100),
  CATALOG_URI: `${at(29102)}/_iceberg`,
  TRINO_URI: at(29199),
  ENGINE_MINIO_HOST: at(29100),
  ENGINE_CATALOG_URI: `${at(29102)}/_iceberg`,
  PARQUET_DIR: `${STATE}/stack-trips`,
  ROWS: String(ROWS / 1e6),
};

const task = (name: string, ...args: string[]) =>
  deno(
    taskArguments(name, ...args),
    STACK_ENV,
  );

/** Stops the stack and removes its data; the disk ends with the lane. */
export async function endStack(): Promise<void> {
  await task("down", "--stack", "local", "--clean");
}
