/**
 * Faults of an upload to a stack that runs.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { stagedFiles } from "../../../lib/store/staging.ts";
import type { Fault } from "../fault.ts";
import type { Running, Said, Scene } from "../scene.ts";
import {
  keepDown,
  nothingWasPublished,
  onStack,
  sleepService,
  stackDisk,
  wellStack,
} from "./stack.ts";

/** Other trips in the folder than in staging, so that every file is sent. */
async function withOtherTrips(scene: Scene): Promise<void> {
  await wellStack(scene);
  await scene.works("generate", "--seed", "7");
}

/** Does something once the first file of an upload is there. */
export async function amidUpload(
  scene: Scene,
  harm: (run: Running) => unknown,
): Promise<Said> {
  await withOtherTrips(scene);
  const env = { FAULT_PAUSE_SECONDS: "2" };
  const run = scene.step("upload", [], { env });
  await run.saw("now");
  return await run.harm(() => harm(run));
}

/** The folder's files of before are sent again, and ingested. */
async function holds(scene: Scene): Promise<void> {
  await scene.works("generate");
  await nothingWasPublished(scene);
  const { length } = await onStack(stagedFiles);
  assertEquals(length, 8);
}

const NEXT = "the next upload sends what is missing";

/** Faults of `upload()`. */
export const UPLOAD_FAULTS: readonly Fault[] = [
  {
    step: "upload",
    fault: "its process is killed amid the files",
    by: "an ingest before the next upload",
    told:
      "Cannot ingest from …: an upload into it has not come to its end, so that files are missing or of another set. Next: let it end, or upload again (notebook 03, or deno task analyze); then ingest",
    after: `the table stays as it was; ${NEXT}`,
    async make(scene) {
      await amidUpload(scene, (run) => run.kill("SIGKILL"));
      return await scene.step("ingest").ended;
    },
    holds,
  },
  {
    step: "upload",
    fault: "Ctrl+C amid the files",
    isLong: true,
    told: "Stopped by the user",
    after: NEXT,
    make: (scene) => amidUpload(scene, (run) => run.stop()),
    holds,
  },
  {
    step: "upload",
    fault: "two at once into one table",
    by: "the second",
    told:
      'Cannot upload to the bucket "staging": another upload (process …, since …) is at it. Next: wait for it, or end it with Ctrl+C in its terminal',
    after: "the first one goes on alone, and sends every file",
    async make(scene) {
      let said: Said | undefined;
      const first = await amidUpload(scene, async (run) => {
        run.kill("SIGSTOP");
        said = await scene.step("upload").ended;
        run.kill("SIGCONT");
      });
      assertEquals(first.code, 0, first.text);
      return said!;
    },
    holds,
  },
  {
    step: "upload",
    fault: "the object store is killed",
    isLong: true,
    told:
      'Cannot upload to the bucket "staging": nothing answers at http://127.0.0.1:…. Next: deno task up',
    after: `the supervisor starts it again; ${NEXT}`,
    async make(scene) {
      let goOn = () => {};
      try {
        return await amidUpload(scene, async () => {
          goOn = await keepDown("s3");
        });
      } finally {
        goOn();
      }
    },
    holds,
  },
  {
    step: "upload",
    fault: "the object store sleeps for a while (SIGSTOP, SIGCONT)",
    goesOn: true,
    told: "done",
    isLong: true,
    after: "every file is sent",
    make: (scene) => amidUpload(scene, () => sleepService("s3", 4)),
    holds,
  },
  {
    step: "upload",
    fault: "the object store's disk is full",
    isLong: true,
    told:
      'Cannot upload to the bucket "staging": the object store failed, as when its disk is full. Next: free some space there, then run it again; deno task status says whether it is well',
    needsDisk: true,
    after: NEXT,
    async make(scene) {
      await withOtherTrips(scene);
      await stackDisk().fill();
      const said = await scene.step("upload").ended;
      await stackDisk().free();
      return said;
    },
    holds,
  },
];
