/**
 * Programs built from the Go modules that a `go.sum` pins.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { basename } from "node:path";
import { cacheDir } from "../../stack/install/cache.ts";
import { LakehouseError } from "../../lib/core/errors.ts";
import { once, output } from "./once.ts";

/** A program and where its pins are. */
export interface GoProgram {
  /** Folder of the `go.mod` and `go.sum` that pin it, absolute. */
  module: string;
  /** Package of its `main`. */
  package: string;
  /** Path in the cache folder; the pins' hash is added. */
  into: string;
  /** Flags of `go build`. @default {[]} */
  flags?: string[];
}

/** A built program. */
export interface BuiltProgram {
  /** Where it is, absolute. */
  command: string;
  /** Version of its module. */
  version: string;
}

async function build(program: GoProgram, path: string): Promise<void> {
  const what = `${basename(program.into)} cannot be built`;
  const args = ["build", "-trimpath", ...program.flags ?? [], "-o", path];
  try {
    const { ok, text } = await output("go", [...args, program.package], {
      cwd: program.module,
    });
    if (!ok) throw new LakehouseError({ what, why: text });
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
    throw new LakehouseError({ what, why: "Go is not installed", cause });
  }
}

/** Version of the required module that the package is in. */
function versionOf(mod: string, name: string): string {
  const required = [...mod.matchAll(/^(?:require)?\s+(\S+\.\S+) v(\S+)/gm)];
  return required.find(([, path]) => `${name}/`.startsWith(`${path}/`))?.[2] ??
    "unknown";
}

/**
 * The program and its version; built first where the cache lacks it.
 *
 * @throws {LakehouseError} When it cannot be built; without Go the cause is a `NotFound`.
 */
export async function goProgram(program: GoProgram): Promise<BuiltProgram> {
  const [mod = "", sum = ""] = await Promise.all(
    ["go.mod", "go.sum"].map((name) =>
      Deno.readTextFile(`${program.module}/${name}`)
    ),
  );
  const pins = [mod, sum, ...program.flags ?? []].join("");
  const hash = createHash("sha256").update(pins).digest("hex");
  const command = `${cacheDir()}/${program.into}-${hash.slice(0, 12)}`;
  const what = `Building ${basename(program.into)}`;
  await once(command, what, (path) => build(program, path));
  return { command, version: versionOf(mod, program.package) };
}
