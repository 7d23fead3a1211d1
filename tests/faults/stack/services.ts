/**
 * Faults of the stack's supervisor and of the files that its services live on.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { localPrograms } from "../../../stack/local/local.ts";
import { withEnv } from "../../support/env.ts";
import type { Fault } from "../fault.ts";
import { type Running, type Said, type Scene, until } from "../scene.ts";
import { ownClasses } from "../machine/train.ts";
import { amidIngest } from "./ingest.ts";
import { amidQuery } from "./query.ts";
import {
  nothingWasPublished,
  onStack,
  STACK_ENV,
  stackDir,
  supervisorOf,
  tableIsAsBefore,
  wellStack,
} from "./stack.ts";

/** Kills the supervisor of the stack. */
const killSupervisor = async () => Deno.kill(await supervisorOf(), "SIGKILL");

/** Starts the stack with a file of it that is damaged. */
async function startWith(
  scene: Scene,
  name: string,
  harm: (path: string) => Promise<void>,
): Promise<Said> {
  await wellStack(scene);
  await scene.works("down");
  const path = `${stackDir()}/${name}`;
  scene.notes.set("path", path);
  scene.notes.set("good", await Deno.readFile(path));
  await harm(path);
  return await scene.task("up", [], { stays: true }).ended;
}

/** Does something once the services start. */
async function amidStart(
  scene: Scene,
  harm: (run: Running) => unknown,
): Promise<Said> {
  await wellStack(scene);
  await scene.works("down");
  const run = scene.task("up", [], { stays: true });
  await run.saw("Starting s3");
  return await run.harm(() => harm(run));
}

/** With the file as it was, all is as before. */
async function isRestored(scene: Scene): Promise<void> {
  const { text } = await scene.task("status").ended;
  assert(text.includes("✗ trino    STOPPED"), text);
  const path = scene.notes.get("path") as string;
  await Deno.writeFile(path, scene.notes.get("good") as Uint8Array);
  await tableIsAsBefore(scene);
}

/** Starts the stack with a cache whose archives are no archives. */
async function withBadArchives(scene: Scene): Promise<Said> {
  await wellStack(scene);
  await scene.works("down");
  const env = await ownClasses(scene);
  const programs = await onStack(() => withEnv(env, localPrograms));
  const archives = programs.flatMap(({ archive }) => archive ?? []);
  assertEquals(archives.length, 3);
  for (const path of archives) {
    await Deno.mkdir(path.replace(/\/[^/]*$/, ""), { recursive: true });
    await Deno.writeTextFile(path, "no archive");
  }
  const said = await scene.task("up", [], { env, stays: true }).ended;
  await scene.works("down");
  return said;
}

/** Starts the stack with compiled classes that are damaged, twice. */
async function withBadClasses(scene: Scene): Promise<Said> {
  await wellStack(scene);
  await scene.works("down");
  const env = await ownClasses(scene);
  // Compiles them: the names are by the folder.
  await onStack(() => withEnv(env, localPrograms));
  for await (const { name } of Deno.readDir(`${env.LAKEHOUSE_CACHE}/classes`)) {
    if (name.startsWith("RestCatalog")) {
      await Deno.truncate(`${env.LAKEHOUSE_CACHE}/classes/${name}`, 100);
    }
  }
  const said = await scene.task("up", [], { env, stays: true }).ended;
  const again = await scene.task("up", [], { env, stays: true }).ended;
  assertEquals(again.code, 0, again.text);
  await scene.works("down");
  return said;
}

const STAYS = "the table stays as it was";

/** Faults of services, and of their files. */
export const SERVICE_FAULTS: readonly Fault[] = [
  {
    step: "query",
    fault: "the stack's supervisor is killed",
    told: "Cannot reach Trino at …: …. Next: deno task …",
    after: `${STAYS}; the services end with it, and \`up\` starts them again`,
    make: (scene) => amidQuery(scene, 10_000, killSupervisor),
    holds: tableIsAsBefore,
  },
  {
    step: "ingest",
    fault: "the stack's supervisor is killed",
    isLong: true,
    // So long Spark tries again.
    withinSeconds: 90,
    told:
      "Spark could not finish the ingest: the object store or the catalog does not answer. Next: deno task status, then deno task up",
    after: `${STAYS}; the services end with it, and \`up\` starts them again`,
    make: (scene) => amidIngest(scene, killSupervisor),
    holds: nothingWasPublished,
  },
  {
    step: "up",
    fault: "Ctrl+C while the services start",
    isLong: true,
    // Services end as they should.
    withinSeconds: 20,
    told: "Stopped by the user",
    after: `what it had started is stopped; ${STAYS}`,
    make: (scene) => amidStart(scene, (run) => run.stop()),
    async holds(scene) {
      const { text } = await scene.task("status").ended;
      assert(text.includes("✗ trino    STOPPED"), text);
      await tableIsAsBefore(scene);
    },
  },
  {
    step: "up",
    fault: "another program takes a port between the look at it and the start",
    isLong: true,
    withinSeconds: 40,
    told:
      "Cannot start s3 (…): its port is taken; … Next: end the program that has the port, or change the setting",
    after: `nothing is started; ${STAYS}`,
    async make(scene) {
      let other: Deno.Listener | undefined;
      const port = Number(STACK_ENV.S3_PORT);
      try {
        return await amidStart(scene, () => {
          other = Deno.listen({ hostname: "127.0.0.1", port });
        });
      } finally {
        other?.close();
      }
    },
    async holds(scene) {
      const { text } = await scene.task("status").ended;
      assert(text.includes("✗ trino    STOPPED"), text);
      await tableIsAsBefore(scene);
    },
  },
  {
    step: "up",
    fault: "the list of warehouses, `warehouses.json`, is damaged",
    withinSeconds: 20,
    told:
      "Cannot start gateway (SigV4 gateway of the catalog): the list of warehouses, gateway/warehouses.json, is damaged; … Next: restore that file from a copy, or deno task down --clean to start afresh",
    after: `nothing is started; ${STAYS}`,
    make: (scene) =>
      startWith(
        scene,
        "gateway/warehouses.json",
        (path) => Deno.truncate(path, 20),
      ),
    holds: isRestored,
  },
  {
    step: "up",
    fault: "the catalog's database, `catalog.db`, is damaged",
    isLong: true,
    withinSeconds: 20,
    told:
      "Cannot start catalog (…): the catalog's database, catalog/catalog.db, is damaged; … Next: restore that file from a copy, or deno task down --clean to start afresh",
    after: `nothing is started; ${STAYS}`,
    make: (scene) =>
      startWith(
        scene,
        "catalog/catalog.db",
        (path) => Deno.writeTextFile(path, "no database".repeat(2000)),
      ),
    holds: isRestored,
  },
  {
    step: "up",
    fault: "the archives of classes in the cache are damaged",
    isLong: true,
    goesOn: true,
    told: "Up. Stop with: deno task down",
    after: "the services start without them",
    make: withBadArchives,
    holds: tableIsAsBefore,
  },
  {
    step: "up",
    fault: "compiled classes in the cache are damaged",
    isLong: true,
    withinSeconds: 20,
    told:
      "Cannot start catalog (…): a downloaded file is missing or damaged; … Next: deno task up, which looks at every byte and fetches it anew",
    after: "the next start makes them anew",
    make: withBadClasses,
    holds: tableIsAsBefore,
  },
  {
    step: "ingest",
    fault: "a staged file was cut off in the store",
    isLong: true,
    told:
      "Cannot read …trips-00003.parquet: it is no whole Parquet file (…). Next: …",
    after: `${STAYS}; the next upload sends that file again`,
    async make(scene) {
      await wellStack(scene);
      const file = "s3/buckets/staging/taxi_trips/trips-00003.parquet";
      await Deno.truncate(`${stackDir()}/${file}`, 1000);
      return await scene.step("ingest").ended;
    },
    holds: nothingWasPublished,
  },
  {
    step: "demo",
    fault: "stopped before its first notebook",
    told: "Stopped by the user",
    after: `it starts none; ${STAYS}`,
    async make(scene) {
      await wellStack(scene);
      const demo = scene.task("demo");
      await demo.saw("Stack: ");
      return await demo.harm(() => demo.stop());
    },
    holds: tableIsAsBefore,
  },
  {
    step: "demo",
    fault: "two at once",
    by: "the second",
    told:
      "Cannot start the demo: another demo of this folder (process …, since …) is at it. Next: wait for it, or end it with Ctrl+C in its terminal",
    after: `the first goes on alone; ${STAYS}`,
    async make(scene) {
      await wellStack(scene);
      const first = scene.task("demo");
      await first.saw("Stack: ");
      const said = await scene.task("demo").ended;
      first.stop();
      const { text } = await first.ended;
      assert(text.includes("Stopped by the user"), text);
      await until(() => scene.left().length === 0, "its end", 20);
      return said;
    },
    holds: tableIsAsBefore,
  },
  {
    step: "report",
    fault: "the kernel is killed while Spark works for its cell",
    told: "04-ingest.ipynb, cell …: the kernel ended during the cell",
    after: `Spark ends with it; ${STAYS}`,
    async make(scene) {
      await wellStack(scene);
      const args = ["04", "--out", `${scene.dir}/reports`];
      const run = scene.task("report", args);
      const find = (words: RegExp) =>
        scene.left().find(({ command }) => words.test(command));
      // Java starts it: Spark's own start is over, its work is not.
      await until(() => Boolean(find(/^\S*python\S* \S*ingest\.py/)), "Spark");
      return await run.harm(() => Deno.kill(find(/--kernel/)!.pid, "SIGKILL"));
    },
    holds: nothingWasPublished,
  },
];
