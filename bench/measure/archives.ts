/**
 * Class archives, with which Trino, Spark and the services start sooner: made
 * before anything is measured, since `up` makes them in the background once.
 *
 * @module
 */

import { PROJECT_DIR } from "../../lib/core/settings.ts";
import { untrained } from "../../stack/local/training.ts";
import { reasonOf } from "../report/compare.ts";
import { measure } from "./process.ts";

function isWanted(): boolean {
  const setting = Deno.env.get("LAKEHOUSE_TRAIN");
  return setting ? setting !== "0" : !Deno.env.get("CI");
}

/**
 * Makes the archives that are missing, unless `LAKEHOUSE_TRAIN=0` or `CI` is
 * set; says which programs have one in the end.
 */
export async function archives(log: (line: string) => void): Promise<string> {
  const missing = await untrained();
  if (missing.length > 0 && isWanted()) {
    log(`Training ${missing.join(", ")}, once, so that they start sooner`);
    await measure({
      name: "deno task train",
      command: Deno.execPath(),
      args: ["run", "-A", `${PROJECT_DIR}/tasks/train/main.ts`],
    }).catch((error) => log(`  ${reasonOf(error)}`));
  }
  const still = await untrained();
  return still.length === 0 ? "all" : `all but ${still.join(", ")}`;
}
