/**
 * Where the notebooks of the project are.
 *
 * @module
 */

import { basename } from "node:path";
import { LakehouseError } from "../../lib/core/errors.ts";
import { PROJECT_DIR } from "../../lib/core/settings.ts";
import { INDEX } from "./rules.ts";

/** All notebooks of a folder, in reading order. */
export async function notebookPaths(
  dir = `${PROJECT_DIR}/notebooks`,
): Promise<string[]> {
  const paths: string[] = [];
  for await (const { name } of Deno.readDir(dir)) {
    if (name.endsWith(".ipynb")) paths.push(`${dir}/${name}`);
  }
  return paths.sort();
}

/** Those that ask a question: all but the one that lists the others. */
export async function questionPaths(): Promise<string[]> {
  return (await notebookPaths()).filter((path) => basename(path) !== INDEX);
}

/**
 * The notebooks of these numbers or names, in the order of the names.
 *
 * @throws {LakehouseError} When there is none of that number or name.
 */
export async function findNotebooks(
  names: readonly string[],
): Promise<string[]> {
  const all = await notebookPaths();
  return names.map((wanted) => {
    const stem = basename(wanted, ".ipynb");
    const found = all.find((path) => {
      const name = basename(path, ".ipynb");
      return name === stem || name.startsWith(`${stem}-`);
    });
    if (found) return found;
    throw new LakehouseError({
      what: `Cannot find the notebook "${wanted}"`,
      why: `there are ${
        all.map((path) => basename(path, ".ipynb")).join(", ")
      }`,
      next: "name one of them, or its number",
    });
  });
}
