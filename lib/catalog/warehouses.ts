/**
 * Warehouses of the Iceberg REST catalog.
 *
 * AIStor lists and creates them at an address that the specification does not
 * have; with another catalog a warehouse is there when it opens.
 *
 * @module
 */

import { LakehouseError } from "../core/errors.ts";
import { callCatalog, CatalogError, isUnsupported } from "./call.ts";
import type { CallOptions, Catalog } from "./call.ts";
import { callPages, callWarehouse, getConfig } from "./config.ts";

/** A warehouse, which holds Iceberg tables. */
export interface Warehouse {
  /** Name. */
  name: string;
  /** Bucket that holds its tables; its name where the catalog does not tell. */
  bucket: string;
  /** Whether the catalog lists its warehouses. */
  isListed: boolean;
}

/** Whether an answer may come from a catalog that does not list warehouses. */
function mayBeUnlisted(error: unknown): boolean {
  return error instanceof CatalogError && error.status < 500 &&
    error.type !== "IcebergWarehouseNotFound";
}

/** The warehouse as its configuration tells of it, if its namespaces are answered. */
async function openWarehouse(
  catalog: Catalog,
  options: CallOptions,
): Promise<Warehouse> {
  const { warehouse: name } = catalog;
  const { defaults, overrides } = await getConfig(catalog, options);
  // The configuration may be given to anyone, for any name.
  await callWarehouse(catalog, {
    endpoint: "GET /v1/{prefix}/namespaces",
    query: { pageSize: "1" },
    what: `Cannot open the warehouse "${name}"`,
  }, options);
  const location = overrides.warehouse ?? defaults.warehouse ?? "";
  const [, bucket = name] = location.match(/^s3[an]?:\/\/([^/]+)/) ?? [];
  return { name, bucket, isListed: false };
}

/**
 * Names of all warehouses, sorted; with a catalog that does not list them the
 * one that is meant, if it opens.
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
  try {
    const items = await callPages<string | { name: string }>(
      catalog,
      { endpoint: "GET /v1/warehouses", what: "Cannot list the warehouses" },
      "warehouses",
      options,
    );
    return items.map((item) => typeof item === "string" ? item : item.name)
      .sort();
  } catch (error) {
    if (!mayBeUnlisted(error)) throw error;
    return [(await openWarehouse(catalog, options)).name];
  }
}

/**
 * What the catalog tells about the warehouse that is meant.
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
  options: CallOptions = {},
): Promise<Warehouse> {
  const { warehouse } = catalog;
  try {
    const { name, bucket = name } = await callCatalog(catalog, {
      endpoint: "GET /v1/warehouses/{warehouse}",
      values: { warehouse },
      what: `Cannot look up the warehouse "${warehouse}"`,
    }, options) as { name: string; bucket?: string };
    return { name, bucket, isListed: true };
  } catch (error) {
    if (!mayBeUnlisted(error)) throw error;
    return await openWarehouse(catalog, options);
  }
}

/**
 * Makes sure that there is a warehouse, and returns it; a plain bucket of its
 * name becomes it.
 *
 * @throws {CatalogError} When it cannot be created.
 * @throws {LakehouseError} When the catalog does not create warehouses.
 * @example Usage
 * ```ts ignore
 * import { catalog, ensureWarehouse } from "@lakehouse";
 *
 * const { name, bucket } = await ensureWarehouse(catalog());
 * ```
 */
export async function ensureWarehouse(
  catalog: Catalog,
  options: CallOptions = {},
): Promise<Warehouse> {
  const { warehouse: name } = catalog;
  try {
    return await getWarehouse(catalog, options);
  } catch (error) {
    if (!(error instanceof CatalogError && error.status === 404)) throw error;
  }
  const what = `Cannot create the warehouse "${name}"`;
  try {
    await callCatalog(catalog, {
      endpoint: "POST /v1/warehouses",
      body: { name, "upgrade-existing": true },
      what,
    }, options);
  } catch (error) {
    const isForbidden = error instanceof CatalogError && error.status === 403;
    if (isForbidden || isUnsupported(error)) {
      const whom = isForbidden ? "these keys" : "its clients";
      throw new LakehouseError({
        what,
        why:
          `the catalog at ${catalog.uri} has none of this name, and creates none for ${whom}`,
        next:
          "create it with the store's own tools, or set WAREHOUSE to one that is there",
        cause: error,
      });
    }
    if (!(error instanceof CatalogError && error.status === 409)) throw error;
    // Someone else may have been quicker; if not, this says what is in the way.
    return await getWarehouse(catalog, options).catch(() => {
      throw error;
    });
  }
  return await getWarehouse(catalog, options);
}
