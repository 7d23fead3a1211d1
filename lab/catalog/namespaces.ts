/**
 * Namespaces of a warehouse: listed, created, looked at and dropped.
 *
 * @module
 */

import type { CallOptions, Catalog } from "../../lib/catalog/call.ts";
import { callPages, callWarehouse } from "../../lib/catalog/config.ts";
import { label, levels, type Namespace } from "../../lib/catalog/call.ts";

/**
 * Namespaces of the warehouse by their levels, or those below `parent`.
 *
 * @throws {CatalogError} When the catalog answers with an error.
 * @example Usage
 * ```ts ignore
 * import { catalog } from "@lakehouse";
 * import { iceberg } from "@lakehouse/lab";
 *
 * for (const levels of await iceberg.listNamespaces(catalog())) {
 *   console.log(levels.join("."));
 * }
 * ```
 */
export async function listNamespaces(
  catalog: Catalog,
  options: CallOptions & {
    /** Namespace to look below. @default {undefined}, the top */
    parent?: Namespace;
  } = {},
): Promise<string[][]> {
  const { parent } = options;
  const found = await callPages<string[]>(
    catalog,
    {
      endpoint: "GET /v1/{prefix}/namespaces",
      query: { parent: parent && levels(parent).join("\x1f") },
      what: `Cannot list the namespaces of "${catalog.warehouse}"`,
    },
    "namespaces",
    options,
  );
  // A catalog of one level may not look at the parent, and list all again.
  const above = parent === undefined ? [] : levels(parent);
  return found.filter((namespace) =>
    namespace.length > above.length &&
    above.every((level, index) => namespace[index] === level)
  );
}

/**
 * Creates a namespace.
 *
 * @throws {CatalogError} With status 409 when it exists.
 * @example Usage
 * ```ts ignore
 * import { catalog } from "@lakehouse";
 * import { createNamespace } from "./namespaces.ts";
 *
 * await createNamespace(catalog(), "chicago", { properties: { owner: "me" } });
 * ```
 */
export async function createNamespace(
  catalog: Catalog,
  namespace: Namespace,
  options: CallOptions & {
    /** Properties. @default {{}} */
    properties?: Record<string, string>;
  } = {},
): Promise<void> {
  const { properties = {} } = options;
  await callWarehouse(catalog, {
    endpoint: "POST /v1/{prefix}/namespaces",
    body: { namespace: levels(namespace), properties },
    what: `Cannot create the namespace ${label(namespace)}`,
  }, options);
}

/**
 * Properties of a namespace.
 *
 * @throws {CatalogError} With status 404 when there is no such namespace.
 * @example Usage
 * ```ts ignore
 * import { catalog } from "@lakehouse";
 * import { loadNamespace } from "./namespaces.ts";
 *
 * const { owner } = await loadNamespace(catalog(), "chicago");
 * ```
 */
export async function loadNamespace(
  catalog: Catalog,
  namespace: Namespace,
  options: CallOptions = {},
): Promise<Record<string, string>> {
  const { properties } = await callWarehouse(catalog, {
    endpoint: "GET /v1/{prefix}/namespaces/{namespace}",
    values: { namespace },
    what: `Cannot load the namespace ${label(namespace)}`,
  }, options) as { properties?: Record<string, string> | null };
  return properties ?? {};
}

/**
 * Drops an empty namespace.
 *
 * @throws {CatalogError} With type `NamespaceNotEmptyException` when it has
 * tables, with status 404 when there is none.
 * @example Usage
 * ```ts ignore
 * import { catalog } from "@lakehouse";
 * import { dropNamespace } from "./namespaces.ts";
 *
 * await dropNamespace(catalog(), "chicago");
 * ```
 */
export async function dropNamespace(
  catalog: Catalog,
  namespace: Namespace,
  options: CallOptions = {},
): Promise<void> {
  await callWarehouse(catalog, {
    endpoint: "DELETE /v1/{prefix}/namespaces/{namespace}",
    values: { namespace },
    what: `Cannot drop the namespace ${label(namespace)}`,
  }, options);
}
