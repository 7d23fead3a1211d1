/**
 * Faults of the training run.
 *
 * @module
 */

import { assertStringIncludes } from "@std/assert";
import { cacheDir } from "../../../stack/install/cache.ts";
import type { Fault } from "../fault.ts";
import { type Running, type Said, type Scene, until } from "../scene.ts";

/** The cache, shared but for its class archives and compiled classes, which are its own. */
export async function ownClasses(
  scene: Scene,
): Promise<Record<string, string>> {
  const cache = `${scene.dir}/cache`;
  await Deno.mkdir(cache);
  for await (const { name } of Deno.readDir(cacheDir())) {
    if (!name.startsWith("class")) {
      await Deno.symlink(`${cacheDir()}/${name}`, `${cache}/${name}`);
    }
  }
  return { LAKEHOUSE_CACHE: cache };
}

/** Does something once the training's own stack starts. */
async function amidTraining(
  scene: Scene,
  harm: (run: Running) => unknown,
): Promise<Said> {
  const env = await ownClasses(scene);
  scene.notes.set("env", env);
  const run = await training(scene);
  return await run.harm(() => harm(run));
}

/** A training whose own stack starts. */
async function training(scene: Scene): Promise<Running> {
  const env = scene.notes.get("env") as Record<string, string>;
  const run = scene.task("train", [], { env });
  await run.saw("Starting s3");
  return run;
}

const AFTER = "its stack ends with it; the next one begins anew";

async function holds(scene: Scene): Promise<void> {
  const next = await training(scene);
  next.stop();
  await next.ended;
}

/** Faults of `train`. */
export const TRAIN_FAULTS: readonly Fault[] = [
  {
    step: "train",
    fault: "Ctrl+C",
    isLong: true,
    told: "Stopped by the user",
    after: AFTER,
    make: (scene) => amidTraining(scene, (run) => run.stop()),
    holds,
  },
  {
    step: "train",
    fault: "two at once",
    isLong: true,
    by: "the second",
    told: "A training run is under way already.",
    after: "the first one goes on alone",
    async make(scene) {
      const env = await ownClasses(scene);
      scene.notes.set("env", env);
      const first = await training(scene);
      const said = await scene.task("train", [], { env }).ended;
      first.stop();
      const { text } = await first.ended;
      assertStringIncludes(text, "Stopped by the user");
      await until(() => scene.left().length === 0, "its end", 10);
      return said;
    },
    holds,
  },
  {
    step: "train",
    fault: "its process is killed",
    isLong: true,
    told: "Training …",
    after: AFTER,
    make: (scene) => amidTraining(scene, (run) => run.kill("SIGKILL")),
    holds,
  },
];
