/**
 * Checks the notebooks: their shape, format, types and lint. Nothing is run.
 *
 * @module
 */

import { basename } from "node:path";
import { PROJECT_DIR } from "../lib/config.ts";
import { readNotebook, toTypeScript } from "../lib/notebook.ts";
import {
  inNotebook,
  numberProblems,
  shapeProblems,
} from "../lib/notebook_rules.ts";
import { command, main } from "./cli.ts";

/** The notebooks of the project, in reading order. */
export async function notebookPaths(
  dir = `${PROJECT_DIR}/notebooks`,
): Promise<string[]> {
  const paths: string[] = [];
  for await (const { name } of Deno.readDir(dir)) {
    if (name.endsWith(".ipynb")) paths.push(`${dir}/${name}`);
  }
  return paths.sort();
}

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

/** All that is wrong with the notebooks; empty when they are good. */
export async function notebookProblems(
  paths: readonly string[],
): Promise<string[]> {
  if (paths.length === 0) return [];
  const shape = await Promise.all(
    paths.map(async (path) => shapeProblems(path, await readNotebook(path))),
  );
  return [
    ...numberProblems(paths),
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
