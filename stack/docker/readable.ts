/**
 * The folders that the Compose file mounts: containers' users have to read them.
 *
 * @module
 */

import { LakehouseError } from "../../lib/core/errors.ts";
import { PROJECT_DIR } from "../../lib/core/settings.ts";

/** Folders of this project that containers read, of which none holds a secret. */
const MOUNTED = [`${PROJECT_DIR}/docker/trino`, `${PROJECT_DIR}/spark`];

const OTHERS_READ = 0o004;
const OTHERS_ENTER = 0o005;

/** What is to be opened, and with which mode. */
async function* closed(
  path: string,
): AsyncGenerator<{ path: string; mode: number }> {
  const { isDirectory, isFile, mode } = await Deno.lstat(path);
  if (mode === null || !(isDirectory || isFile)) return;
  const needed = isDirectory ? OTHERS_ENTER : OTHERS_READ;
  if ((mode & needed) !== needed) {
    yield { path, mode: (mode & 0o7777) | needed };
  }
  if (!isDirectory) return;
  for await (const { name } of Deno.readDir(path)) {
    yield* closed(`${path}/${name}`);
  }
}

/**
 * Lets the containers' users, who are none of this machine, read what is mounted
 * for them: a clone made with umask 077 keeps them out.
 *
 * The folders above stay as they are, closed to others of this machine.
 *
 * @returns The folders that had to be opened.
 * @throws {LakehouseError} When this user may not open them.
 */
export async function letContainersRead(
  folders: readonly string[] = MOUNTED,
): Promise<string[]> {
  const opened: string[] = [];
  for (const folder of folders) {
    try {
      for await (const { path, mode } of closed(folder)) {
        await Deno.chmod(path, mode);
        if (!opened.includes(folder)) opened.push(folder);
      }
    } catch (cause) {
      throw new LakehouseError({
        what: `Cannot let the containers read ${folder}`,
        why: "its files are closed to their users, and are not yours to open",
        next: `sudo chmod -R o+rX ${
          folders.join(" ")
        }, then deno task up --stack docker`,
        cause,
      });
    }
  }
  return opened;
}
