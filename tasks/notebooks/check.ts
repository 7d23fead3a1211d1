/**
 * Checks the notebooks: their shape, links, format, types and lint. Nothing is
 * run.
 *
 * @module
 */

import { basename, dirname } from "node:path";
import { PROJECT_DIR } from "../../lib/core/settings.ts";
import { type Notebook, readNotebook, toTypeScript } from "./document.ts";
import { type LinkedText, linkProblems, notebookParts } from "./links.ts";
import { notebookPaths } from "./paths.ts";
import {
  indexProblems,
  inNotebook,
  numberProblems,
  shapeProblems,
} from "./rules.ts";
import { secretProblems } from "./secrets.ts";
import { command, main } from "../terminal/cli.ts";

async function deno(args: string[]): Promise<{ ok: boolean; text: string }> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: PROJECT_DIR,
    env: { NO_COLOR: "1", RUST_BACKTRACE: "0" },
  }).output();
  const text = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes))
    .join("");
  return { ok: success, text };
}

/** Type-checks and lints the cells of all notebooks, each as one module. */
async function codeProblems(paths: readonly string[]): Promise<string[]> {
  // Beside the notebooks' folder, so that `../lib/mod.ts` leads to the library.
  const dir = await Deno.makeTempDir({ dir: PROJECT_DIR, prefix: ".state-" });
  try {
    const modules = await Promise.all(paths.map(async (path) => {
      const text = toTypeScript(await readNotebook(path));
      const name = basename(path);
      const modulePath = `${dir}/${name.replace(".ipynb", ".ts")}`;
      await Deno.writeTextFile(modulePath, text);
      return { text, name, modulePath };
    }));
    const files = modules.map((module) => module.modulePath);
    const problems: string[] = [];
    for (
      const args of [
        ["check", "--no-lock", ...files],
        ["lint", ...files],
      ]
    ) {
      const { ok, text } = await deno(args);
      if (ok) continue;
      problems.push(modules.reduce(
        (message, { modulePath, text, name }) =>
          inNotebook(message, modulePath, text, name),
        text.replace(/^(Check|Download|Checked) .*\n/gm, "").trim(),
      ));
    }
    return problems;
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

/**
 * Notebooks that `deno fmt` would change, one line each.
 *
 * `deno fmt --check` of 2.8 refuses notebooks that are formatted already, so
 * copies are formatted and compared.
 */
async function formatProblems(paths: readonly string[]): Promise<string[]> {
  const dir = await Deno.makeTempDir();
  try {
    const copies = paths.map((path) => `${dir}/${basename(path)}`);
    await Promise.all(
      paths.map((path, i) => Deno.copyFile(path, copies[i]!)),
    );
    const { ok, text } = await deno(["fmt", "--no-config", ...copies]);
    if (!ok) return [text.trim()];
    const problems: string[] = [];
    for (const [i, path] of paths.entries()) {
      const [before, after] = await Promise.all(
        [path, copies[i]!].map((file) => Deno.readTextFile(file)),
      );
      if (before !== after) {
        problems.push(
          `${basename(path)}: not formatted; mend it with: deno fmt`,
        );
      }
    }
    return problems;
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

/** What is wrong between the notebooks of a folder, and in the pages that lead to them. */
async function folderProblems(folder: string): Promise<string[]> {
  const paths = await notebookPaths(folder);
  const notebooks = new Map<string, Notebook>();
  for (const path of paths) {
    notebooks.set(basename(path), await readNotebook(path));
  }
  const root = dirname(folder);
  const texts: LinkedText[] = [...notebooks].map(([name, notebook]) => ({
    path: `${basename(folder)}/${name}`,
    parts: notebookParts(notebook),
  }));
  for (const path of ["README.md", "CONTRIBUTING.md"]) {
    const markdown = await Deno.readTextFile(`${root}/${path}`)
      .catch(() => undefined);
    if (markdown === undefined) continue;
    texts.push({ path, parts: [{ where: "", markdown }] });
  }
  const isThere = (path: string) =>
    Deno.stat(`${root}/${path}`).then(() => true, () => false);
  return [
    ...numberProblems(paths),
    ...indexProblems(notebooks),
    ...await linkProblems(texts, isThere),
  ];
}

/**
 * All that is wrong with the notebooks and with the folder they stand in; empty
 * when they are good.
 */
export async function notebookProblems(
  paths: readonly string[],
): Promise<string[]> {
  const [first] = paths;
  if (first === undefined) return [];
  const shape = await Promise.all(paths.map(async (path) => {
    const notebook = await readNotebook(path);
    return [
      ...shapeProblems(path, notebook),
      ...secretProblems(path, notebook, {}),
    ];
  }));
  return [
    ...await folderProblems(dirname(first)),
    ...shape.flat(),
    ...await formatProblems(paths),
    ...await codeProblems(paths),
  ];
}

if (import.meta.main) {
  await main(
    command("check_notebooks", "Checks shape, format, types of the notebooks.")
      .argument("[notebooks...]", "all when none is named")
      .action(async (named: string[]) => {
        const paths = named.length ? named : await notebookPaths();
        const problems = await notebookProblems(paths);
        for (const problem of problems) console.error(problem);
        console.log(`${paths.length} notebooks, ${problems.length} problems`);
        if (problems.length > 0) Deno.exitCode = 1;
      }),
  );
}
