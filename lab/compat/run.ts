/**
 * A whole run of the matrix: namespaces made, engines asked, all of it removed.
 *
 * @module
 */

import { catalog } from "../../lib/catalog/config.ts";
import { ensureWarehouse } from "../../lib/catalog/warehouses.ts";
import { interruptSignal, withLimit } from "../../lib/core/interrupt.ts";
import { formatBytes } from "../../lib/core/format.ts";
import { settings } from "../../lib/core/settings.ts";
import { withProgress } from "../../lib/show/progress.ts";
import { LakehouseError } from "../../lib/core/errors.ts";
import { runningStack } from "../../lib/core/running_stack.ts";
import { capabilities } from "./capabilities/mod.ts";
import {
  type Capability,
  ENGINE_NAMES,
  type EngineName,
  GROUPS,
  isAbout,
} from "./capability.ts";
import { firstLine } from "./engine.ts";
import { openEngines } from "./engines/mod.ts";
import { runMatrix } from "./matrix.ts";
import type { CompatResult, StoreFacts } from "./result.ts";
import { openWorkspace, removeWorkspace } from "./workspace.ts";

const LIMIT_MS = 30 * 60_000;

/** Options of {@linkcode askEngines}. */
export interface AskOptions {
  /** Rows to ask for. @default {all} */
  capabilities?: readonly Capability[];
  /** Rows or groups to ask for, by their names. @default {all} */
  only?: readonly string[];
  /** Engines to ask. @default {those that the running stack has} */
  engines?: readonly EngineName[];
  /** Ends the run; its namespaces are removed all the same. @default {interruptSignal()} */
  signal?: AbortSignal;
  /** Longest time it may take, in milliseconds. @default {1_800_000} */
  limitMs?: number;
  /** What is known of the store beyond its own answers. */
  store?: Partial<StoreFacts>;
}

/** Engines that the running stack has, or was given by `deno task compat`. */
export function enginesHere(): EngineName[] {
  const { sparks = {}, python } = runningStack()?.tools ?? {};
  return ENGINE_NAMES.filter((name) =>
    name === "spark-4.1"
      ? Object.hasOwn(sparks, "4.1")
      : name === "duckdb" || name === "pyiceberg"
      ? python !== undefined
      : true
  );
}

/**
 * The rows of these names, or of the groups of these names.
 *
 * @throws {LakehouseError} When there is none of a name.
 */
export function chosen(
  all: readonly Capability[],
  only: readonly string[],
): readonly Capability[] {
  const named = (name: string) =>
    all.filter(({ id, group }) => id === name || group === name);
  const unknown = only.find((name) => named(name).length === 0);
  if (unknown === undefined) {
    return all.filter((row) =>
      only.includes(row.id) || only.includes(row.group)
    );
  }
  throw new LakehouseError({
    what: `Cannot find the capability "${unknown}"`,
    why: "no row and no group has that name",
    next: `choose among ${Object.keys(GROUPS).join(", ")}; rows are ${
      all.map(({ id }) => id).join(", ")
    }`,
  });
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

/** Any answer will do: what it lets in is the matrix's to ask. */
async function answersS3(signal: AbortSignal): Promise<void> {
  const { minioHost } = settings();
  try {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(10_000)]);
    await (await fetch(minioHost, { signal: limit })).body?.cancel();
  } catch (cause) {
    signal.throwIfAborted();
    throw new LakehouseError({
      what: `Cannot reach the object store at ${minioHost}`,
      why: firstLine(cause),
      next: "deno task doctor",
      cause,
    });
  }
}

function machineText(): string {
  const memory = Deno.systemMemoryInfo().total;
  return `${navigator.hardwareConcurrency} cores, ${formatBytes(memory)}`;
}

/**
 * Asks engines for capabilities, in namespaces of their own that are removed at
 * the end; no other table is touched.
 *
 * @throws {LakehouseError} When there is no such row, or the catalog cannot be reached at all.
 * @throws {unknown} The signal's reason, after everything was removed.
 * @example Usage
 * ```ts ignore
 * import { compat } from "@lakehouse/lab";
 *
 * const result = await compat.askEngines({ only: ["rows"], engines: ["trino", "typescript"] });
 * compat.scores(result);
 * ```
 */
export async function askEngines(
  options: AskOptions = {},
): Promise<CompatResult> {
  const started = performance.now();
  const date = new Date().toISOString();
  const { only, engines: names = enginesHere() } = options;
  const all = options.capabilities ?? capabilities;
  const rows = only ? chosen(all, only) : all;
  const signal = withLimit(
    options.signal ?? interruptSignal(),
    options.limitMs ?? LIMIT_MS,
    "The run",
  );
  const store = await storeFacts(options.store ?? {});
  let done = 0;
  return await withProgress("Asking the engines", async (bar) => {
    bar.update({ done: 0, detail: "engines are starting" });
    const { bucket } = await ensureWarehouse(catalog(), { signal });
    await answersS3(signal);
    await using opened = await openEngines(
      runningStack()?.tools ?? {},
      names,
      signal,
    );
    const { engines, absent } = opened;
    const total = engines.flatMap(({ name }) =>
      rows.filter((row) => isAbout(row, name))
    ).length;
    try {
      for (const { name } of engines) {
        // Who may not create one may still be let into the rest.
        await openWorkspace(namespaceOf(name), bucket).catch((error) =>
          console.log(`! ${name}'s rows about tables: ${firstLine(error)}`)
        );
      }
      const { capabilities, errors } = await runMatrix(rows, engines, {
        namespaceOf,
        signal,
        onCell: ({ capability, engine }) =>
          bar.update({
            done: ++done,
            total,
            unit: "cells",
            detail: `${engine}: ${capability.name}`,
          }),
      });
      return {
        format: 1 as const,
        date,
        seconds: Math.round((performance.now() - started) / 100) / 10,
        machine: machineText(),
        store,
        engines: engines.map(({ name, title, version }) => ({
          ...{ name, title, version },
        })),
        missing: Object.entries(absent).map(([name, why]) => ({
          ...{ name: name as EngineName, why },
        })),
        capabilities,
        errors,
      };
    } finally {
      // Not by the signal: what was made goes, though the run was stopped.
      for (const { name } of engines) {
        const left = await removeWorkspace(namespaceOf(name), bucket);
        for (const line of left) console.log(`! ${line}`);
      }
    }
  }, () => `${done} cells`);
}
