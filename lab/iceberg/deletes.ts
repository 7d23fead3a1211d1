/**
 * What can be read by its files alone.
 *
 * @module
 */

import { LakehouseError } from "../../lib/core/errors.ts";
import { label } from "../../lib/catalog/namespaces.ts";
import type { TableTree } from "./tree.ts";

/**
 * Fails when a snapshot holds what only an engine that knows Iceberg can read.
 *
 * @param reader Who is to read it: `DuckDB`.
 */
export function checkReadable(tree: TableTree, reader: string): void {
  const name = label(tree.table.namespace, tree.table.name);
  for (const { files } of tree.manifests) {
    for (const { content, format, path } of files) {
      const reason = format === "puffin"
        ? "it has deletion vectors"
        : content === "equality deletes"
        ? "it has equality deletes"
        : format !== "parquet"
        ? `${path} is a file of ${format}`
        : undefined;
      if (!reason) continue;
      throw new LakehouseError({
        what: `Cannot read ${name} with ${reader} by its files`,
        why: `${reason}, which takes an engine that knows Iceberg`,
        next:
          "ask Trino or Spark, or rewrite the files first: CALL system.rewrite_data_files(table => …, options => map('delete-file-threshold', '1'))",
      });
    }
  }
}
