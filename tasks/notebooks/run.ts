/**
 * Runs notebooks on the project's kernel, without a browser.
 *
 * @module
 */

import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { stateDir } from "../../lib/core/settings.ts";
import { notebookFault, readNotebook } from "./document.ts";
import { run } from "../../lib/core/process.ts";
import { python } from "../../stack/install/python.ts";

/** A notebook that was run. */
export interface ExecutedNotebook {
  /** Its name without the ending, such as `05-analyze`. */
  name: string;
  /** The notebook with its outputs, absolute. */
  path: string;
  /** Seconds it took. */
  seconds: number;
  /** Why it failed, or `undefined`. */
  fault: string | undefined;
}

/** Options of {@linkcode runNotebook}. */
export interface RunNotebookOptions {
  /** Folder for the executed notebook. @default {`${stateDir()}/executed`} */
  dir?: string;
  /** Variables for the kernel. */
  env?: Record<string, string>;
  /** Ends the run; what ran so far is saved. */
  signal?: AbortSignal;
  /** Told each cell as it is done. */
  onLine?: (line: string) => void;
}

/**
 * Runs one notebook and keeps it with its outputs, whether it fails or not.
 *
 * @throws {LakehouseError} When the file is no notebook.
 * @throws {unknown} The signal's reason.
 */
export async function runNotebook(
  path: string,
  options: RunNotebookOptions = {},
): Promise<ExecutedNotebook> {
  const { dir = `${stateDir()}/executed`, env = {}, signal, onLine } = options;
  const name = basename(path, ".ipynb");
  const output = `${dir}/${name}.ipynb`;
  // A damaged file is a sentence here, and none where Python reads it.
  await readNotebook(path);
  const { bin, env: pythonEnv } = await python();
  // An outcome of an earlier run is not this one's.
  await Deno.remove(output).catch(() => {});
  const started = performance.now();
  const code = await run({
    command: `${bin}/python`,
    args: [
      fileURLToPath(new URL("./run_notebook.py", import.meta.url)),
      path,
      "--output",
      output,
      "--timeout",
      "3600",
    ],
    env: { ...pythonEnv, ...env },
    ...(signal ? { signal } : {}),
    ...(onLine ? { onLine } : {}),
  });
  const seconds = (performance.now() - started) / 1000;
  const fault = code === 0
    ? undefined
    : await readNotebook(output).then(notebookFault, () => undefined) ??
      `the run ended with code ${code}`;
  return { name, path: output, seconds, fault };
}
