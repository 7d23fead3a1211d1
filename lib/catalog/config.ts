/**
 * The catalog as one warehouse sees it: its prefix, and what it serves.
 *
 * @module
 */

import { callCatalog, type CallOptions, type Catalog } from "./call.ts";
import { type Settings, settings } from "../core/settings.ts";
import { LakehouseError } from "../core/errors.ts";

/** What `GET /v1/config` says of a warehouse. */
export interface CatalogConfig {
  /** Part of every path after `/v1`, percent-encoded; AIStor's is the warehouse's name. */
  prefix: string;
  /** Endpoints that are served, or `undefined` when the catalog does not list them. */
  endpoints: string[] | undefined;
  /** Properties that hold unless a client sets them. */
  defaults: Record<string, string>;
  /** Properties that hold over those of a client. */
  overrides: Record<string, string>;
}

const configs = new WeakMap<Catalog, Map<string, CatalogConfig>>();

/**
 * The catalog of the settings, with changes to them if wanted.
 *
 * @throws {LakehouseError} When a setting cannot be used.
 * @example Usage
 * ```ts
 * import { catalog } from "@lakehouse";
 *
 * const sandbox = catalog({ warehouse: "sandbox" });
 * console.log(sandbox.uri, sandbox.warehouse);
 * ```
 */
export function catalog(changes: Partial<Settings> = {}): Catalog {
  const { catalogUri, warehouse, accessKey, secretKey, region } = {
    ...settings(),
    ...changes,
  };
  return { uri: catalogUri, warehouse, accessKey, secretKey, region };
}

/**
 * Asks the catalog for the warehouse's prefix and for what it serves.
 *
 * @throws {CatalogError} With status 404 when there is no such warehouse.
 * @example Usage
 * ```ts ignore
 * import { catalog, getConfig } from "@lakehouse";
 *
 * const { prefix, endpoints } = await getConfig(catalog());
 * ```
 */
export async function getConfig(
  catalog: Catalog,
  options: CallOptions = {},
): Promise<CatalogConfig> {
  const { warehouse } = catalog;
  const { defaults, overrides, endpoints } = await callCatalog(catalog, {
    method: "GET",
    path: "/v1/config",
    query: { warehouse },
    what: `Cannot open the warehouse "${warehouse}"`,
  }, options) as {
    defaults?: Record<string, string>;
    overrides?: Record<string, string>;
    endpoints?: string[] | null;
  };
  const config = {
    prefix: overrides?.prefix ?? defaults?.prefix ?? "",
    endpoints: endpoints ?? undefined,
    defaults: defaults ?? {},
    overrides: overrides ?? {},
  };
  const known = configs.get(catalog) ?? new Map<string, CatalogConfig>();
  configs.set(catalog, known.set(warehouse, config));
  return config;
}

const endpointKey = (endpoint: string) =>
  endpoint.replace(/\{[^}]*\}/g, "{}").replace(/ \/?/, " /");

/**
 * Whether the catalog serves an endpoint; `true` when it does not list them.
 *
 * @example Usage
 * ```ts
 * import { offers } from "@lakehouse";
 * import { assertEquals } from "@std/assert";
 *
 * const endpoints = ["GET /v1/{prefix}/namespaces"];
 * const config = { prefix: "wh", endpoints, defaults: {}, overrides: {} };
 * assertEquals(offers(config, "GET /v1/{prefix}/namespaces"), true);
 * assertEquals(offers(config, "GET /v1/{prefix}/views"), false);
 * ```
 */
export function offers(config: CatalogConfig, endpoint: string): boolean {
  return config.endpoints === undefined ||
    config.endpoints.map(endpointKey).includes(endpointKey(endpoint));
}

/** A call below the warehouse's prefix. */
export interface PrefixedCall {
  /** Method in capitals. */
  method: "DELETE" | "GET" | "POST";
  /** The endpoint's path after the prefix, as `/v1/config` lists it. */
  template: string;
  /** The same path filled in. */
  path: string;
  /** What fails when the call fails. */
  what: string;
  /** Query parameters. */
  query?: Record<string, string | undefined>;
  /** Body, sent as JSON. */
  body?: unknown;
  /** Whether the call may be sent again after an error. */
  idempotent?: boolean;
}

/**
 * Sends a call below the warehouse's prefix, if the catalog offers it.
 *
 * @throws {CatalogError} When the catalog answers with an error.
 * @throws {LakehouseError} When it does not offer the endpoint.
 */
export async function callWarehouse(
  catalog: Catalog,
  call: PrefixedCall,
  options: CallOptions,
): Promise<unknown> {
  const config = configs.get(catalog)?.get(catalog.warehouse) ??
    await getConfig(catalog, options);
  const { template, path, ...rest } = call;
  const endpoint = `${call.method} /v1/{prefix}${template}`;
  if (!offers(config, endpoint)) {
    throw new LakehouseError({
      what: call.what,
      why: `the catalog at ${catalog.uri} does not offer "${endpoint}"`,
      next: "go on without it, or use a server that offers it",
    });
  }
  const prefix = config.prefix === "" ? "/v1" : `/v1/${config.prefix}`;
  return await callCatalog(catalog, { ...rest, path: prefix + path }, options);
}

/** Gathers all pages of a list; `key` is the field that holds the items. */
export async function callPages<T>(
  catalog: Catalog,
  call: PrefixedCall,
  key: string,
  options: CallOptions,
): Promise<T[]> {
  const items: T[] = [];
  let pageToken: string | undefined;
  do {
    const query = { ...call.query, pageToken };
    const page = await callWarehouse(catalog, { ...call, query }, options) as
      & Record<string, T[] | undefined>
      & { "next-page-token"?: string | null };
    items.push(...page[key] ?? []);
    pageToken = page["next-page-token"] || undefined;
  } while (pageToken);
  return items;
}
