/**
 * A local stack of the bench's own, on ports and in a folder of its own, so that
 * a running one is not disturbed.
 *
 * @module
 */

import { PROJECT_DIR } from "../../lib/core/settings.ts";
import { measure, type Measured } from "./process.ts";
import { memoryOf, processTree } from "./proc.ts";
import { taskArguments } from "../../tasks/dev/task.ts";

/** Folder of its files. */
const OWN_STATE: string = `${PROJECT_DIR}/.state-bench`;

const at = (port: number) => `http://127.0.0.1:${port}`;

/** Everything that could lead to another stack, or to other data. */
export const OWN_ENV: Readonly<Record<string, string>> = {
  LAKEHOUSE_STATE: OWN_STATE,
  STACK: "local",
  S3_PORT: "29000",
  CATALOG_PORT: "29002",
  CATALOG_BACKEND_PORT: "29003",
  TRINO_PORT: "29999",
  MINIO_HOST: at(29000),
  CATALOG_URI: `${at(29002)}/_iceberg`,
  TRINO_URI: at(29999),
  ENGINE_MINIO_HOST: at(29000),
  ENGINE_CATALOG_URI: `${at(29002)}/_iceberg`,
  MINIO_ACCESS_KEY: "benchadmin",
  MINIO_SECRET_KEY: "benchadmin",
  WAREHOUSE: "benchwarehouse",
  STAGING_BUCKET: "staging",
  TRINO_CATALOG: "tutorial_catalog",
  NAMESPACE: "chicago",
  TABLE: "taxi_trips",
  PARQUET_DIR: `${OWN_STATE}/parquet`,
  // A training in the background would be measured too.
  LAKEHOUSE_TRAIN: "0",
  NO_COLOR: "1",
};

/** Runs a task of the project on the bench's own stack. */
export function ownTask(
  name: string,
  args: string[] = [],
  options: { env?: Record<string, string>; onLine?: (line: string) => void } =
    {},
): Promise<Measured> {
  return measure({
    name: `deno task ${name}`,
    command: Deno.execPath(),
    args: taskArguments(name, ...args),
    env: { ...OWN_ENV, ...options.env },
    ...options.onLine ? { onLine: options.onLine } : {},
  });
}

/** Brings it up; the seconds after which each service was well, by name. */
export async function ownUp(
  env: Record<string, string> = {},
): Promise<Measured & { services: Map<string, number> }> {
  const services = new Map<string, number>();
  const measured = await ownTask("up", ["--stack", "local"], {
    env,
    onLine: (line) => {
      const healthy = line.match(/^(\S+) is healthy .* after ([\d.]+) s$/);
      if (healthy) services.set(healthy[1]!, Number(healthy[2]));
    },
  });
  return { ...measured, services };
}

/** Stops it; `clean` removes its data too. */
export async function ownDown(clean = false): Promise<void> {
  const args = ["--stack", "local", ...clean ? ["--clean"] : []];
  await ownTask("down", args);
}

/** Resident memory of its processes now, in bytes. */
export async function ownMemory(): Promise<number> {
  const file = `${OWN_STATE}/local/supervisord.pid`;
  const pid = Number(await Deno.readTextFile(file));
  return processTree(pid).reduce((sum, each) => sum + memoryOf(each).now, 0);
}

/** Runs `body`, and removes the stack and its data afterwards. */
export async function withOwnStack(body: () => Promise<void>): Promise<void> {
  try {
    await ownDown(true);
    await body();
  } finally {
    await ownDown(true);
    await Deno.remove(OWN_STATE, { recursive: true }).catch(() => {});
  }
}
