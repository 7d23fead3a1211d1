/**
 * Small file systems, which can be full or read-only.
 *
 * @module
 */

import { assert } from "@std/assert";

/** A small file system of its own. */
export interface Disk {
  readonly path: string;
  /** Leaves so many megabytes of room. @default {0} */
  fill(megabytes?: number): Promise<void>;
  /** Makes the room again. */
  free(): Promise<void>;
  /** Lets nobody write, or all again. */
  readOnly(isSo: boolean): Promise<void>;
}

/** Runs a program of the system; it must succeed. */
async function system(command: string, ...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(command, { args })
    .output();
  assert(success, `${command} ${args}: ${new TextDecoder().decode(stderr)}`);
}

/** Writes a file until no byte has room any more. */
async function fill(path: string): Promise<void> {
  using file = await Deno.open(path, { create: true, append: true });
  for (const size of [1 << 20, 4096, 1]) {
    try {
      for (;;) await file.write(new Uint8Array(size));
    } catch {
      // A smaller piece may still fit.
    }
  }
}

/** A file system of so many megabytes at a folder, which is made. */
export async function mountDisk(
  path: string,
  megabytes: number,
): Promise<Disk> {
  await Deno.mkdir(path, { recursive: true });
  const kind = ["-t", "tmpfs", "-o", `size=${megabytes}m,mode=755`];
  await system("mount", ...kind, "none", path);
  const filler = `${path}/.filler`;
  return {
    path,
    async fill(megabytes = 0) {
      await fill(filler);
      const { size } = await Deno.stat(filler);
      await Deno.truncate(filler, size - megabytes * 2 ** 20);
    },
    free: () => Deno.remove(filler),
    readOnly: (isSo) =>
      system("mount", "-o", `remount,${isSo ? "ro" : "rw"}`, path),
  };
}

/** Takes it away, whoever still uses it. */
export const unmountDisk = (path: string): Promise<void> =>
  system("umount", "-l", path);
