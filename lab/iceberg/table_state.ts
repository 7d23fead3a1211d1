/**
 * The state of repair of a table: how many files, manifests, snapshots and
 * orphans it has.
 *
 * @module
 */

import { tableObjects } from "./table_objects.ts";
import { tableTree } from "./tree.ts";
import type { ExplorerOptions } from "./tree.ts";
import type { Namespace } from "../../lib/catalog/namespaces.ts";

/** What {@linkcode tableState} counts. */
export interface TableState {
  /** Data files of the current snapshot. */
  dataFiles: number;
  /** Their size in bytes. */
  dataBytes: number;
  /** Rows in them, by the metadata; deletes are not taken off. */
  rows: number;
  /** Files of deletes of the current snapshot. */
  deleteFiles: number;
  /** Manifests of the current snapshot. */
  manifests: number;
  /** Snapshots that a reader can go back to. */
  snapshots: number;
  /** Objects under the table's location. */
  objects: number;
  /** Those of them that no metadata names. */
  orphans: number;
}

/**
 * Counts what a table consists of, and what lies about it.
 *
 * @throws {CatalogError} With status 404 when there is no such table.
 * @throws {LakehouseError} When the metadata is missing or damaged, or the object store cannot be reached.
 * @example Usage
 * ```ts ignore
 * import { iceberg } from "@lakehouse/lab";
 *
 * const { dataFiles, manifests, orphans } = await iceberg.tableState("chicago", "taxi_trips");
 * console.log(dataFiles, manifests, orphans);
 * ```
 */
export async function tableState(
  namespace: Namespace,
  table: string,
  options: ExplorerOptions = {},
): Promise<TableState> {
  const tree = await tableTree(namespace, table, options);
  const { objects } = await tableObjects(namespace, table, options);
  const files = tree.manifests.flatMap(({ files }) => files);
  const data = files.filter(({ content }) => content === "data");
  const sum = (key: "bytes" | "rows") =>
    data.reduce((all, file) => all + Number(file[key]), 0);
  return {
    dataFiles: data.length,
    dataBytes: sum("bytes"),
    rows: sum("rows"),
    deleteFiles: files.length - data.length,
    manifests: tree.manifests.length,
    snapshots: tree.table.snapshots.length,
    objects: objects.length,
    orphans: objects.filter(({ role }) => role === "orphan").length,
  };
}
