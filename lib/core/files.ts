/**
 * Files that are there whole or not at all.
 *
 * @module
 */

import { dirname, resolve } from "node:path";
import { LakehouseError } from "./errors.ts";
import { fileURLToPath } from "node:url";

/** The project's folder, absolute, without a final slash. */
export const PROJECT_DIR: string = fileURLToPath(
  new URL("../..", import.meta.url),
).replace(/\/$/, "");

type Kind = new () => Error;

/** What `read` reads, or `undefined` when it is not there, or has another such error. */
export function ifThere<T>(read: () => T, kind: Kind = Deno.errors.NotFound) {
  try {
    return read();
  } catch (error) {
    if (error instanceof kind) return undefined;
    throw error;
  }
}

/**
 * Writes a file under another name beside `path`, then gives it its name; a file
 * that was there before stays as it is until then. Folders are made as needed.
 *
 * @param write Writes the whole file to the path it is given.
 * @returns The size in bytes.
 * @throws {LakehouseError} When the file cannot be written; nothing is left of it then.
 * @example Usage
 * ```ts
 * import { writeWhole } from "./files.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const dir = await Deno.makeTempDir();
 * const bytes = await writeWhole(`${dir}/a.txt`, (part) => Deno.writeTextFile(part, "a"));
 * assertEquals(bytes, 1);
 * await Deno.remove(dir, { recursive: true });
 * ```
 */
export async function writeWhole(
  path: string,
  write: (part: string) => void | Promise<void>,
): Promise<number> {
  const target = resolve(path);
  const part = `${target}.${crypto.randomUUID().slice(0, 8)}.part`;
  try {
    await Deno.mkdir(dirname(target), { recursive: true });
    await write(part);
    const { size } = await Deno.stat(part);
    await Deno.rename(part, target);
    return size;
  } catch (error) {
    await Deno.remove(part).catch(() => {
      // It was never there, or is the target already.
    });
    if (error instanceof LakehouseError) throw error;
    throw new LakehouseError({
      what: `Cannot write ${path}`,
      why: error instanceof Error ? error.message : String(error),
      next: "check the folder, its permissions and the disk's space",
      cause: error,
    });
  }
}
