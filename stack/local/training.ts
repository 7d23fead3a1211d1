/**
 * Which Java programs of the local stack lack a class archive, and a training
 * run in the background that makes them.
 *
 * @module
 */

import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { PROJECT_DIR } from "../../lib/core/settings.ts";
import { archiveDir, archivePath } from "./class_archive.ts";
import { localPrograms } from "./local.ts";
import { sparkDriver } from "./spark_submit.ts";

/** Memory that a second stack and Spark need, in bytes. */
const NEEDED_BYTES = 5 * 2 ** 30;

/** Archive by program, whether it is there or not. */
async function archives(): Promise<[name: string, path: string][]> {
  const found: [string, string][] = [];
  for (const { name, archive } of await localPrograms()) {
    if (archive) found.push([name, archive]);
  }
  return [...found, ["spark", await archivePath(await sparkDriver())]];
}

/** Names of the programs that start without an archive. */
export async function untrained(): Promise<string[]> {
  const names: string[] = [];
  for (const [name, path] of await archives()) {
    if (!await Deno.stat(path).then(() => true, () => false)) names.push(name);
  }
  return names;
}

/** Tells one set of programs from another, by Java, class paths and options. */
async function trainingId(): Promise<string> {
  return createHash("sha256").update(String(await archives())).digest("hex");
}

const triedFile = () => `${archiveDir()}/tried`;

/** Notes that these programs were trained, whatever came of it. */
export async function noteTried(): Promise<void> {
  await Deno.mkdir(archiveDir(), { recursive: true });
  await Deno.writeTextFile(triedFile(), await trainingId());
}

async function wasTried(): Promise<boolean> {
  const tried = await Deno.readTextFile(triedFile()).catch(() => "");
  return tried === await trainingId();
}

function isWanted(): boolean {
  const setting = Deno.env.get("LAKEHOUSE_TRAIN");
  if (setting) return setting !== "0";
  return !Deno.env.get("CI") &&
    Deno.systemMemoryInfo().available >= NEEDED_BYTES;
}

/**
 * Starts a training run that outlives this process and takes only idle time,
 * unless there is nothing to train, it was tried before, `LAKEHOUSE_TRAIN=0` or
 * `CI` is set, or memory is short.
 *
 * @returns The file of its log, or `undefined` when none was started.
 */
export async function trainInBackground(): Promise<string | undefined> {
  if (!isWanted()) return undefined;
  if ((await untrained()).length === 0 || await wasTried()) return undefined;
  const log = `${archiveDir()}/training.log`;
  await Deno.mkdir(archiveDir(), { recursive: true });
  const file = await Deno.open(log, {
    ...{ create: true, write: true, truncate: true },
  });
  file.close();
  const child = spawn("nice", [
    ...["-n", "19", "sh", "-c", 'exec "$0" "$@" >"$LOG" 2>&1'],
    ...[Deno.execPath(), "run", "-A", `${PROJECT_DIR}/tasks/train/main.ts`],
  ], {
    detached: true,
    stdio: "ignore",
    env: { ...Deno.env.toObject(), LOG: log },
  });
  child.on("error", () => {
    // Without `nice` there is no training, and all works as before.
  });
  child.unref();
  return log;
}
