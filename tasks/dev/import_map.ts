/**
 * Writes the import map with which tests run where JSR cannot be reached.
 *
 * Made from `deno.json` at each run, so that nothing is written twice.
 *
 * @module
 */

import { pathToFileURL } from "node:url";
import { PROJECT_DIR, stateDir } from "../../lib/core/settings.ts";

/** Writes the map with `@std/assert` on `node:assert` into `dir`; returns its path. */
async function writeImportMap(dir = stateDir()): Promise<string> {
  const config = JSON.parse(
    await Deno.readTextFile(`${PROJECT_DIR}/deno.json`),
  );
  const root = pathToFileURL(`${PROJECT_DIR}/`);
  const imports = Object.fromEntries(
    Object.entries(config.imports as Record<string, string>).map((
      [name, target],
    ) => [
      name,
      target.startsWith("./") ? new URL(target, root).href : target,
    ]),
  );
  imports["@std/assert"] = new URL("tests/support/assert.ts", root).href;
  await Deno.mkdir(dir, { recursive: true });
  const path = `${dir}/import_map.json`;
  await Deno.writeTextFile(path, JSON.stringify({ imports }, null, 2));
  return path;
}

async function reachesJsr(cwd: string): Promise<boolean> {
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-lock", 'import "jsr:@std/assert@1";'],
    signal: AbortSignal.timeout(30_000),
    stdout: "null",
    stderr: "null",
    cwd,
  }).output();
  return success;
}

/**
 * Flags with which tests are checked and run here, with files in `dir`.
 *
 * The lock file holds no JSR package where it was made without JSR. A copy of
 * it takes what is missing; npm packages stay checked against their hashes.
 */
export async function testFlags(dir = stateDir()): Promise<string[]> {
  await Deno.mkdir(dir, { recursive: true });
  const lock = `${dir}/deno.lock`;
  await Deno.copyFile(`${PROJECT_DIR}/deno.lock`, lock);
  const flags = [`--lock=${lock}`];
  if (await reachesJsr(dir)) return flags;
  console.log("JSR cannot be reached: @std/assert is tests/support/assert.ts");
  return [...flags, `--import-map=${await writeImportMap(dir)}`];
}

if (import.meta.main) console.log(await writeImportMap());
