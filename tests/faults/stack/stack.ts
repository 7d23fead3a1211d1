/**
 * The stack that these faults hit: started once, with a table that is known, and
 * looked at after each fault.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { catalog } from "../../../lib/catalog/config.ts";
import { loadTable } from "../../../lib/catalog/tables.ts";
import { settings } from "../../../lib/core/settings.ts";
import { listObjects, s3Client } from "../../../lib/store/s3.ts";
import { ensureTrinoCatalog } from "../../../lib/trino/catalog.ts";
import { query } from "../../../lib/trino/client.ts";
import { python } from "../../../stack/install/python.ts";
import { localStack } from "../../../stack/local/local.ts";
import { programStates } from "../../../stack/local/supervisor.ts";
import { withEnv } from "../../support/env.ts";
import { type Disk, mountDisk } from "../disk.ts";
import { type Scene, until } from "../scene.ts";
import { endStack, HOME, ROWS, STACK_ENV } from "./place.ts";

export { endStack, ROWS, STACK_ENV };

/** Folder of its data and configuration. */
export const stackDir = (): string => `${HOME}/local`;

/** Looks at the stack from here. */
export const onStack = <T>(body: () => Promise<T>): Promise<T> =>
  withEnv(STACK_ENV, body);

let disk: Disk | undefined;

/** The small disk that holds the stack's data; only where one may mount. */
export function stackDisk(): Disk {
  assert(disk, "the stack has no disk of its own");
  return disk;
}

/** Starts it, and makes the table that each fault finds there. */
async function startStack(scene: Scene): Promise<void> {
  await endStack();
  await Deno.remove(HOME, { recursive: true }).catch(() => {});
  if (!disk && Deno.env.get("LANE_DISKS") === "1") {
    disk = await mountDisk(HOME, 1_500);
  }
  await scene.up();
  await scene.works("generate");
  for (const step of ["warehouse", "upload", "ingest", "trino catalog"]) {
    await scene.stepWorks(step);
  }
}

/** What readers see of the table, and what lies in the store for it. */
export interface Seen {
  rows: bigint;
  snapshot: bigint | undefined;
  /** Snapshots of the table, and ingests that data files in the store are of. */
  snapshots: number;
  ingests: number;
  /** What ingests have noted that have not ended. */
  noted: number;
}

async function keys(bucket: string, prefix = ""): Promise<string[]> {
  const client = await s3Client();
  try {
    const found = await Array.fromAsync(listObjects(client, bucket, prefix));
    return found.map(({ key }) => key);
  } finally {
    client.destroy();
  }
}

/** Looks at the table, once every service answers. */
export function seen(): Promise<Seen> {
  return onStack(async () => {
    const { warehouse, stagingBucket, namespace, table: name } = settings();
    await ensureTrinoCatalog();
    const { first } = await query(`SELECT count(*) AS n FROM ${name}`);
    const table = await loadTable(catalog(), namespace, name);
    const ids = (await keys(warehouse))
      .flatMap((key) => key.match(/ingest-[0-9a-f-]{36}/) ?? []);
    return {
      rows: first.n as bigint,
      snapshot: table.currentSnapshot?.id,
      snapshots: table.snapshots.length,
      ingests: new Set(ids).size,
      noted: (await keys(stagingBucket, "_ingests/"))
        .filter((key) => key.includes("/ingest-")).length,
    };
  });
}

/** Whether every service answers, and which does not. */
export async function isWell(): Promise<boolean> {
  const services = await onStack(() => localStack.status());
  return services.every(({ healthy }) => healthy);
}

let isStarted = false;

/** Makes sure that the stack is well before a fault, with all its trips. */
export async function wellStack(scene: Scene): Promise<void> {
  const isWhole = isStarted &&
    await scene.task("up", [], { stays: true }).ended
      .then(({ code }) => code === 0) &&
    await seen().then(({ rows }) => rows === BigInt(ROWS), () => false);
  if (!isWhole) await startStack(scene);
  isStarted = true;
  scene.notes.set("seen", await seen());
}

/** Process id of a service. */
export async function serviceOf(name: string): Promise<number> {
  const pid = await onStack(async () => {
    const { bin } = await python();
    return (await programStates({ dir: stackDir(), bin })).get(name)?.pid;
  });
  assert(pid, `${name} does not run`);
  return pid;
}

/** Kills a service; the supervisor starts it again. */
export const killService = async (name: string): Promise<void> =>
  Deno.kill(await serviceOf(name), "SIGKILL");

/** Process id of the supervisor. */
export const supervisorOf = async (): Promise<number> =>
  Number(await Deno.readTextFile(`${stackDir()}/supervisord.pid`));

/** Kills a service; nobody starts it again before the function that it gives is called. */
export async function keepDown(name: string): Promise<() => void> {
  const pid = await supervisorOf();
  const service = await serviceOf(name);
  Deno.kill(pid, "SIGSTOP");
  Deno.kill(service, "SIGKILL");
  return () => Deno.kill(pid, "SIGCONT");
}

/** Stops a service for some seconds, as a machine that sleeps. */
export async function sleepService(name: string, seconds: number) {
  const pid = await serviceOf(name);
  Deno.kill(pid, "SIGSTOP");
  try {
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  } finally {
    Deno.kill(pid, "SIGCONT");
  }
}

/** All services are well again, by the supervisor or by `up`. */
export async function comesBack(scene: Scene): Promise<void> {
  await scene.up();
  // Of one that was just started again the supervisor says so for two seconds.
  await until(isWell, "every service is well", 10);
}

/** Readers see the very table of before. */
export async function tableIsAsBefore(scene: Scene): Promise<void> {
  await comesBack(scene);
  const before = scene.notes.get("seen") as Seen;
  const now = await seen();
  assertEquals([now.rows, now.snapshot], [before.rows, before.snapshot]);
}

/** Readers see all rows, of before or of after; whose, if one is named. */
async function nextIngestIsWhole(scene: Scene): Promise<void> {
  await scene.stepWorks("upload");
  await scene.stepWorks("ingest");
  const after = await seen();
  assertEquals(after.rows, BigInt(ROWS));
  assertEquals(
    [after.ingests, after.noted],
    [after.snapshots, 0],
    "something is left in the store",
  );
}

/** The table is as before; the next ingest works, and leaves nothing of this one. */
export async function nothingWasPublished(scene: Scene): Promise<void> {
  await tableIsAsBefore(scene);
  await nextIngestIsWhole(scene);
}

/** The table is the new one, whole; the next ingest works. */
export async function allWasPublished(scene: Scene): Promise<void> {
  await comesBack(scene);
  const before = scene.notes.get("seen") as Seen;
  const now = await seen();
  assertEquals(now.rows, BigInt(ROWS));
  assert(now.snapshot !== before.snapshot, "the table is still the old one");
  assertEquals([now.ingests, now.noted], [now.snapshots, 0]);
}
