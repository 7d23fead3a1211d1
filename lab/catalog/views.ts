/**
 * Views of a warehouse.
 *
 * @module
 */

import {
  type CallOptions,
  type Catalog,
  CatalogError,
  isUnsupported,
  label,
  levels,
  type Namespace,
} from "../../lib/catalog/call.ts";
import {
  callPages,
  callWarehouse,
  getConfig,
  offers,
} from "../../lib/catalog/config.ts";
import { listNamespaces } from "./namespaces.ts";
import type { Field, Identifier } from "../../lib/catalog/tables.ts";

/** What a view is made of. */
export interface ViewDefinition {
  /** Its columns, as Iceberg names types: `long`, `string`, `timestamptz`. */
  columns: { name: string; type: string }[];
  /**
   * Its query by dialect: `{ trino: "SELECT …", spark: "SELECT …" }`. Each is
   * run as it stands: name tables with their catalog, as that engine calls it.
   */
  texts: Record<string, string>;
  /** Properties. @default {none} */
  properties?: Record<string, string>;
}

/** A view as the catalog has it, in its current version. */
export interface View extends Identifier {
  /** Unique id. */
  uuid: string;
  /** Where its files are. */
  location: string;
  /** Its columns. */
  fields: Field[];
  /** Its query by dialect; an engine made for another one may refuse it. */
  texts: Record<string, string>;
  /** Catalog of names without one, as the engine that made it calls it. */
  defaultCatalog: string | undefined;
  /** Namespace of names without one. */
  defaultNamespace: string[];
  /** When this version was made. */
  timestamp: Date;
  /** Properties. */
  properties: Record<string, string>;
}

interface ViewJson {
  metadata: {
    "view-uuid": string;
    location: string;
    "current-version-id": number;
    versions: {
      "version-id": number;
      "timestamp-ms": number;
      "schema-id": number;
      "default-catalog"?: string | null;
      "default-namespace"?: string[];
      representations: { type: string; dialect: string; sql: string }[];
    }[];
    schemas: { "schema-id": number; fields: Field[] }[];
    properties?: Record<string, string>;
  };
}

function toView(namespace: Namespace, name: string, answer: unknown): View {
  const { metadata } = answer as ViewJson;
  const version = metadata.versions.find((each) =>
    each["version-id"] === metadata["current-version-id"]
  )!;
  const schema = metadata.schemas.find((each) =>
    each["schema-id"] === version["schema-id"]
  );
  return {
    namespace: levels(namespace),
    name,
    uuid: metadata["view-uuid"],
    location: metadata.location,
    fields: schema?.fields ?? [],
    texts: Object.fromEntries(
      version.representations.map(({ dialect, sql }) => [dialect, sql]),
    ),
    defaultCatalog: version["default-catalog"] ?? undefined,
    defaultNamespace: version["default-namespace"] ?? [],
    timestamp: new Date(Number(version["timestamp-ms"])),
    properties: metadata.properties ?? {},
  };
}

const VIEWS = "/v1/{prefix}/namespaces/{namespace}/views";

/**
 * Whether the catalog keeps views: it lists them among what it offers, or, where
 * it has no such list, answers for a namespace's views.
 *
 * @throws {CatalogError} When the catalog fails.
 * @example Usage
 * ```ts ignore
 * import { catalog } from "@lakehouse";
 * import { iceberg } from "@lakehouse/lab";
 *
 * console.log(await iceberg.hasViews(catalog()));
 * ```
 */
export async function hasViews(
  catalog: Catalog,
  options: CallOptions = {},
): Promise<boolean> {
  const config = await getConfig(catalog, options);
  if (config.endpoints) {
    return ["GET", "POST"].every((method) =>
      offers(config, `${method} ${VIEWS}`)
    );
  }
  const [namespace = ["any"]] = await listNamespaces(catalog, options);
  try {
    await callWarehouse(catalog, {
      endpoint: `GET ${VIEWS}`,
      values: { namespace },
      what: `Cannot list the views of ${label(namespace)}`,
    }, options);
    return true;
  } catch (error) {
    if (isUnsupported(error)) return false;
    if (!(error instanceof CatalogError) || error.status >= 500) throw error;
    return error.type === "NoSuchNamespaceException";
  }
}

/**
 * Creates a view, with a text for each engine that is to read it.
 *
 * Nobody checks the texts before an engine runs them: that they mean the same is
 * the caller's promise. An engine without a text of its own refuses the view
 * (Trino) or runs another's as if it were its own (Spark).
 *
 * @throws {CatalogError} With status 406 when the catalog has no views.
 * @throws {CatalogError} With status 409 when there is a view or table of this name.
 * @example Usage
 * ```ts ignore
 * import { catalog, settings } from "@lakehouse";
 * import { iceberg } from "@lakehouse/lab";
 *
 * await iceberg.createView(catalog(), "chicago", "trips_by_hour", {
 *   columns: [{ name: "hour", type: "int" }, { name: "trips", type: "long" }],
 *   texts: {
 *     trino: `SELECT CAST(hour(trip_start_timestamp) AS integer) AS hour, count(*) AS trips
 *       FROM ${settings().trinoCatalog}.chicago.taxi_trips GROUP BY 1`,
 *     spark: `SELECT hour(trip_start_timestamp) AS hour, count(*) AS trips
 *       FROM lakehouse.chicago.taxi_trips GROUP BY 1`,
 *   },
 * });
 * ```
 */
export async function createView(
  catalog: Catalog,
  namespace: Namespace,
  name: string,
  definition: ViewDefinition,
  options: CallOptions = {},
): Promise<View> {
  const { columns, texts, properties = {} } = definition;
  const answer = await callWarehouse(catalog, {
    endpoint: "POST /v1/{prefix}/namespaces/{namespace}/views",
    values: { namespace },
    what: `Cannot create the view ${label(namespace, name)}`,
    body: {
      name,
      properties,
      schema: {
        ...{ type: "struct", "schema-id": 0 },
        fields: columns.map((column, index) => ({
          ...{ id: index + 1, ...column, required: false },
        })),
      },
      "view-version": {
        ...{ "version-id": 1, "schema-id": 0, summary: {} },
        "timestamp-ms": Date.now(),
        "default-namespace": levels(namespace),
        representations: Object.entries(texts).map(([dialect, sql]) => ({
          ...{ type: "sql", dialect, sql },
        })),
      },
    },
  }, options);
  return toView(namespace, name, answer);
}

/**
 * Loads a view: its columns, and its query in each dialect it has.
 *
 * @throws {CatalogError} With status 406 when the catalog has no views.
 * @throws {CatalogError} With status 404 when there is no such view.
 * @example Usage
 * ```ts ignore
 * import { catalog } from "@lakehouse";
 * import { iceberg } from "@lakehouse/lab";
 *
 * const { texts } = await iceberg.loadView(catalog(), "chicago", "card_trips");
 * console.log(Object.keys(texts));
 * ```
 */
export async function loadView(
  catalog: Catalog,
  namespace: Namespace,
  name: string,
  options: CallOptions = {},
): Promise<View> {
  const answer = await callWarehouse(catalog, {
    endpoint: "GET /v1/{prefix}/namespaces/{namespace}/views/{view}",
    values: { namespace, view: name },
    what: `Cannot load the view ${label(namespace, name)}`,
  }, options);
  return toView(namespace, name, answer);
}

/**
 * Views of a namespace; none where the catalog has no views.
 *
 * @throws {CatalogError} With status 404 when there is no such namespace.
 * @example Usage
 * ```ts ignore
 * import { catalog } from "@lakehouse";
 * import { iceberg } from "@lakehouse/lab";
 *
 * const names = (await iceberg.listViews(catalog(), "chicago")).map(({ name }) => name);
 * ```
 */
export async function listViews(
  catalog: Catalog,
  namespace: Namespace,
  options: CallOptions = {},
): Promise<Identifier[]> {
  try {
    return await callPages<Identifier>(
      catalog,
      {
        endpoint: `GET ${VIEWS}`,
        values: { namespace },
        what: `Cannot list the views of ${label(namespace)}`,
      },
      "identifiers",
      options,
    );
  } catch (error) {
    if (isUnsupported(error)) return [];
    throw error;
  }
}

/**
 * Drops a view.
 *
 * @throws {CatalogError} With status 406 when the catalog has no views.
 * @throws {CatalogError} With status 404 when there is no such view.
 * @example Usage
 * ```ts ignore
 * import { catalog } from "@lakehouse";
 * import { iceberg } from "@lakehouse/lab";
 *
 * await iceberg.dropView(catalog(), "chicago", "card_trips");
 * ```
 */
export async function dropView(
  catalog: Catalog,
  namespace: Namespace,
  name: string,
  options: CallOptions = {},
): Promise<void> {
  await callWarehouse(catalog, {
    endpoint: "DELETE /v1/{prefix}/namespaces/{namespace}/views/{view}",
    values: { namespace, view: name },
    what: `Cannot drop the view ${label(namespace, name)}`,
  }, options);
}
