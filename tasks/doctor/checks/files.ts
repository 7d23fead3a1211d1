/**
 * Check of the files that the trips table consists of: whether compaction is due.
 *
 * @module
 */

import {
  type Compaction,
  compaction,
} from "../../../lab/iceberg/compaction.ts";
import {
  type ReadOptions,
  snapshotFiles,
} from "../../../lab/iceberg/snapshots.ts";
import { CatalogError } from "../../../lib/catalog/call.ts";
import type { Settings } from "../../../lib/core/settings.ts";
import { formatNumber } from "../../../lib/core/format.ts";
import { identifier } from "../../../lib/trino/literal.ts";
import { type Check, failureOf, type Outcome } from "../check.ts";
import type { CheckedStack } from "../subject.ts";

const counted = (count: number, noun: string) =>
  `${formatNumber(count)} ${noun}${count === 1 ? "" : "s"}`;

/**
 * Whether a table's files are to be merged, and by what.
 *
 * @param name SQL name of the table.
 */
export function filesVerdict(files: Compaction, name: string): Outcome {
  const { dataFiles, smallFiles, deleteFiles, isDue, statement } = files;
  const text = `${counted(dataFiles, "data file")}, ${
    formatNumber(smallFiles)
  } of them below 3 MiB and to be merged, ${
    counted(deleteFiles, "file")
  } of deletes`;
  return isDue
    ? {
      status: "warning",
      text: `compaction is due: ${text}`,
      next:
        `in a notebook, await ask(\`ALTER TABLE ${name} EXECUTE ${statement}\`), as notebook 11 shows`,
    }
    : { status: "passed", text };
}

/** Looks at the trips table's files, without an engine. */
export async function lookAtFiles(
  { namespace, table }: Settings,
  options: ReadOptions = {},
): Promise<Outcome> {
  const name = `${namespace}.${table}`;
  try {
    const files = await snapshotFiles(namespace, table, options);
    return files.length === 0
      ? { status: "skipped", text: `${name} has no files` }
      : filesVerdict(compaction(files), identifier(namespace, table));
  } catch (error) {
    if (!(error instanceof CatalogError && error.status === 404)) throw error;
    return { status: "skipped", text: `${name} is not ingested yet` };
  }
}

/** The check of the trips table's files. */
export function filesCheck({ given }: CheckedStack): Check {
  return {
    name: "table's files",
    group: "catalog",
    needs: ["object store", "trips table"],
    late: { status: "skipped", text: "too many to look at within 5 s" },
    run: (signal) =>
      lookAtFiles(given, { signal }).catch((error) => {
        signal.throwIfAborted();
        // Engines may reach what these keys do not; their checks say whether they do.
        return { ...failureOf(error), status: "warning" } as Outcome;
      }),
  };
}
