/**
 * The engines of the matrix, opened by their names.
 *
 * @module
 */

import { LakehouseError } from "../../../lib/core/errors.ts";
import type { Tools } from "../../../lib/core/running_stack.ts";
import { sparkSubmit } from "../../../lib/spark/submit.ts";
import type { EngineName } from "../capability.ts";
import type { CompatEngine } from "../engine.ts";
import { duckdbEngine } from "./duckdb.ts";
import { pyicebergEngine } from "./pyiceberg.ts";
import { sparkEngine } from "./spark.ts";
import { trinoEngine } from "./trino.ts";
import { typescriptEngine } from "./typescript.ts";

async function open(
  name: EngineName,
  tools: Tools,
  signal: AbortSignal,
): Promise<CompatEngine> {
  switch (name) {
    case "spark-3.5":
      return await sparkEngine(name, sparkSubmit("3.5"), signal);
    case "spark-4.1":
      return await sparkEngine(name, sparkSubmit("4.1"), signal);
    case "trino":
      return await trinoEngine(signal);
    case "typescript":
      return typescriptEngine();
  }
  if (!tools.python) {
    throw new LakehouseError({
      what: `Cannot start ${name}`,
      why: "its Python packages were not fetched",
      next: "deno task compat, which fetches them",
    });
  }
  return name === "duckdb"
    ? await duckdbEngine(tools.python, signal)
    : await pyicebergEngine(tools.python, signal);
}

const START_MS = 180_000;

/** One that hangs keeps the others waiting for so long. */
async function openInTime(
  name: EngineName,
  tools: Tools,
  signal: AbortSignal,
): Promise<CompatEngine> {
  const limit = AbortSignal.timeout(START_MS);
  try {
    return await open(name, tools, AbortSignal.any([signal, limit]));
  } catch (cause) {
    if (signal.aborted || !limit.aborted) throw cause;
    throw new LakehouseError({
      what: `Cannot start ${name}`,
      why: `it was not ready within ${START_MS / 1000} s`,
      next: "deno task doctor",
      cause,
    });
  }
}

/** Engines that run, and why others do not. */
export interface OpenedEngines extends AsyncDisposable {
  /** Those that run, in the order they were named. */
  engines: CompatEngine[];
  /** Why the others do not, by name. */
  absent: Partial<Record<EngineName, string>>;
}

/**
 * Starts engines side by side. One that does not start leaves the others alone.
 *
 * @param tools What was fetched for them, as the running stack's record has it.
 * @throws {unknown} The signal's reason, once those that ran have ended.
 * @example Usage
 * ```ts ignore
 * import { openEngines } from "./mod.ts";
 *
 * await using opened = await openEngines({}, ["trino", "typescript"], AbortSignal.timeout(60_000));
 * for (const { title } of opened.engines) console.log(title);
 * ```
 */
export async function openEngines(
  tools: Tools,
  names: readonly EngineName[],
  signal: AbortSignal,
): Promise<OpenedEngines> {
  const absent: OpenedEngines["absent"] = {};
  const started = await Promise.allSettled(
    names.map((name) => openInTime(name, tools, signal)),
  );
  const engines: CompatEngine[] = [];
  let fault: unknown;
  for (const [index, result] of started.entries()) {
    if (result.status === "fulfilled") engines.push(result.value);
    else if (result.reason instanceof LakehouseError) {
      absent[names[index]!] = result.reason.message;
    } else fault ??= result.reason;
  }
  const close = async () => {
    await Promise.all(engines.map((engine) => engine.close()));
  };
  if (signal.aborted || fault !== undefined) {
    await close();
    throw signal.aborted ? signal.reason : fault;
  }
  return { engines, absent, [Symbol.asyncDispose]: close };
}
