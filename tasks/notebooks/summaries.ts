/**
 * Runs notebooks one after the other, for `demo`, `analyze` and `report`.
 *
 * @module
 */

import { LakehouseError } from "../../lib/core/errors.ts";
import { interruptSignal } from "../../lib/core/interrupt.ts";
import { takeLock } from "../../lib/core/lock.ts";
import { stateDir } from "../../lib/core/settings.ts";
import { outputTexts, readNotebook } from "./document.ts";
import { findNotebooks } from "./paths.ts";
import { type ExecutedNotebook, runNotebook } from "./run.ts";
import { recordRun, runFacts } from "../report/run_facts.ts";

/** Options of {@linkcode runNotebooks}. */
interface RunNotebooksOptions {
  /** Variables for the kernels. @default {{}} */
  env?: Record<string, string>;
  /** Whether those after one that fails run too. @default {false} */
  keepGoing?: boolean | undefined;
  /** Ends the runs, also between two of them. @default {interruptSignal()} */
  signal?: AbortSignal;
}

/**
 * Runs the notebooks of these numbers; ends with the first that fails.
 *
 * @throws {LakehouseError} When another run of notebooks is under way in this folder.
 * @throws {unknown} The signal's reason.
 */
export async function runNotebooks(
  names: string[],
  options: RunNotebooksOptions = {},
): Promise<ExecutedNotebook[]> {
  // One for all: a stop between two notebooks is a stop, too.
  const { env = {}, keepGoing = false, signal = interruptSignal() } = options;
  // Two would write the same executed notebooks, and the same table.
  using _lock = takeLock(
    `${stateDir()}/notebooks.lock`,
    "Cannot run the notebooks",
    "another run of notebooks in this folder",
  );
  const done: ExecutedNotebook[] = [];
  for (const path of await findNotebooks(names)) {
    signal.throwIfAborted();
    const started = new Date();
    const executed = await runNotebook(path, {
      env,
      signal,
      onLine: (line) => console.log(line),
    });
    // Told now, since another stack may run when a report is made of it.
    await recordRun(executed.path, await runFacts(started));
    done.push(executed);
    if (executed.fault && !keepGoing) break;
  }
  return done;
}

/**
 * Fails when one of the notebooks did.
 *
 * @throws {LakehouseError} Names all that failed.
 */
export function requireFinished(
  executed: readonly ExecutedNotebook[],
  next?: (failed: ExecutedNotebook) => string,
): void {
  const failed = executed.filter(({ fault }) => fault);
  const [first] = failed;
  if (!first) return;
  const names = failed.map(({ name }) => name);
  throw new LakehouseError({
    what: `Cannot finish ${names.join(", ")}`,
    why: failed.length === 1
      ? first.fault ?? ""
      : failed.map(({ name, fault }) => `${name}: ${fault}`).join("; "),
    ...next ? { next: next(first) } : {},
  });
}

/** Prints the outputs of the cells tagged `summary`. */
export async function printSummaries(
  executed: ExecutedNotebook[],
): Promise<void> {
  for (const { path } of executed) {
    const { cells } = await readNotebook(path);
    for (const { metadata, outputs = [] } of cells) {
      if (!(metadata.tags as string[] | undefined)?.includes("summary")) {
        continue;
      }
      for (const text of outputTexts(outputs)) {
        console.log(`\n${text.trimEnd()}`);
      }
    }
  }
}

/** Prints the time of each notebook. */
export function printTimes(executed: ExecutedNotebook[]): void {
  console.log("\nSeconds per step");
  for (const { name, seconds, fault } of executed) {
    console.log(
      `  ${name.padEnd(14)} ${seconds.toFixed(1).padStart(6)}${
        fault ? "  failed" : ""
      }`,
    );
  }
}
