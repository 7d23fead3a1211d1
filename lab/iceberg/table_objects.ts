/**
 * Every object under a table's location, what it is there for, and the state of
 * repair of the table.
 *
 * @module
 */

import type { Namespace } from "../../lib/catalog/call.ts";
import type { DataFile } from "./files.ts";
import { sameForm, type StoredObject } from "./object_store.ts";
import {
  type ReadOptions,
  snapshotView,
  tableTree,
  type TreeReader,
  withTable,
} from "./snapshots.ts";
import { filesOf } from "./tree.ts";

/** What an object is there for; an orphan is named by no metadata. */
export type ObjectRole =
  | "metadata"
  | "old metadata"
  | "manifest list"
  | "manifest"
  | "data"
  | "position deletes"
  | "equality deletes"
  | "deletion vectors"
  | "statistics"
  | "orphan";

/** An object under a table's location. */
export interface TableObject extends StoredObject {
  /** What it is there for. */
  role: ObjectRole;
  /** The snapshots that need it; none for metadata files and orphans. */
  snapshots: bigint[];
}

/** What lies under a table's location, and what should. */
export interface TableObjects {
  /** Where the table's files are. */
  location: string;
  /** Every object there, in the order of their addresses. */
  objects: TableObject[];
  /** What metadata names there, but the object store does not have. */
  missing: { path: string; role: ObjectRole; snapshots: bigint[] }[];
}

interface Use {
  role: ObjectRole;
  snapshots: Set<bigint>;
}

function roleOf({ content, format }: DataFile): ObjectRole {
  return format === "puffin" ? "deletion vectors" : content;
}

/** What the metadata of all snapshots names, by address. */
async function reachable(reader: TreeReader): Promise<Map<string, Use>> {
  const { table, metadata } = reader;
  const uses = new Map<string, Use>();
  const use = (path: string | undefined, role: ObjectRole, id?: bigint) => {
    if (path === undefined) return;
    const form = sameForm(path);
    const known = uses.get(form) ?? { role, snapshots: new Set() };
    if (id !== undefined) known.snapshots.add(id);
    uses.set(form, known);
  };
  use(table.metadataLocation, "metadata");
  for (const { path } of metadata.metadataLog) use(path, "old metadata");
  for (
    const { path, snapshotId } of [
      ...metadata.statistics,
      ...metadata.partitionStatistics,
    ]
  ) use(path, "statistics", snapshotId);
  const { schema } = snapshotView(reader, undefined);
  // One after the other: each reads only the manifests that are new to it.
  for (const snapshot of table.snapshots) {
    const { manifestList, manifests } = await reader.tree({
      snapshot,
      schema,
    });
    use(manifestList?.path, "manifest list", snapshot.id);
    for (const { path, files } of manifests) {
      use(path, "manifest", snapshot.id);
      for (const file of files) use(file.path, roleOf(file), snapshot.id);
    }
  }
  return uses;
}

/**
 * Lists every object under a table's location and says what it is there for, by
 * the metadata of all snapshots.
 *
 * An orphan is what no metadata names: left behind by a writer that failed, by
 * snapshots that expired without their files, or by metadata files that the
 * table no longer keeps in its log. A commit under way looks the same: do not
 * delete young ones.
 *
 * @throws {CatalogError} With status 404 when there is no such table.
 * @throws {LakehouseError} When the metadata is missing or damaged, or the object store cannot be reached.
 * @example Usage
 * ```ts ignore
 * import { iceberg } from "@lakehouse/lab";
 *
 * const { objects, missing } = await iceberg.tableObjects("chicago", "taxi_trips");
 * const orphans = objects.filter(({ role }) => role === "orphan");
 * console.log(objects.length, orphans.length, missing.length);
 * ```
 */
export async function tableObjects(
  namespace: Namespace,
  table: string,
  options: ReadOptions = {},
): Promise<TableObjects> {
  return await withTable(namespace, table, options, async (reader) => {
    const location = sameForm(reader.table.location).replace(/\/*$/, "/");
    const listed = await reader.objects.list(location);
    const uses = await reachable(reader);
    const objects = listed.map((object): TableObject => {
      const { role = "orphan", snapshots = [] } = uses.get(object.path) ?? {};
      return { ...object, role, snapshots: [...snapshots] };
    });
    const there = new Set(listed.map(({ path }) => path));
    const missing = [...uses]
      .filter(([path]) => path.startsWith(location) && !there.has(path))
      .map(([path, { role, snapshots }]) => ({
        ...{ path, role, snapshots: [...snapshots] },
      }));
    return {
      location,
      objects: objects.sort((a, b) => a.path < b.path ? -1 : 1),
      missing,
    };
  });
}

/** How a table's objects differ from what they were. */
export interface ObjectChanges {
  /** Objects that were not there before. */
  added: TableObject[];
  /** Objects that are no longer there, as they were. */
  removed: TableObject[];
  /** Objects that were written again: another content, size or time. */
  rewritten: TableObject[];
  /** Objects that nobody has touched. */
  kept: TableObject[];
}

/**
 * What has happened to a table's objects since an earlier look, by their
 * addresses, etags, sizes and times.
 *
 * @example Usage
 * ```ts ignore
 * import { ask } from "@lakehouse";
 * import { iceberg } from "@lakehouse/lab";
 *
 * const before = await iceberg.tableObjects("lab", "trips");
 * await ask("ALTER TABLE lab.trips ADD COLUMN note varchar");
 * const { added, rewritten } = iceberg.compareObjects(before, await iceberg.tableObjects("lab", "trips"));
 * console.log(added.map(({ role }) => role), rewritten.length); // [ "metadata" ] 0
 * ```
 */
export function compareObjects(
  before: Pick<TableObjects, "objects">,
  after: Pick<TableObjects, "objects">,
): ObjectChanges {
  const byPath = (objects: TableObject[]) =>
    new Map(objects.map((object) => [object.path, object]));
  const [had, has] = [byPath(before.objects), byPath(after.objects)];
  const isSame = (object: TableObject) => {
    const old = had.get(object.path);
    return old !== undefined && old.etag === object.etag &&
      old.bytes === object.bytes &&
      old.modified.getTime() === object.modified.getTime();
  };
  const stayed = after.objects.filter(({ path }) => had.has(path));
  return {
    added: after.objects.filter(({ path }) => !had.has(path)),
    removed: before.objects.filter(({ path }) => !has.has(path)),
    rewritten: stayed.filter((object) => !isSame(object)),
    kept: stayed.filter(isSame),
  };
}

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
  options: ReadOptions = {},
): Promise<TableState> {
  const tree = await tableTree(namespace, table, options);
  const { objects } = await tableObjects(namespace, table, options);
  const files = filesOf(tree);
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
