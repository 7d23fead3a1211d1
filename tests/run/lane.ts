/**
 * What the lanes beside the test stack share.
 *
 * @module
 */

import { PROJECT_DIR } from "../../lib/core/settings.ts";
import { cacheDir } from "../../stack/install/cache.ts";
import { testFlags } from "../../tasks/dev/import_map.ts";
import { conclude, runSuite } from "./suite.ts";

/** Waits for a lane of another clone, which has the same ports and names. */
export async function onlyOne(lane: string): Promise<Deno.FsFile> {
  await Deno.mkdir(cacheDir(), { recursive: true });
  const lock = await Deno.open(
    `${cacheDir()}/${lane.replace(":", "-")}.lock`,
    { create: true, write: true },
  );
  if (!await lock.tryLock(true)) {
    console.log(`Waiting for another ${lane} to end`);
    await lock.lock(true);
  }
  return lock;
}

/** Numbers of all notebooks that a lane can run; those from 90 on measure. */
export function allNotebooks(): string[] {
  return [...Deno.readDirSync(`${PROJECT_DIR}/notebooks`)]
    .flatMap(({ name }) => name.match(/^([0-8]\d)-.*\.ipynb$/)?.[1] ?? [])
    .sort();
}

/** Runs a lane's tests, those in its folder, and prints how many passed. */
export async function runLane(
  folder: string,
  state: string,
  filter: string | undefined,
  env: Record<string, string>,
): Promise<void> {
  conclude(
    await runSuite(`${state}/${folder}.xml`, [
      "-A",
      ...await testFlags(state),
      ...filter ? ["--filter", filter] : [],
      `tests/${folder}`,
    ], env),
  );
}
