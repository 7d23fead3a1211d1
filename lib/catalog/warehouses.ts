/**
 * Warehouses of the Iceberg REST catalog, which AIStor adds to the specification.
 *
 * @module
 */

import {
  callCatalog,
  type CallOptions,
  type Catalog,
  CatalogError,
} from "./call.ts";

/** A warehouse: a bucket that holds Iceberg tables. */
export interface Warehouse {
  /** Name. */
  name: string;
  /** Bucket that holds its tables. */
  bucket: string;
  /** Unique id. */
  uuid: string;
  /** Time of creation, or `undefined` when the catalog does not tell. */
  createdAt: Date | undefined;
  /** Properties. */
  properties: Record<string, string>;
}

const PATH = "/v1/warehouses";
const pathOf = (name: string) => `${PATH}/${encodeURIComponent(name)}`;

/**
 * Names of all warehouses, sorted.
 *
 * @throws {CatalogError} When the catalog answers with an error.
 * @example Usage
 * ```ts ignore
 * import { catalog, listWarehouses } from "@lakehouse";
 *
 * console.log(await listWarehouses(catalog()));
 * ```
 */
export async function listWarehouses(
  catalog: Catalog,
  options: CallOptions = {},
): Promise<string[]> {
  const names: string[] = [];
  let pageToken: string | undefined;
  do {
    const page = await callCatalog(catalog, {
      method: "GET",
      path: PATH,
      query: { pageToken },
      what: "Cannot list the warehouses",
    }, options) as {
      warehouses: (string | { name: string })[];
      "next-page-token"?: string | null;
    };
    for (const item of page.warehouses) {
      names.push(typeof item === "string" ? item : item.name);
    }
    pageToken = page["next-page-token"] || undefined;
  } while (pageToken);
  return names.sort();
}

/**
 * Creates a warehouse and its bucket; the name defaults to the context's.
 *
 * @throws {CatalogError} With status 409 when there is such a warehouse, or,
 * without `upgradeExisting`, such a bucket.
 * @example Usage
 * ```ts ignore
 * import { catalog } from "@lakehouse";
 * import { createWarehouse } from "./warehouses.ts";
 *
 * await createWarehouse(catalog(), { name: "sandbox" });
 * ```
 */
export async function createWarehouse(
  catalog: Catalog,
  options: CallOptions & {
    /** Name. @default {catalog.warehouse} */
    name?: string;
    /** Whether a plain bucket of that name becomes the warehouse. @default {false} */
    upgradeExisting?: boolean;
  } = {},
): Promise<void> {
  const { name = catalog.warehouse, upgradeExisting = false } = options;
  await callCatalog(catalog, {
    method: "POST",
    path: PATH,
    body: { name, "upgrade-existing": upgradeExisting },
    what: `Cannot create the warehouse "${name}"`,
  }, options);
}

/**
 * What the catalog tells about one warehouse.
 *
 * @throws {CatalogError} With status 404 when there is none.
 * @example Usage
 * ```ts ignore
 * import { catalog } from "@lakehouse";
 * import { getWarehouse } from "./warehouses.ts";
 *
 * const { bucket } = await getWarehouse(catalog());
 * ```
 */
export async function getWarehouse(
  catalog: Catalog,
  options: CallOptions & {
    /** Name. @default {catalog.warehouse} */
    name?: string;
  } = {},
): Promise<Warehouse> {
  const { name = catalog.warehouse } = options;
  const found = await callCatalog(catalog, {
    method: "GET",
    path: pathOf(name),
    what: `Cannot look up the warehouse "${name}"`,
  }, options) as {
    name: string;
    bucket?: string;
    uuid?: string;
    "created-at"?: string;
    properties?: Record<string, string>;
  };
  const createdAt = found["created-at"];
  return {
    name: found.name,
    bucket: found.bucket ?? found.name,
    uuid: found.uuid ?? "",
    createdAt: createdAt === undefined ? undefined : new Date(createdAt),
    properties: found.properties ?? {},
  };
}

/**
 * Makes sure that there is a warehouse, and returns it.
 *
 * @throws {CatalogError} When it cannot be created.
 * @example Usage
 * ```ts ignore
 * import { catalog, ensureWarehouse } from "@lakehouse";
 *
 * const { name, bucket } = await ensureWarehouse(catalog());
 * ```
 */
export async function ensureWarehouse(
  catalog: Catalog,
  options: CallOptions & {
    /** Name. @default {catalog.warehouse} */
    name?: string;
    /**
     * Whether a plain bucket of that name becomes the warehouse, such as one
     * that {@linkcode deleteWarehouse} left.
     *
     * @default {true}
     */
    upgradeExisting?: boolean;
  } = {},
): Promise<Warehouse> {
  const { name = catalog.warehouse, upgradeExisting = true } = options;
  try {
    return await getWarehouse(catalog, options);
  } catch (error) {
    if (!(error instanceof CatalogError && error.status === 404)) throw error;
  }
  try {
    await createWarehouse(catalog, { ...options, upgradeExisting });
  } catch (error) {
    if (!(error instanceof CatalogError && error.status === 409)) throw error;
    // Someone else may have been quicker; if not, it is a bucket that stands
    // in the way.
    const names = await listWarehouses(catalog, options);
    if (!names.includes(name)) throw error;
  }
  return await getWarehouse(catalog, options);
}

/**
 * Deletes a warehouse that has no namespaces.
 *
 * The bucket is kept unless asked otherwise, unlike the server, whose own
 * default deletes it: what is gone from the catalog can be registered again,
 * what is gone from the bucket cannot.
 *
 * @throws {CatalogError} With status 409 when it still has namespaces, or when
 * its bucket is to go and still has objects.
 * @example Usage
 * ```ts ignore
 * import { catalog } from "@lakehouse";
 * import { deleteWarehouse } from "./warehouses.ts";
 *
 * await deleteWarehouse(catalog(), { name: "sandbox", preserveBucket: false });
 * ```
 */
export async function deleteWarehouse(
  catalog: Catalog,
  options: CallOptions & {
    /** Name. @default {catalog.warehouse} */
    name?: string;
    /** Whether the bucket stays. @default {true} */
    preserveBucket?: boolean;
  } = {},
): Promise<void> {
  const { name = catalog.warehouse, preserveBucket = true } = options;
  await callCatalog(catalog, {
    method: "DELETE",
    path: pathOf(name),
    query: { "preserve-bucket": String(preserveBucket) },
    what: `Cannot delete the warehouse "${name}"`,
  }, options);
}
