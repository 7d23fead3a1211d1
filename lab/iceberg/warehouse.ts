/**
 * A warehouse from above: its tables with their sizes, and whose each object of
 * its bucket is.
 *
 * @module
 */

import {
  type CallOptions,
  type Catalog,
  CatalogError,
  isUnsupported,
} from "../../lib/catalog/call.ts";
import { catalog as defaultCatalog } from "../../lib/catalog/config.ts";
import { interruptSignal, withLimit } from "../../lib/core/interrupt.ts";
import { type Identifier, loadTable } from "../../lib/catalog/tables.ts";
import { listNamespaces } from "../catalog/namespaces.ts";
import { listTables } from "../catalog/tables.ts";
import { listViews, loadView } from "../catalog/views.ts";
import { getWarehouse } from "../../lib/catalog/warehouses.ts";
import { inParallel, objectReader, sameForm } from "./object_store.ts";
import type { ReadOptions } from "./snapshots.ts";

const DEFAULT_LIMIT_MS = 5 * 60_000;

/** A table from above, by the summary of its current snapshot. */
export interface TableSummary {
  /** Name with its namespace: `chicago.taxi_trips`. */
  table: string;
  /** Version of the table format. */
  format: number;
  /** How many snapshots it has. */
  snapshots: number;
  /** Rows, before deletes that are kept in files of their own. */
  rows: bigint;
  /** Files of data. */
  files: bigint;
  /** Size of its files in bytes. */
  bytes: bigint;
  /** Where its files are. */
  location: string;
}

const nameOf = ({ namespace, name }: Identifier) =>
  [...namespace, name].join(".");

/**
 * What may vanish between being listed and being loaded; or be `refused`, as
 * what lies below a namespace is by a catalog of one level.
 */
async function unlessGone<T>(
  loading: Promise<T>,
  refused = false,
): Promise<T | undefined> {
  try {
    return await loading;
  } catch (error) {
    const isGone = error instanceof CatalogError && error.status === 404 &&
      error.type.startsWith("NoSuch");
    if (isGone) return undefined;
    const isRefused = refused && error instanceof CatalogError &&
      error.status === 400;
    if (isRefused || refused && isUnsupported(error)) return undefined;
    throw error;
  }
}

async function namespacesBelow(
  lake: Catalog,
  options: CallOptions,
  parent?: string[],
): Promise<string[][]> {
  const below = await unlessGone(
    listNamespaces(lake, { ...options, ...parent ? { parent } : {} }),
    parent !== undefined,
  ) ?? [];
  const deeper = await inParallel(
    below,
    (namespace) => namespacesBelow(lake, options, namespace),
  );
  return below.flatMap((namespace, index) => [namespace, ...deeper[index]!]);
}

function callOptions(options: ReadOptions): {
  lake: Catalog;
  signal: AbortSignal;
} {
  return {
    lake: options.catalog ?? defaultCatalog(),
    signal: withLimit(
      options.signal ?? interruptSignal(),
      options.limitMs ?? DEFAULT_LIMIT_MS,
      "Looking through the warehouse",
    ),
  };
}

/**
 * Every table of a warehouse, of nested namespaces too: the way down from the
 * catalog, without an engine.
 *
 * @throws {CatalogError} When there is no such warehouse.
 * @throws {LakehouseError} When the catalog cannot be reached.
 * @throws {unknown} The signal's reason.
 * @example Usage
 * ```ts ignore
 * import { table } from "@lakehouse";
 * import { iceberg } from "@lakehouse/lab";
 *
 * table(await iceberg.warehouseTables(), { formats: { bytes: "bytes" } });
 * ```
 */
export async function warehouseTables(
  options: ReadOptions = {},
): Promise<TableSummary[]> {
  const { lake, signal } = callOptions(options);
  const namespaces = await namespacesBelow(lake, { signal });
  const listed = await inParallel(
    namespaces,
    async (namespace) =>
      await unlessGone(listTables(lake, namespace, { signal })) ?? [],
  );
  const loaded = await inParallel(
    listed.flat(),
    ({ namespace, name }) =>
      unlessGone(loadTable(lake, namespace, name, { signal })),
  );
  return loaded.filter((table) => table !== undefined).map((table) => {
    const { summary = {} } = table.currentSnapshot ?? {};
    const total = (name: string) => BigInt(summary[`total-${name}`] ?? 0);
    return {
      table: nameOf(table),
      format: table.formatVersion,
      snapshots: table.snapshots.length,
      rows: total("records"),
      files: total("data-files"),
      bytes: total("files-size"),
      location: table.location,
    };
  });
}

/** Objects of a bucket that are one table's or view's, or nobody's. */
export interface BucketShare {
  /** Name with its namespace; `undefined` for objects under no location. */
  owner: string | undefined;
  /** How many objects. */
  objects: number;
  /** Their size in bytes. */
  bytes: number;
  /** Their addresses. */
  paths: string[];
}

/** Where the views of the warehouse have their files. */
async function viewLocations(
  lake: Catalog,
  signal: AbortSignal,
): Promise<{ owner: string; location: string }[]> {
  const namespaces = await namespacesBelow(lake, { signal });
  const listed = await inParallel(
    namespaces,
    async (namespace) =>
      await unlessGone(listViews(lake, namespace, { signal })) ?? [],
  );
  const loaded = await inParallel(
    listed.flat(),
    ({ namespace, name }) =>
      unlessGone(loadView(lake, namespace, name, { signal })),
  );
  return loaded.filter((view) => view !== undefined).map((view) => ({
    owner: nameOf(view),
    location: view.location,
  }));
}

/**
 * Whose the objects of a warehouse's bucket are: those under the location of a
 * table or a view are its own, whatever it needs of them.
 *
 * What is nobody's was left behind by a table that is gone, or belongs to one in
 * the making. For what a table needs of its own objects see
 * {@linkcode tableObjects}.
 *
 * @throws {CatalogError} When there is no such warehouse.
 * @throws {LakehouseError} When the catalog or the object store cannot be reached.
 * @throws {unknown} The signal's reason.
 * @example Usage
 * ```ts ignore
 * import { iceberg } from "@lakehouse/lab";
 *
 * const nobodys = (await iceberg.bucketShares()).find(({ owner }) => !owner);
 * console.log(nobodys?.objects ?? 0, nobodys?.bytes ?? 0);
 * ```
 */
export async function bucketShares(
  options: ReadOptions = {},
): Promise<BucketShare[]> {
  const { lake, signal } = callOptions(options);
  const reader = await objectReader(signal);
  try {
    const { bucket } = await getWarehouse(lake, { signal });
    // First: the tables named after it are those that its objects may belong to.
    const objects = await reader.list(`s3://${bucket}/`);
    const tables = await warehouseTables({ catalog: lake, signal });
    const views = await viewLocations(lake, signal);
    const places = [
      ...tables.map(({ table, location }) => ({ owner: table, location })),
      ...views,
    ].map(({ owner, location }) => ({
      owner,
      prefix: sameForm(location).replace(/\/*$/, "/"),
    }));
    const shares = new Map<string | undefined, BucketShare>();
    for (const { path, bytes } of objects) {
      const owner = places.find(({ prefix }) => path.startsWith(prefix))?.owner;
      const share = shares.get(owner) ??
        { owner, objects: 0, bytes: 0, paths: [] };
      shares.set(owner, share);
      share.objects++;
      share.bytes += bytes;
      share.paths.push(path);
    }
    return [...shares.values()].sort((a, b) => b.bytes - a.bytes);
  } finally {
    reader.close();
  }
}
