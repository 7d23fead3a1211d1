/**
 * Faults of `deno task load`, on a stack that runs.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { settings } from "../../../lib/core/settings.ts";
import { listObjects, s3Client } from "../../../lib/store/s3.ts";
import { query } from "../../../lib/trino/client.ts";
import type { Fault } from "../fault.ts";
import {
  type Running,
  type Said,
  type Scene,
  type StartOptions,
  until,
} from "../scene.ts";
import { onStack, tableIsAsBefore, wellStack } from "./stack.ts";

const TABLE = "rides";
/** Rows of the table before the fault, and of the files that it hits. */
const [BEFORE, NEW] = [1_000, 200_000];

/** Writes a file of so many rows; its path. */
async function rides(scene: Scene, rows: number): Promise<string> {
  const lines = Array.from({ length: rows }, (_, n) => `${n},stop ${n % 7}`);
  const path = `${scene.dir}/rides ${rows}.csv`;
  await Deno.writeTextFile(path, `id,stop\n${lines.join("\n")}\n`);
  return path;
}

function loading(scene: Scene, path: string, options?: StartOptions): Running {
  const args = [path, "--table", TABLE, "--no-profile"];
  return scene.task("load", args, options);
}

/** A table of rides that is there, and the file whose load the fault hits. */
async function before(scene: Scene): Promise<string> {
  await wellStack(scene);
  const { code, text } = await loading(scene, await rides(scene, BEFORE)).ended;
  assertEquals(code, 0, text);
  return await rides(scene, NEW);
}

/** Does something once Spark works on a load. */
async function amidLoad(
  scene: Scene,
  harm: (run: Running, path: string) => unknown,
): Promise<Said> {
  const path = await before(scene);
  const run = loading(scene, path);
  const isSpark = ({ command }: { command: string }) =>
    command.includes("org.apache.spark.deploy.SparkSubmit");
  await until(() => scene.left().some(isSpark), "Spark");
  return await run.harm(() => harm(run, path));
}

const count = () =>
  onStack(async () => {
    const { first } = await query(`SELECT count(*) AS n FROM ${TABLE}`);
    return first.n;
  });

/** Data files that the store has of the table. */
const dataFiles = () =>
  onStack(async () => {
    const client = await s3Client();
    try {
      const { warehouse } = settings();
      const found = await Array.fromAsync(listObjects(client, warehouse, ""));
      return found.map(({ key }) => key).filter((key) =>
        key.includes(TABLE) && key.includes("/data/")
      );
    } finally {
      client.destroy();
    }
  });

/** Readers see these rows; the next load works, and none of the files of this one stay. */
const holds = (rows: number) => async (scene: Scene) => {
  await tableIsAsBefore(scene);
  assertEquals(await count(), BigInt(rows));
  const { code, text } = await loading(scene, await rides(scene, NEW)).ended;
  assertEquals(code, 0, text);
  assertEquals(await count(), BigInt(NEW));
  await onStack(() => query(`DROP TABLE ${TABLE}`));
  assertEquals(await dataFiles(), [], "something is left in the store");
};

const AFTER = "readers see the table as it was; the next load works";

/** Faults of `deno task load`. */
export const LOAD_FAULTS: readonly Fault[] = [
  {
    step: "load",
    fault: "Ctrl+C",
    isLong: true,
    told: "Stopped by the user",
    after: `Spark ends with it; ${AFTER}`,
    make: (scene) => amidLoad(scene, (run) => run.stop()),
    holds: holds(BEFORE),
  },
  {
    step: "load",
    fault: "its process is killed",
    isLong: true,
    by: "the next load",
    goesOn: true,
    told: "Table: …",
    after: `Spark ends with it; ${AFTER}`,
    async make(scene) {
      const said = await amidLoad(scene, (run) => run.kill("SIGKILL"));
      await until(() => scene.left().length === 0, "Spark's end", 10);
      return { ...said, text: "Table: " };
    },
    holds: holds(BEFORE),
  },
  {
    step: "load",
    fault: "two at once into one table",
    by: "the second",
    told:
      "Cannot load into rides: another load into it (process …, since …) is at it. Next: wait for it, or end it with Ctrl+C in its terminal",
    after: "the first one goes on alone, with all its rows",
    async make(scene) {
      let said: Said | undefined;
      const first = await amidLoad(scene, async (_, path) => {
        said = await loading(scene, path).ended;
      });
      assertEquals(first.code, 0, first.text);
      return said!;
    },
    holds: holds(NEW),
  },
  {
    step: "load",
    fault: "the temporary folder's disk is full",
    isLong: true,
    told:
      "Cannot load …: the disk is full on which they are made ready, that of …. Next: free some space, or set TMPDIR to a folder on a larger disk",
    after: AFTER,
    needsDisk: true,
    async make(scene) {
      const path = await before(scene);
      const disk = await scene.disk("tmp", 8);
      await disk.fill();
      return await loading(scene, path, { env: { TMPDIR: disk.path } }).ended;
    },
    holds: holds(BEFORE),
  },
];
