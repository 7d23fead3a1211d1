/**
 * Faults of an ingest by a stack that runs.
 *
 * @module
 */

import { assert } from "@std/assert";
import type { Fault } from "../fault.ts";
import { type Running, type Said, type Scene, until } from "../scene.ts";
import {
  allWasPublished,
  isWell,
  keepDown,
  killService,
  nothingWasPublished,
  sleepService,
  stackDisk,
  wellStack,
} from "./stack.ts";

/** The process of Spark's driver. */
function driver(scene: Scene): number {
  const found = scene.left().find(({ command }) =>
    command.includes("org.apache.spark.deploy.SparkSubmit")
  );
  assert(found, "no driver runs");
  return found.pid;
}

/** Does something once Spark writes. */
export async function amidIngest(
  scene: Scene,
  harm: (run: Running) => unknown,
): Promise<Said> {
  await wellStack(scene);
  const run = scene.step("ingest");
  await run.saw("now");
  return await run.harm(() => harm(run));
}

/** Kills a service, and lets Spark go on when it is there again. */
async function restart(scene: Scene, name: string): Promise<void> {
  const pid = driver(scene);
  Deno.kill(pid, "SIGSTOP");
  try {
    await killService(name);
    await until(isWell, `${name} is there again`);
  } finally {
    Deno.kill(pid, "SIGCONT");
  }
}

const AS_BEFORE =
  "readers see the table as it was; the next ingest removes what was written";
const GOES_ON = "the ingest goes on, and publishes every row";

/** Faults of `ingest()`. */
export const INGEST_FAULTS: readonly Fault[] = [
  {
    step: "ingest",
    fault: "Spark's driver is killed while it writes",
    told:
      "Spark ended with code 137: it was killed, as happens when the machine's memory runs out. Next: deno task doctor",
    after: AS_BEFORE,
    make: (scene) =>
      amidIngest(scene, () => Deno.kill(driver(scene), "SIGKILL")),
    holds: nothingWasPublished,
  },
  {
    step: "ingest",
    fault: "Ctrl+C",
    told: "Stopped by the user",
    after: `Spark ends with it; ${AS_BEFORE}`,
    make: (scene) => amidIngest(scene, (run) => run.stop()),
    holds: nothingWasPublished,
  },
  {
    step: "ingest",
    fault: "Spark's job dies between the write and the commit",
    isLong: true,
    by: "the next ingest",
    goesOn: true,
    told: "done",
    after: AS_BEFORE,
    async make(scene) {
      await wellStack(scene);
      return await scene.step("dying ingest").ended;
    },
    holds: nothingWasPublished,
  },
  {
    step: "ingest",
    fault: "the program that asked for it is killed",
    isLong: true,
    by: "the next ingest",
    goesOn: true,
    told: "done",
    after: `Spark ends with it; ${AS_BEFORE}`,
    async make(scene) {
      const said = await amidIngest(scene, (run) => run.kill("SIGKILL"));
      await until(() => scene.left().length === 0, "Spark's end", 10);
      return { ...said, text: "done" };
    },
    holds: nothingWasPublished,
  },
  {
    step: "ingest",
    fault:
      "the object store is killed while Spark writes, and does not come back",
    isLong: true,
    // So long Spark tries again.
    withinSeconds: 90,
    told:
      "Spark could not finish the ingest: the object store or the catalog does not answer. Next: deno task status, then deno task up",
    after: AS_BEFORE,
    async make(scene) {
      let goOn = () => {};
      try {
        return await amidIngest(scene, async () => {
          goOn = await keepDown("s3");
        });
      } finally {
        goOn();
      }
    },
    holds: nothingWasPublished,
  },
  {
    step: "ingest",
    fault: "the catalog is killed while Spark writes, and started again",
    goesOn: true,
    told: "done",
    isLong: true,
    after: GOES_ON,
    make: (scene) => amidIngest(scene, () => restart(scene, "catalog")),
    holds: allWasPublished,
  },
  {
    step: "ingest",
    fault:
      "the catalog's gateway is killed while Spark writes, and started again",
    goesOn: true,
    told: "done",
    isLong: true,
    after: GOES_ON,
    make: (scene) => amidIngest(scene, () => restart(scene, "gateway")),
    holds: allWasPublished,
  },
  {
    step: "ingest",
    fault: "the catalog's gateway sleeps for a while (SIGSTOP, SIGCONT)",
    goesOn: true,
    told: "done",
    isLong: true,
    after: GOES_ON,
    make: (scene) => amidIngest(scene, () => sleepService("gateway", 4)),
    holds: allWasPublished,
  },
  {
    step: "ingest",
    fault: "two at once into one table",
    isLong: true,
    by: "each",
    goesOn: true,
    told: "done",
    after: "the table is that of the last of them, whole",
    async make(scene) {
      await wellStack(scene);
      const [first, second] = await Promise.all([
        scene.step("ingest").ended,
        scene.step("ingest").ended,
      ]);
      assert(first.code === 0, first.text);
      return second;
    },
    holds: allWasPublished,
  },
  {
    step: "ingest",
    fault: "the object store's disk is full",
    withinSeconds: 40,
    told:
      "Spark could not finish the ingest: the disk is full, this machine's or the object store's. Next: free some space, then run it again",
    needsDisk: true,
    after: AS_BEFORE,
    async make(scene) {
      await wellStack(scene);
      // It takes some seconds to fill, so that it is begun before.
      await stackDisk().fill(3);
      const run = scene.step("ingest");
      await run.saw("now");
      const said = await run.harm(() => {});
      await stackDisk().free();
      return said;
    },
    holds: nothingWasPublished,
  },
];
