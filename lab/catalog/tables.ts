/**
 * Tables of a namespace: listed and dropped.
 *
 * @module
 */

import type { CallOptions, Catalog } from "../../lib/catalog/call.ts";
import { callPages, callWarehouse } from "../../lib/catalog/config.ts";
import { label, type Namespace } from "../../lib/catalog/call.ts";
import type { Identifier } from "../../lib/catalog/tables.ts";

/**
 * Tables of a namespace.
 *
 * @throws {CatalogError} With status 404 when there is no such namespace.
 * @example Usage
 * ```ts ignore
 * import { catalog } from "@lakehouse";
 * import { iceberg } from "@lakehouse/lab";
 *
 * const names = (await iceberg.listTables(catalog(), "chicago")).map(({ name }) => name);
 * ```
 */
export async function listTables(
  catalog: Catalog,
  namespace: Namespace,
  options: CallOptions = {},
): Promise<Identifier[]> {
  return await callPages<Identifier>(
    catalog,
    {
      endpoint: "GET /v1/{prefix}/namespaces/{namespace}/tables",
      values: { namespace },
      what: `Cannot list the tables of ${label(namespace)}`,
    },
    "identifiers",
    options,
  );
}

/**
 * Drops a table.
 *
 * Its files stay unless asked otherwise, unlike on AIStor, whose own default
 * deletes them.
 *
 * @throws {CatalogError} With status 404 when there is no such table.
 * @example Usage
 * ```ts ignore
 * import { catalog } from "@lakehouse";
 * import { dropTable } from "./tables.ts";
 *
 * await dropTable(catalog(), "chicago", "taxi_trips", { purge: true });
 * ```
 */
export async function dropTable(
  catalog: Catalog,
  namespace: Namespace,
  name: string,
  options: CallOptions & {
    /** Whether the table's files are deleted too. @default {false} */
    purge?: boolean;
  } = {},
): Promise<void> {
  const { purge = false } = options;
  await callWarehouse(catalog, {
    endpoint: "DELETE /v1/{prefix}/namespaces/{namespace}/tables/{table}",
    values: { namespace, table: name },
    query: { purgeRequested: String(purge) },
    what: `Cannot drop the table ${label(namespace, name)}`,
  }, options);
}
