/**
 * Views of a warehouse.
 *
 * @module
 */

import type { CallOptions, Catalog } from "./catalog_call.ts";
import { callPages, callWarehouse } from "./catalog_config.ts";
import { label, NAMESPACE, type Namespace, pathOf } from "./namespaces.ts";
import type { Identifier } from "./tables.ts";

/**
 * Views of a namespace.
 *
 * @throws {LakehouseError} When the catalog has no views.
 * @throws {CatalogError} With status 404 when there is no such namespace.
 * @example Usage
 * ```ts ignore
 * import { catalog, listViews } from "@lakehouse";
 *
 * const names = (await listViews(catalog(), "chicago")).map(({ name }) => name);
 * ```
 */
export async function listViews(
  catalog: Catalog,
  namespace: Namespace,
  options: CallOptions = {},
): Promise<Identifier[]> {
  return await callPages<Identifier>(
    catalog,
    {
      method: "GET",
      template: `${NAMESPACE}/views`,
      path: pathOf(namespace, "views"),
      what: `Cannot list the views of ${label(namespace)}`,
    },
    "identifiers",
    options,
  );
}

/**
 * Drops a view.
 *
 * @throws {LakehouseError} When the catalog has no views.
 * @throws {CatalogError} With status 404 when there is no such view.
 * @example Usage
 * ```ts ignore
 * import { catalog, dropView } from "@lakehouse";
 *
 * await dropView(catalog(), "chicago", "card_trips");
 * ```
 */
export async function dropView(
  catalog: Catalog,
  namespace: Namespace,
  name: string,
  options: CallOptions = {},
): Promise<void> {
  await callWarehouse(catalog, {
    method: "DELETE",
    template: `${NAMESPACE}/views/{view}`,
    path: pathOf(namespace, "views", name),
    what: `Cannot drop the view ${label(namespace, name)}`,
  }, options);
}
