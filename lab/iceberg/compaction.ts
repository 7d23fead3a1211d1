/**
 * Whether a table's files want compaction.
 *
 * @module
 */

import type { DataFile } from "./files.ts";

/** Of a file below this Trino reads all, whatever a question needs. */
const SMALL_BYTES = 3 * 2 ** 20;
/** Fewer files than that cost no question much. */
const LEAST = 10;
/** Nor do fewer than this share of all. */
const SHARE = 0.1;

/** How much of a table compaction would mend. */
export interface Compaction {
  /** Data files. */
  dataFiles: number;
  /** Those of them below 3 MiB that merge with others of their partition. */
  smallFiles: number;
  /** Files of deletes, which a reader takes off what it reads. */
  deleteFiles: number;
  /** Whether one or the other are at least ten, and a tenth of the data files. */
  isDue: boolean;
  /**
   * What Trino is to execute on the table: small files become few, and those with
   * deletes are written anew; larger ones keep the order of their rows.
   */
  statement: string;
}

/**
 * Whether compaction is due, by a snapshot's files.
 *
 * @example Usage
 * ```ts
 * import { compaction } from "./compaction.ts";
 * import { assert } from "@std/assert";
 *
 * const small = { content: "data", bytes: 200_000, partition: {}, specId: 0 } as const;
 * const files = Array.from({ length: 20 }, (_, i) => ({ ...small, path: `${i}` }));
 * assert(compaction(files).isDue);
 * assert(!compaction(files.slice(0, 8)).isDue);
 * ```
 */
export function compaction(
  files: readonly Pick<
    DataFile,
    "path" | "content" | "bytes" | "partition" | "specId"
  >[],
): Compaction {
  const data = files.filter(({ content }) => content === "data");
  const partitions = Map.groupBy(
    data.filter(({ bytes }) => bytes < SMALL_BYTES),
    ({ specId, partition }) => Deno.inspect([specId, partition]),
  );
  // One alone in its partition stays as it is.
  const smallFiles = [...partitions.values()].map(({ length }) => length)
    .filter((count) => count > 1).reduce((sum, count) => sum + count, 0);
  // Deletion vectors share files.
  const deleteFiles = new Set(
    files.filter(({ content }) => content !== "data").map(({ path }) => path),
  ).size;
  const enough = Math.max(LEAST, SHARE * data.length);
  return {
    dataFiles: data.length,
    ...{ smallFiles, deleteFiles },
    isDue: Math.max(smallFiles, deleteFiles) >= enough,
    statement: "optimize(file_size_threshold => '3MB')",
  };
}
