/**
 * Writes the import map with which tests run where JSR cannot be reached.
 *
 * Made from `deno.json` at each run, so that nothing is written twice.
 *
 * @module
 */

import { pathToFileURL } from "node:url";
import { PROJECT_DIR, stateDir } from "../lib/config.ts";

/** Writes the map with `@std/assert` on `node:assert` into `dir`; returns its path. */
export async function writeImportMap(dir = stateDir()): Promise<string> {
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
  imports["@std/assert"] = new URL("tests/assert.ts", root).href;
  await Deno.mkdir(dir, { recursive: true });
  const path = `${dir}/import_map.json`;
  await Deno.writeTextFile(path, JSON.stringify({ imports }, null, 2));
  return path;
}

if (import.meta.main) console.log(await writeImportMap());
