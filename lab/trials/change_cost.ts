/**
 * What a change of rows costs: the files it wrote, its time, and the time of a
 * read after it.
 *
 * @module
 */

import { catalog } from "../../lib/catalog/config.ts";
import {
  compareSnapshots,
  type SnapshotComparison,
} from "../iceberg/snapshots.ts";
import { type DataFile } from "../iceberg/files.ts";
import { LakehouseError } from "../../lib/core/errors.ts";
import { label, type Namespace } from "../../lib/catalog/namespaces.ts";
import { loadTable } from "../../lib/catalog/tables.ts";

/** Files that a change wrote, and those it replaced. */
export interface ChangedFiles {
  /** Data files it wrote. */
  dataFiles: number;
  /** Their size in bytes. */
  dataBytes: number;
  /** Files of deletes it wrote; deletion vectors of several data files share one. */
  deleteFiles: number;
  /** Their size in bytes. */
  deleteBytes: number;
  /** Data files that no longer belong to the table. */
  replacedFiles: number;
}

/** Objects and their sizes; deletion vectors in one object count once. */
function sizesOf(files: DataFile[]): { count: number; bytes: number } {
  const sizes = new Map(files.map(({ path, bytes }) => [path, bytes]));
  return {
    count: sizes.size,
    bytes: [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0),
  };
}

/**
 * Counts what a change wrote, from the files by which two snapshots differ.
 *
 * @example Usage
 * ```ts ignore
 * import { iceberg, trials } from "@lakehouse/lab";
 *
 * const changes = await iceberg.compareSnapshots("lab", "trips", "before", "main");
 * console.log(trials.changedFiles(changes).deleteFiles);
 * ```
 */
export function changedFiles(
  { added, removed }: Pick<SnapshotComparison, "added" | "removed">,
): ChangedFiles {
  const isData = ({ content }: DataFile) => content === "data";
  const data = sizesOf(added.filter(isData));
  const deletes = sizesOf(added.filter((file) => !isData(file)));
  return {
    dataFiles: data.count,
    dataBytes: data.bytes,
    deleteFiles: deletes.count,
    deleteBytes: deletes.bytes,
    replacedFiles: sizesOf(removed.filter(isData)).count,
  };
}

/**
 * What several changes wrote together.
 *
 * @example Usage
 * ```ts
 * import { trials } from "@lakehouse/lab";
 *
 * const one = { dataFiles: 1, dataBytes: 900, deleteFiles: 2, deleteBytes: 50, replacedFiles: 0 };
 * console.log(trials.totalFiles([one, one]).dataBytes); // 1800
 * ```
 */
export function totalFiles(changes: readonly ChangedFiles[]): ChangedFiles {
  const sum = (part: keyof ChangedFiles) =>
    changes.reduce((all, change) => all + change[part], 0);
  return {
    dataFiles: sum("dataFiles"),
    dataBytes: sum("dataBytes"),
    deleteFiles: sum("deleteFiles"),
    deleteBytes: sum("deleteBytes"),
    replacedFiles: sum("replacedFiles"),
  };
}

/** What a change of rows cost. */
export interface ChangeCost extends ChangedFiles {
  /** Milliseconds of the change, by this side's clock. */
  writeMs: number;
  /** Milliseconds of a read after it: the middle one of three. */
  readMs: number;
}

const READS = 3;

async function timed(action: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await action();
  return performance.now() - started;
}

/**
 * Runs a change of a table and measures what it cost. Others must not write to
 * the table meanwhile.
 *
 * @param change Runs the statement.
 * @param read Reads the table, or what is of interest in it.
 * @throws {CatalogError} With status 404 when there is no such table.
 * @throws {LakehouseError} When the table was empty.
 * @throws {unknown} What the statement or the read throws.
 * @example Usage
 * ```ts ignore
 * import { query } from "@lakehouse";
 * import { trials } from "@lakehouse/lab";
 *
 * const cost = await trials.changeCost(
 *   "lab",
 *   "trips",
 *   () => query("DELETE FROM lab.trips WHERE fare = 0"),
 *   () => query("SELECT sum(fare) FROM lab.trips"),
 * );
 * console.log(cost.dataFiles, cost.deleteFiles, cost.writeMs, cost.readMs);
 * ```
 */
export async function changeCost(
  namespace: Namespace,
  table: string,
  change: () => Promise<unknown>,
  read: () => Promise<unknown>,
): Promise<ChangeCost> {
  const snapshot = async () => {
    const { currentSnapshot } = await loadTable(catalog(), namespace, table);
    if (currentSnapshot) return currentSnapshot.id;
    throw new LakehouseError({
      what: `Cannot measure a change of ${label(namespace, table)}`,
      why: "it has no rows yet",
    });
  };
  const before = await snapshot();
  const writeMs = await timed(change);
  const files = changedFiles(
    await compareSnapshots(namespace, table, before, await snapshot()),
  );
  const reads: number[] = [];
  for (let n = 0; n < READS; n++) reads.push(await timed(read));
  const readMs = reads.sort((a, b) => a - b)[READS >> 1]!;
  return { ...files, writeMs, readMs };
}
