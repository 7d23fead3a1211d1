/**
 * The files of a snapshot, and what lies between two snapshots.
 *
 * @module
 */

import type { Namespace } from "../../lib/catalog/namespaces.ts";
import type { Snapshot } from "../../lib/catalog/tables.ts";
import type { DataFile } from "./files.ts";
import {
  type ExplorerOptions,
  type TableTree,
  tableTree,
  type TreeOptions,
  viewAt,
  withTable,
} from "./tree.ts";

/** All files of a tree, those of deletes too. */
export function filesOf(tree: TableTree): DataFile[] {
  return tree.manifests.flatMap(({ files }) => files);
}

/**
 * Files of a snapshot: data files and files of deletes, with sizes, partitions
 * and column statistics.
 *
 * @throws {CatalogError} With status 404 when there is no such table.
 * @throws {LakehouseError} When there is no such snapshot, or one of its files is missing or damaged.
 * @example Usage
 * ```ts ignore
 * import { iceberg } from "@lakehouse/lab";
 *
 * for (const file of await iceberg.snapshotFiles("chicago", "taxi_trips")) {
 *   const start = file.columns.find(({ name }) => name === "trip_start_timestamp");
 *   console.log(file.path, file.rows, start?.lower, start?.upper);
 * }
 * ```
 */
export async function snapshotFiles(
  namespace: Namespace,
  table: string,
  options: TreeOptions = {},
): Promise<DataFile[]> {
  return filesOf(await tableTree(namespace, table, options));
}

/** What lies between two snapshots. */
export interface SnapshotComparison {
  /** The first snapshot. */
  from: Snapshot | undefined;
  /** The second one. */
  to: Snapshot | undefined;
  /** Files that only the second has. */
  added: DataFile[];
  /** Files that only the first has. */
  removed: DataFile[];
  /** Files that both have. */
  kept: DataFile[];
}

// A file of deletion vectors holds several, each a file of its own here.
const keyOf = ({ path, slice }: DataFile) => `${slice?.offset ?? ""} ${path}`;

/**
 * Which files differ between two snapshots, each given by id or by the name of a
 * branch or tag.
 *
 * @throws {CatalogError} With status 404 when there is no such table.
 * @throws {LakehouseError} When there is no such snapshot, or one of its files is missing or damaged.
 * @example Usage
 * ```ts ignore
 * import { catalog, loadTable } from "@lakehouse";
 * import { iceberg } from "@lakehouse/lab";
 *
 * const { snapshots } = await loadTable(catalog(), "chicago", "taxi_trips");
 * const [first, last] = [snapshots[0]!.id, snapshots.at(-1)!.id];
 * const { added, removed } = await iceberg.compareSnapshots("chicago", "taxi_trips", first, last);
 * console.log(added.length, removed.length);
 * ```
 */
export async function compareSnapshots(
  namespace: Namespace,
  table: string,
  from: bigint | string,
  to: bigint | string,
  options: ExplorerOptions = {},
): Promise<SnapshotComparison> {
  return await withTable(namespace, table, options, async (reader) => {
    const [before, after] = await Promise.all(
      [from, to].map((at) => reader.tree(viewAt(reader, at))),
    ) as [TableTree, TableTree];
    const [old, now] = [filesOf(before), filesOf(after)];
    const [had, has] = [old, now].map((files) => new Set(files.map(keyOf)));
    return {
      from: before.snapshot,
      to: after.snapshot,
      added: now.filter((file) => !had!.has(keyOf(file))),
      removed: old.filter((file) => !has!.has(keyOf(file))),
      kept: now.filter((file) => had!.has(keyOf(file))),
    };
  });
}
