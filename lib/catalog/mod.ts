/**
 * The Iceberg REST catalog: warehouses, namespaces, tables, snapshots, views.
 *
 * Each function takes the context that {@linkcode catalog} makes. Snapshot ids
 * and sequence numbers are `bigint`: they do not fit a `number`.
 *
 * @module
 */

export { type CallOptions, type Catalog, CatalogError } from "./call.ts";
export { catalog, type CatalogConfig, getConfig, offers } from "./config.ts";
export {
  createNamespace,
  dropNamespace,
  ensureNamespace,
  listNamespaces,
  loadNamespace,
  type Namespace,
} from "./namespaces.ts";
export {
  dropTable,
  type Field,
  type Identifier,
  listTables,
  loadTable,
  type Snapshot,
  type Table,
  tableExists,
} from "./tables.ts";
export {
  createView,
  dropView,
  listViews,
  loadView,
  type View,
  type ViewDefinition,
} from "../../lab/iceberg/views.ts";
export {
  createWarehouse,
  deleteWarehouse,
  ensureWarehouse,
  getWarehouse,
  listWarehouses,
  type Warehouse,
} from "./warehouses.ts";
