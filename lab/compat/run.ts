/**
 * A whole run of the matrix: namespaces made, engines asked, all of it removed.
 *
 * @module
 */

import { interruptSignal, withLimit } from "../../lib/core/interrupt.ts";
import { formatBytes } from "../../lib/core/format.ts";
import { settings } from "../../lib/core/settings.ts";
import { removeScratch, scratchNamespace } from "../trials/scratch.ts";
import type { Capability, EngineName } from "./capability.ts";
import type { CompatEngine } from "./engine.ts";
import { type MatrixOptions, runMatrix } from "./matrix.ts";
import type { CompatResult, StoreFacts } from "./result.ts";

const LIMIT_MS = 30 * 60_000;

/** Engines that are open, and those that could not be. */
export interface OpenEngines {
  /** Those that take statements. */
  engines: CompatEngine[];
  /** The others, and why. */
  missing: CompatResult["missing"];
}

/** Options of {@linkcode runCompat}. */
export interface RunCompatOptions {
  /** Rows to ask for. */
  capabilities: readonly Capability[];
  /** The engines; they are closed at the end. */
  open: (signal: AbortSignal) => Promise<OpenEngines>;
  /** Ends the run; its namespaces are removed all the same. @default {interruptSignal()} */
  signal?: AbortSignal;
  /** Longest time it may take, in milliseconds. @default {1_800_000} */
  limitMs?: number;
  /** Told each cell as it is done. */
  onCell?: MatrixOptions["onCell"];
  /** What is known of the store beyond its own answers. */
  store?: Partial<StoreFacts>;
}

/** Namespace of an engine's tables, of this project's own making. */
const namespaceOf = (engine: EngineName) =>
  `compat_${engine.replaceAll(/\W/g, "_")}`;

/** What the object store calls itself, and the stack it belongs to. */
async function storeFacts(given: Partial<StoreFacts>): Promise<StoreFacts> {
  const { minioHost, stack = "none" } = settings();
  const named = async () => {
    const response = await fetch(minioHost, {
      signal: AbortSignal.timeout(5_000),
    });
    await response.body?.cancel();
    return response.headers.get("server") ?? "";
  };
  const name = given.name || await named().catch(() => "") ||
    `the store at ${new URL(minioHost).host}`;
  return { stack, note: "", ...given, name };
}

function machineText(): string {
  const memory = Deno.systemMemoryInfo().total;
  return `${navigator.hardwareConcurrency} cores, ${formatBytes(memory)}`;
}

/**
 * Asks every engine for every capability, in namespaces of its own that it
 * removes; no other table is touched.
 *
 * @throws {LakehouseError} When the catalog or Trino cannot be reached at all.
 * @throws {unknown} The signal's reason, after everything was removed.
 */
export async function runCompat(
  options: RunCompatOptions,
): Promise<CompatResult> {
  const started = performance.now();
  const date = new Date().toISOString();
  const signal = withLimit(
    options.signal ?? interruptSignal(),
    options.limitMs ?? LIMIT_MS,
    "The run",
  );
  const store = await storeFacts(options.store ?? {});
  const { engines, missing } = await options.open(signal);
  const namespaces = engines.map(({ name }) => namespaceOf(name));
  try {
    for (const namespace of namespaces) await scratchNamespace(namespace);
    const { capabilities, errors } = await runMatrix(
      options.capabilities,
      engines,
      {
        namespaceOf,
        signal,
        ...options.onCell && { onCell: options.onCell },
      },
    );
    return {
      format: 1,
      date,
      seconds: Math.round((performance.now() - started) / 100) / 10,
      machine: machineText(),
      store,
      engines: engines.map(({ name, title, version }) => ({
        ...{ name, title, version },
      })),
      missing,
      capabilities,
      errors,
    };
  } finally {
    await Promise.allSettled(engines.map((engine) => engine.close()));
    for (const namespace of namespaces) await removeScratch(namespace);
  }
}
