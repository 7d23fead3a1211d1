/**
 * Faults of `deno task compat`, on a stack that runs.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { catalog } from "../../../lib/catalog/config.ts";
import { listNamespaces } from "../../../lab/catalog/namespaces.ts";
import type { Fault } from "../fault.ts";
import { type Running, type Said, type Scene, until } from "../scene.ts";
import { onStack, tableIsAsBefore, wellStack } from "./stack.ts";

const namespaces = () =>
  onStack(async () =>
    (await listNamespaces(catalog())).map((levels) => levels.join("."))
      .filter((name) => name.startsWith("compat_"))
  );

const asking = (scene: Scene, ...args: string[]): Running =>
  scene.task("compat", [
    ...["--no-catalog-tests", "--engines", "trino,typescript"],
    ...["--out", `${scene.dir}/reports`, ...args],
  ]);

/** Does something once the engines are asked. */
async function amidCompat(
  scene: Scene,
  harm: (run: Running) => unknown,
): Promise<Said> {
  await wellStack(scene);
  const run = asking(scene);
  await until(async () => (await namespaces()).length > 0, "a namespace");
  return await run.harm(() => harm(run));
}

/** The table is as before; the next run works, and leaves nothing. */
async function holds(scene: Scene): Promise<void> {
  await tableIsAsBefore(scene);
  const { code, text } = await asking(scene, "--only", "config,namespaces")
    .ended;
  assertEquals(code, 0, text);
  assertEquals(await namespaces(), []);
}

/** Faults of `deno task compat`. */
export const COMPAT_FAULTS: readonly Fault[] = [
  {
    step: "compat",
    fault: "Ctrl+C",
    isLong: true,
    told: "Stopped by the user",
    // What was made goes by the catalog and the store, table by table.
    endSeconds: 30,
    withinSeconds: 30,
    after: "what it had made is removed; no other table is touched",
    make: (scene) => amidCompat(scene, (run) => run.stop()),
    async holds(scene) {
      assertEquals(await namespaces(), []);
      await holds(scene);
    },
  },
  {
    step: "compat",
    fault: "its process is killed",
    isLong: true,
    by: "the next one",
    goesOn: true,
    told: "Page: …",
    after: "the next run removes what it had made; no other table is touched",
    async make(scene) {
      await amidCompat(scene, (run) => run.kill("SIGKILL"));
      return await asking(scene, "--only", "config,namespaces").ended;
    },
    holds,
  },
  {
    step: "compat",
    fault: "two at once",
    isLong: true,
    by: "the second",
    told:
      "Cannot ask the engines: another compat of this folder (process …, since …) is at it. Next: wait for it, or end it with Ctrl+C in its terminal",
    after: "the first goes on alone",
    async make(scene) {
      let said: Said | undefined;
      const first = await amidCompat(scene, async () => {
        said = await asking(scene).ended;
      });
      assertEquals(first.code, 0, first.text);
      return said!;
    },
    holds,
  },
];
