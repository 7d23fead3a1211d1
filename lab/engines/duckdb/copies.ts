/**
 * Temporary folders for copies of data files, each named after its process.
 *
 * @module
 */

import process from "node:process";

const PREFIX = "lakehouse-duckdb-";

function isAlive(pid: number): boolean {
  try {
    // Signal 0 only asks.
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as { code?: string }).code === "EPERM";
  }
}

/** Removes what processes that were killed left behind: copies are big. */
async function sweep(parent: string): Promise<void> {
  for await (const { name } of Deno.readDir(parent)) {
    if (!name.startsWith(PREFIX)) continue;
    const pid = Number(name.slice(PREFIX.length).split("-")[0]);
    if (pid > 0 && !isAlive(pid)) {
      await Deno.remove(`${parent}/${name}`, { recursive: true })
        .catch(() => {});
    }
  }
}

/** Makes a folder for copies; removes those of processes that are gone. */
export async function makeCopiesDir(): Promise<string> {
  const dir = await Deno.makeTempDir({ prefix: `${PREFIX}${Deno.pid}-` });
  await sweep(dir.slice(0, dir.lastIndexOf("/")));
  return dir;
}
