/**
 * What runs beside a stack's own programs: another Spark, a Python with DuckDB
 * and PyIceberg. Fetched when it is asked for, and recorded with the stack.
 *
 * @module
 */

import { LakehouseError } from "../lib/core/errors.ts";
import { runningStack, type Tools } from "../lib/core/running_stack.ts";
import {
  oneOf,
  settings,
  SPARK_VERSIONS,
  type SparkVersion,
} from "../lib/core/settings.ts";
import { python } from "./install/python.ts";
import { localSparkSubmit, prepareSpark } from "./local/spark_submit.ts";
import { remoteSparkSubmit } from "./remote/spark_cluster.ts";
import { recordStack } from "./record.ts";
import type { UpOptions } from "./stack.ts";

/** What {@linkcode ensureTools} is to fetch. */
export interface WantedTools extends UpOptions {
  /** Versions of Spark besides the stack's own. @default {[]} */
  sparks?: readonly SparkVersion[];
  /** A Python with DuckDB and PyIceberg. @default {false} */
  python?: boolean;
  /** The Spark that jobs run on from now on. @default {it stays} */
  use?: SparkVersion;
}

/**
 * Fetches what is asked for and lacking, and records it with the running stack.
 *
 * @returns All that is recorded now.
 * @throws {LakehouseError} When no stack runs, or something cannot be fetched.
 * @throws {unknown} The signal's reason.
 */
export async function ensureTools(wanted: WantedTools): Promise<Tools> {
  const { sparks = [], signal, onStep } = wanted;
  const running = runningStack();
  if (!running) {
    throw new LakehouseError({
      what: "Cannot find a running stack",
      why: "none was started, or it was stopped",
      next: "deno task up",
    });
  }
  const tools: Tools = { ...running.tools };
  const all = [...sparks, ...wanted.use ? [wanted.use] : []];
  for (const version of new Set(all)) {
    if (version === SPARK_VERSIONS[0]) continue;
    await prepareSpark(version, wanted);
    const submit = running.stack === "remote"
      ? await remoteSparkSubmit(version)
      : await localSparkSubmit("local[*]", version);
    tools.sparks = {
      ...tools.sparks,
      [version]: {
        ...submit,
        ...running.stack === "docker" && { isOutside: true },
      },
    };
  }
  if (wanted.python) {
    const { bin } = await python({
      packages: "compat",
      ...(signal ? { signal } : {}),
      onInstall: () => onStep?.("Installing DuckDB and PyIceberg"),
    });
    tools.python = `${bin}/python`;
  }
  const { use } = wanted;
  await recordStack({
    ...running,
    tools,
    settings: { ...running.settings, ...use ? { SPARK: use } : {} },
  });
  return tools;
}

/**
 * Lets jobs run on that version of Spark from now on, fetched first where it is
 * lacking: `SPARK` in the environment, when none is named.
 *
 * @throws {LakehouseError} When there is no such version, or it cannot be fetched.
 */
export async function useSpark(
  version: string | undefined,
  options: UpOptions = {},
): Promise<void> {
  const use = version === undefined
    ? settings().spark
    : oneOf("SPARK", version, SPARK_VERSIONS);
  const isRecorded = runningStack()?.settings.SPARK ?? SPARK_VERSIONS[0];
  if (use === isRecorded) return;
  await ensureTools({ ...options, use });
  options.onStep?.(`Jobs run on Spark ${use}`);
}
