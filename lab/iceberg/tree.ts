/**
 * A snapshot as the tree that it is: metadata, manifest list, manifests, files.
 *
 * @module
 */

import { LakehouseError } from "../../lib/core/errors.ts";
import type { Displayable } from "../../lib/core/kernel.ts";
import { label } from "../../lib/catalog/call.ts";
import type { Snapshot, Table } from "../../lib/catalog/tables.ts";
import type { DataFile, ManifestFile } from "./files.ts";
import type { Schema, TableMetadata } from "./metadata.ts";

/** A manifest with the files it lists. */
export interface Manifest extends ManifestFile {
  /** Files that belong to the snapshot. */
  files: DataFile[];
  /** Files that the manifest's commit removed; they belong to earlier snapshots. */
  removed: DataFile[];
}

/** A table at one snapshot. In a notebook it shows itself as a drawing. */
export interface TableTree extends Displayable {
  /** The table as the catalog has it. */
  table: Table;
  /** Schemas, partitionings, branches and tags, history. */
  metadata: TableMetadata;
  /** The snapshot, or `undefined` when the table has none. */
  snapshot: Snapshot | undefined;
  /**
   * The columns as a reader sees them: the current ones for the table and its
   * branches, those of the time for a snapshot by id or tag.
   */
  schema: Schema;
  /** Its manifest list. */
  manifestList: { path: string; bytes: number } | undefined;
  /** Its manifests. */
  manifests: Manifest[];
}

/** All files of a tree, those of deletes too. */
export function filesOf(tree: TableTree): DataFile[] {
  return tree.manifests.flatMap(({ files }) => files);
}

/**
 * Fails when a snapshot holds files that only engines can read.
 *
 * @param reader Who is to read it: `DuckDB`.
 */
export function checkReadable(tree: TableTree, reader: string): void {
  const name = label(tree.table.namespace, tree.table.name);
  for (const { files } of tree.manifests) {
    for (const { format, path } of files) {
      if (format === "parquet" || format === "puffin") continue;
      throw new LakehouseError({
        what: `Cannot read ${name} with ${reader} by its files`,
        why: `${path} is a file of ${format}, and it reads Parquet alone`,
        next:
          "ask Trino or Spark, or rewrite the files first: set write.format.default to parquet, then CALL system.rewrite_data_files(table => …, options => map('rewrite-all', 'true'))",
      });
    }
  }
}
