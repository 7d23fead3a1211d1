/**
 * Locks on what only one may change at a time: a folder of trips, a stack.
 *
 * @module
 */

import { dirname } from "node:path";
import { LakehouseError } from "./errors.ts";
import { ifThere } from "./files.ts";

function holderOf(path: string): string {
  try {
    const { pid, doing, since } = JSON.parse(Deno.readTextFileSync(path));
    return `${doing} (process ${pid}, since ${since}) is at it`;
  } catch {
    // It has begun this very moment.
    return "another program is at it";
  }
}

/** Whether the file is still the one at the path, and no other took its place. */
function isAt(file: Deno.FsFile, path: string): boolean {
  const isSame = () => file.statSync().ino === Deno.statSync(path).ino;
  return ifThere(isSame, Error) ?? false;
}

/**
 * Takes the lock at `path` until it is disposed of, or the process ends,
 * however it does: a dead holder's lock is free.
 *
 * @param what What cannot be done while another holds it.
 * @param doing What its holder does, as the others are told it.
 * @throws {LakehouseError} When another holds it; names the holder.
 * @example Usage
 * ```ts
 * import { takeLock } from "./lock.ts";
 * import { assertThrows } from "@std/assert";
 *
 * const dir = await Deno.makeTempDir();
 * {
 *   using _lock = takeLock(`${dir}/lock`, "Cannot write there", "the generator");
 *   assertThrows(() => takeLock(`${dir}/lock`, "Cannot write there", "a download"));
 * }
 * takeLock(`${dir}/lock`, "Cannot write there", "a download")[Symbol.dispose]();
 * await Deno.remove(dir, { recursive: true });
 * ```
 */
export function takeLock(
  path: string,
  what: string,
  doing: string,
): Disposable {
  Deno.mkdirSync(dirname(path), { recursive: true });
  for (;;) {
    const file = Deno.openSync(path, { create: true, write: true });
    if (!file.tryLockSync(true)) {
      file.close();
      throw new LakehouseError({
        what,
        why: holderOf(path),
        next: "wait for it, or end it with Ctrl+C in its terminal",
      });
    }
    // Its last holder may have removed it in between.
    if (!isAt(file, path)) {
      file.close();
      continue;
    }
    const since = new Date().toISOString().slice(11, 19);
    const holder = JSON.stringify({ pid: Deno.pid, doing, since });
    file.truncateSync();
    // On a full disk the lock holds without its holder's name.
    ifThere(() => file.writeSync(new TextEncoder().encode(holder)), Error);
    return {
      [Symbol.dispose]() {
        try {
          if (isAt(file, path)) Deno.removeSync(path);
        } finally {
          file.close();
        }
      },
    };
  }
}
