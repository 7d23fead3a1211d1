/**
 * A warehouse for the length of a trial: whatever happens in it, nothing of the
 * user's is there to be touched.
 *
 * @module
 */

import {
  callCatalog,
  type CallOptions,
  type Catalog,
  CatalogError,
} from "../../../lib/catalog/call.ts";
import { catalog } from "../../../lib/catalog/config.ts";
import { signedFetch } from "../../../lib/core/sigv4.ts";
import { LakehouseError } from "../../../lib/core/errors.ts";
import { settings } from "../../../lib/core/settings.ts";
import { deleteObjects, listObjects, s3Client } from "../../../lib/store/s3.ts";
import { dropNamespace, listNamespaces } from "../../catalog/namespaces.ts";
import { dropTable, listTables } from "../../catalog/tables.ts";
import { dropView, listViews } from "../../catalog/views.ts";

type Remove = () => Promise<unknown>;

/** AIStor's way: the catalog makes warehouses. */
async function byCatalog(
  lake: Catalog,
  options: CallOptions,
): Promise<Remove | undefined> {
  const { warehouse: name } = lake;
  try {
    await callCatalog(lake, {
      endpoint: "POST /v1/warehouses",
      body: { name, "upgrade-existing": true },
      what: `Cannot make the warehouse "${name}"`,
    }, options);
  } catch (error) {
    if (!(error instanceof CatalogError)) throw error;
    // Left by a run that was killed: it goes by a name that nobody else has.
    if (error.type !== "IcebergWarehouseAlreadyExists") {
      if (error.status >= 500) throw error;
      return undefined;
    }
  }
  return () =>
    callCatalog(lake, {
      endpoint: "DELETE /v1/warehouses/{warehouse}",
      values: { warehouse: name },
      query: { "preserve-bucket": "false" },
      what: `Cannot remove the warehouse "${name}"`,
    }, {});
}

interface TableBucket {
  arn: string;
  name: string;
}

/** Amazon's way: the object store makes table buckets, each a warehouse. */
async function byTableBucket(
  { warehouse: name, ...lake }: Catalog,
  { signal }: CallOptions,
): Promise<Remove | undefined> {
  const call = (
    method: string,
    path: string,
    { signal = AbortSignal.timeout(30_000), body }: {
      signal?: AbortSignal | undefined;
      body?: string;
    } = {},
  ) =>
    signedFetch({
      method,
      url: `${settings().minioHost}/buckets${path}`,
      headers: { "content-type": "application/json" },
      ...body === undefined ? {} : { body },
    }, { ...lake, service: "s3tables", signal });
  // Asked first: where there is no such API, the call that makes a table bucket
  // might make a plain one, named "buckets".
  const listed: { tableBuckets?: TableBucket[] | null } = await call(
    "GET",
    `?prefix=${name}`,
    { signal },
  ).then((response) => response.json()).catch(() => ({}));
  signal?.throwIfAborted();
  // SeaweedFS says null when there is none of that name.
  if (listed.tableBuckets === undefined) return undefined;
  let arn = listed.tableBuckets?.find((bucket) => bucket.name === name)?.arn;
  if (!arn) {
    const made = await call("PUT", "", {
      signal,
      body: JSON.stringify({ name }),
    });
    if (!made.ok) {
      await made.body?.cancel();
      return undefined;
    }
    arn = (await made.json() as TableBucket).arn;
  }
  return async () => {
    const gone = await call("DELETE", `/${encodeURIComponent(arn)}`);
    const text = await gone.text();
    if (gone.ok) return;
    throw new LakehouseError({
      what: `Cannot remove the table bucket "${name}"`,
      why: text || `the object store answered ${gone.status}`,
    });
  };
}

/** Drops all tables, views and namespaces. */
async function empty(
  lake: Catalog,
  options: CallOptions,
  parent?: string[],
): Promise<void> {
  const below = { ...options, ...parent ? { parent } : {} };
  for (const namespace of await listNamespaces(lake, below)) {
    await empty(lake, options, namespace);
    for (const { name } of await listTables(lake, namespace, options)) {
      await dropTable(lake, namespace, name, options);
    }
    for (const { name } of await listViews(lake, namespace, options)) {
      await dropView(lake, namespace, name, options);
    }
    await dropNamespace(lake, namespace, options);
  }
}

/** Deletes what the dropped tables have left in the bucket. */
async function emptyBucket(bucket: string, signal: AbortSignal): Promise<void> {
  const client = await s3Client();
  try {
    const keys: string[] = [];
    for await (const { key } of listObjects(client, bucket, "", signal)) {
      keys.push(key);
    }
    await deleteObjects(client, bucket, keys, signal);
  } finally {
    client.destroy();
  }
}

/**
 * Runs `body` with a warehouse that is empty and nobody else's, and removes it
 * with all that is in it, however `body` ends.
 *
 * @param name Its name and its bucket's; one of that name that is there is
 * taken for this function's own, left by a run that was killed.
 * @returns What `body` returns; `undefined` when neither the catalog nor the object store makes warehouses, or not for these keys.
 * @throws {CatalogError} When the catalog fails.
 * @example Usage
 * ```ts ignore
 * const names = await withOwnWarehouse("compat-trial", async (lake) => {
 *   await createNamespace(lake, "trial");
 *   return await listNamespaces(lake);
 * });
 * ```
 */
export async function withOwnWarehouse<T>(
  name: string,
  body: (lake: Catalog) => Promise<T>,
  options: {
    /** Ends `body`; what was made is removed. */
    signal?: AbortSignal;
    /**
     * Told why the warehouse could not be removed, once it was emptied: the next
     * call of the same name finds it again. @default {that is an error}
     */
    onLeft?: ((why: string) => void) | undefined;
  } = {},
): Promise<T | undefined> {
  const { signal, onLeft } = options;
  const lake = catalog({ warehouse: name });
  const remove = await byCatalog(lake, { signal }) ??
    await byTableBucket(lake, { signal });
  if (!remove) return undefined;
  try {
    await empty(lake, { signal });
    return await body(lake);
  } finally {
    // Not by the signal: what was made goes, though the run was stopped.
    await empty(lake, {});
    // What the store keeps for itself goes with the bucket, or holds it up.
    await emptyBucket(name, AbortSignal.timeout(120_000)).catch(() => {});
    await remove().catch((error) => {
      if (!onLeft || !(error instanceof LakehouseError)) throw error;
      onLeft(error.message);
    });
  }
}
