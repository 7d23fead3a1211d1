/**
 * How many files a statement makes Trino read: what pruning left.
 *
 * @module
 */

import { sqlText, type Statement } from "../../lib/trino/sql.ts";
import { query, type QueryOptions } from "../../lib/trino/client.ts";

/** What a statement read, summed over the tables it names. */
export interface ScannedFiles {
  /** Data files that were opened; the others were ruled out by metadata alone. */
  dataFiles: number;
  /** Size of these files; of a column store only a part of it is read. */
  dataBytes: number;
  /** Files of deletes that had to be applied. */
  deleteFiles: number;
  /** Manifests that were ruled out by the manifest list alone. */
  skippedManifests: number;
}

const COUNTED: Record<keyof ScannedFiles, string[]> = {
  dataFiles: ["dataFiles"],
  dataBytes: ["dataFileSizeBytes"],
  deleteFiles: [
    "positionalDeleteFiles",
    "equalityDeleteFiles",
    "deletionVectorFiles",
  ],
  skippedManifests: ["skippedDataManifests", "skippedDeleteManifests"],
};

/** The sums of what Trino counted, from the text of `EXPLAIN ANALYZE VERBOSE`. */
export function countedFiles(text: string): ScannedFiles {
  const counts = [
    ...text.matchAll(/'(\w+)' = LongCount\{total=(\d+)\}/g),
  ].map(([, name, total]) => ({ name: name!, total: Number(total) }));
  const sum = (names: string[]) =>
    counts.filter(({ name }) => names.includes(name))
      .reduce((all, { total }) => all + total, 0);
  return {
    dataFiles: sum(COUNTED.dataFiles),
    dataBytes: sum(COUNTED.dataBytes),
    deleteFiles: sum(COUNTED.deleteFiles),
    skippedManifests: sum(COUNTED.skippedManifests),
  };
}

/**
 * Runs a statement in Trino, and says how many files it read.
 *
 * A statement that metadata answers, or whose condition nothing can meet, reads
 * none.
 *
 * @throws {TrinoError} When Trino refuses or fails the statement.
 * @throws {LakehouseError} When Trino cannot be reached.
 * @throws {unknown} The signal's reason.
 * @example Usage
 * ```ts ignore
 * import { trials } from "@lakehouse/lab";
 *
 * const { dataFiles } = await trials.scannedFiles(
 *   "SELECT sum(fare) FROM taxi_trips WHERE trip_start_timestamp < TIMESTAMP '2014-01-01 00:00:00 UTC'",
 * );
 * console.log(dataFiles);
 * ```
 */
export async function scannedFiles(
  statement: Statement,
  options: QueryOptions = {},
): Promise<ScannedFiles> {
  const { rows } = await query(
    `EXPLAIN ANALYZE VERBOSE ${sqlText(statement)}`,
    options,
  );
  return countedFiles(rows.map((row) => Object.values(row)[0]).join("\n"));
}
