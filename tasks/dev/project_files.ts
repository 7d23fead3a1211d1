/**
 * The project's files, as git has them or would take them.
 *
 * @module
 */

import { PROJECT_DIR } from "../../lib/core/settings.ts";
import { parseNotebook, toTypeScript } from "../notebooks/document.ts";
import type { Module } from "./house.ts";

/** Paths relative to the project, in order; what git ignores is left out. */
export async function projectFiles(): Promise<string[]> {
  const { success, stdout, stderr } = await new Deno.Command("git", {
    args: ["ls-files", "-z", "--cached", "--others", "--exclude-standard"],
    cwd: PROJECT_DIR,
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  const paths = new Set(new TextDecoder().decode(stdout).split("\0"));
  const found: string[] = [];
  for (const path of paths) {
    // One that was deleted stays in git's list until the next commit.
    const file = path && await Deno.stat(`${PROJECT_DIR}/${path}`)
      .catch(() => undefined);
    if (file && file.isFile) found.push(path);
  }
  return found.sort();
}

/** The text of one of the project's files. */
export function readProjectFile(path: string): Promise<string> {
  return Deno.readTextFile(`${PROJECT_DIR}/${path}`);
}

/** Every module of the project: TypeScript files, and notebooks as one each. */
export async function projectModules(
  paths: readonly string[],
): Promise<Module[]> {
  const modules: Module[] = [];
  for (const path of paths) {
    if (path.endsWith(".ts")) {
      modules.push({ path, text: await readProjectFile(path) });
    } else if (path.endsWith(".ipynb")) {
      const notebook = parseNotebook(await readProjectFile(path), path);
      modules.push({ path, text: toTypeScript(notebook) });
    }
  }
  return modules;
}
