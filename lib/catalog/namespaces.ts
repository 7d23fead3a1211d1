/**
 * Namespaces of a warehouse.
 *
 * @module
 */

import { type CallOptions, type Catalog, CatalogError } from "./call.ts";
import { callPages, callWarehouse } from "./config.ts";

/** A namespace by its levels; a text stands for one level. */
export type Namespace = string | readonly string[];

/** The levels of a namespace. */
export const levels = (namespace: Namespace): string[] =>
  typeof namespace === "string" ? [namespace] : [...namespace];

/** A namespace, or a table in it, as messages name it. */
export const label = (namespace: Namespace, ...names: string[]): string =>
  `"${[...levels(namespace), ...names].join(".")}"`;

/** A namespace's path as `/v1/config` lists it. */
export const NAMESPACE = "/namespaces/{namespace}";

/** A path below a namespace, percent-encoded. */
export function pathOf(namespace: Namespace, ...rest: string[]): string {
  // Iceberg joins the levels of a namespace with the unit separator.
  const joined = levels(namespace).map(encodeURIComponent).join("%1F");
  return ["/namespaces", joined, ...rest.map(encodeURIComponent)].join("/");
}

/**
 * Namespaces of the warehouse by their levels, or those below `parent`.
 *
 * @throws {CatalogError} When the catalog answers with an error.
 * @example Usage
 * ```ts ignore
 * import { catalog, listNamespaces } from "@lakehouse";
 *
 * for (const levels of await listNamespaces(catalog())) {
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
  return await callPages<string[]>(
    catalog,
    {
      method: "GET",
      template: "/namespaces",
      path: "/namespaces",
      query: { parent: parent && levels(parent).join("\x1f") },
      what: `Cannot list the namespaces of "${catalog.warehouse}"`,
    },
    "namespaces",
    options,
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
    method: "POST",
    template: "/namespaces",
    path: "/namespaces",
    body: { namespace: levels(namespace), properties },
    what: `Cannot create the namespace ${label(namespace)}`,
  }, options);
}

/**
 * Makes sure that there is a namespace.
 *
 * @throws {CatalogError} When it cannot be created.
 * @example Usage
 * ```ts ignore
 * import { catalog } from "@lakehouse";
 * import { ensureNamespace } from "./namespaces.ts";
 *
 * await ensureNamespace(catalog(), "chicago");
 * ```
 */
export async function ensureNamespace(
  catalog: Catalog,
  namespace: Namespace,
  options: CallOptions = {},
): Promise<void> {
  try {
    await createNamespace(catalog, namespace, options);
  } catch (error) {
    if (
      !(error instanceof CatalogError &&
        error.type === "AlreadyExistsException")
    ) throw error;
  }
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
    method: "GET",
    template: NAMESPACE,
    path: pathOf(namespace),
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
    method: "DELETE",
    template: NAMESPACE,
    path: pathOf(namespace),
    what: `Cannot drop the namespace ${label(namespace)}`,
  }, options);
}
