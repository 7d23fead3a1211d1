/**
 * Namespaces for trying things out: made empty, removed with all their files.
 *
 * @module
 */

import {
  type CallOptions,
  type Catalog,
  CatalogError,
} from "../../lib/catalog/call.ts";
import { catalog } from "../../lib/catalog/config.ts";
import { loadTable } from "../../lib/catalog/tables.ts";
import {
  createNamespace,
  dropNamespace,
  loadNamespace,
} from "../catalog/namespaces.ts";
import { dropTable, listTables } from "../catalog/tables.ts";
import { dropView, listViews } from "../catalog/views.ts";
import { LakehouseError } from "../../lib/core/errors.ts";
import { bucketAndKey } from "../iceberg/object_store.ts";
import { interruptSignal, withLimit } from "../../lib/core/interrupt.ts";
import { deleteObjects, listObjects } from "../../lib/store/s3.ts";
import { s3Client, s3Error } from "../../lib/store/s3.ts";
import { ensureTrinoCatalog } from "../../lib/trino/catalog.ts";

/** Says whose a namespace is, so that nobody else's is ever emptied. */
export const MARK = { "created-by": "aistor-tables-analysis" };
const LIMIT_MS = 120_000;

/** What {@linkcode removeScratch} removed. */
export interface RemovedScratch {
  /** Tables. */
  tables: number;
  /** Views. */
  views: number;
  /** Objects that a purge had left behind, orphans for the most part. */
  objects: number;
}

function isMissing(error: unknown): boolean {
  return error instanceof CatalogError && error.status === 404 &&
    error.type.startsWith("NoSuch");
}

/** Deletes what is left under a table's own folder once the table is gone. */
async function deleteLeft(
  location: string,
  signal: AbortSignal,
): Promise<number> {
  const { bucket, key } = bucketAndKey(location.replace(/\/*$/, "/"));
  const client = await s3Client();
  try {
    const left = await Array.fromAsync(
      listObjects(client, bucket, key, signal),
    );
    await deleteObjects(client, bucket, left.map(({ key }) => key), signal);
    return left.length;
  } catch (error) {
    signal.throwIfAborted();
    throw s3Error(error, `Cannot delete what is left under ${location}`);
  } finally {
    client.destroy();
  }
}

/**
 * Whether the location lies in a folder of the namespace's own. One that was
 * named by hand may be another table's, whose files these then are too.
 */
function isOwn(location: string, namespace: string): boolean {
  const folders = bucketAndKey(location).key.split("/").filter(Boolean);
  return folders.slice(0, -1).some((folder) =>
    folder === namespace || folder === `${namespace}.db`
  );
}

async function removeTable(
  lake: Catalog,
  namespace: string,
  name: string,
  options: CallOptions & { signal: AbortSignal },
): Promise<number> {
  // A table whose metadata is damaged is dropped too, though not its files.
  const location = await loadTable(lake, namespace, name, options)
    .then((table) => table.location, () => undefined);
  const purge = location !== undefined && isOwn(location, namespace);
  await dropTable(lake, namespace, name, { ...options, purge })
    .catch(() => dropTable(lake, namespace, name, options));
  return purge ? await deleteLeft(location, options.signal) : 0;
}

/** Removes what is in the namespace; `undefined` when there is none. */
async function empty(
  lake: Catalog,
  namespace: string,
  signal: AbortSignal,
): Promise<RemovedScratch | undefined> {
  const options = { signal };
  try {
    const { "created-by": owner } = await loadNamespace(
      lake,
      namespace,
      options,
    );
    if (owner !== MARK["created-by"]) {
      throw new LakehouseError({
        what: `Cannot use the namespace "${namespace}" for trying things out`,
        why: "it was not made by these notebooks, and would be emptied",
        next: "choose another name",
      });
    }
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
  const removed = { tables: 0, views: 0, objects: 0 };
  for (const { name } of await listViews(lake, namespace, options)) {
    await dropView(lake, namespace, name, options);
    removed.views++;
  }
  for (const { name } of await listTables(lake, namespace, options)) {
    removed.objects += await removeTable(lake, namespace, name, options);
    removed.tables++;
  }
  return removed;
}

/**
 * Makes a namespace that a notebook may do anything in: new, or emptied of what
 * an earlier run left; Trino knows the catalog afterwards.
 *
 * Tables in it are named the same in both engines, as `name.table`.
 *
 * @returns The name, for use in SQL and with the catalog.
 * @throws {LakehouseError} When the namespace was made by somebody else, or the catalog cannot be reached.
 * @example Usage
 * ```ts ignore
 * import { ask } from "@lakehouse";
 * import { trials } from "@lakehouse/lab";
 *
 * const lab = await trials.scratchNamespace("lab");
 * await ask(`CREATE TABLE ${lab}.numbers AS SELECT 1 AS one`);
 * await trials.removeScratch(lab);
 * ```
 */
export async function scratchNamespace(
  name: string,
  options: {
    /** Whether Trino is asked to know the catalog. @default {true} */
    inTrino?: boolean;
  } = {},
): Promise<string> {
  const { inTrino = true } = options;
  const signal = withLimit(interruptSignal(), LIMIT_MS, "The clean-up");
  const lake = catalog();
  if (inTrino) await ensureTrinoCatalog();
  if (!await empty(lake, name, signal)) {
    await createNamespace(lake, name, { signal, properties: MARK });
  }
  return name;
}

/**
 * Removes such a namespace: its views, its tables with all their files, orphans
 * too, and itself. One that is not there is no error. Of a table whose location
 * lies elsewhere no file is removed.
 *
 * @throws {LakehouseError} When the namespace was made by somebody else, or the catalog cannot be reached.
 * @example Usage
 * ```ts ignore
 * import { trials } from "@lakehouse/lab";
 *
 * const { tables, objects } = await trials.removeScratch("lab");
 * console.log(tables, objects);
 * ```
 */
export async function removeScratch(name: string): Promise<RemovedScratch> {
  const signal = withLimit(interruptSignal(), LIMIT_MS, "The clean-up");
  const lake = catalog();
  const removed = await empty(lake, name, signal);
  if (removed) await dropNamespace(lake, name, { signal });
  return removed ?? { tables: 0, views: 0, objects: 0 };
}
