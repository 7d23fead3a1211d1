/**
 * The catalog as one warehouse sees it: its prefix, and what it serves.
 *
 * @module
 */

import { type Settings, settings } from "../core/settings.ts";
import { callCatalog, CatalogError } from "./call.ts";
import type { CallOptions, Catalog, CatalogCall } from "./call.ts";

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

/** What was asked for lately, by catalog, warehouse and key. */
const configs = new Map<string, { config: CatalogConfig; until: number }>();
const CONFIG_LIFE_MS = 60_000;

const configKey = ({ uri, warehouse, accessKey }: Catalog) =>
  [uri, warehouse, accessKey].join("\n");

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
  const given = { ...settings(), ...changes };
  const { warehouse, accessKey, secretKey, sessionToken } = given;
  const { catalogUri: uri, region, signingName } = given;
  const keys = { accessKey, secretKey, sessionToken };
  return { uri, warehouse, ...keys, region, signingName };
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
    endpoint: "GET /v1/config",
    query: { warehouse },
    what: `Cannot open the warehouse "${warehouse}"`,
  }, options) as Partial<CatalogConfig>;
  const config = {
    prefix: overrides?.prefix ?? defaults?.prefix ?? "",
    endpoints: endpoints ?? undefined,
    defaults: defaults ?? {},
    overrides: overrides ?? {},
  };
  const until = performance.now() + CONFIG_LIFE_MS;
  configs.set(configKey(catalog), { config, until });
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

async function recentConfig(
  catalog: Catalog,
  options: CallOptions,
): Promise<CatalogConfig> {
  const known = configs.get(configKey(catalog));
  return known && performance.now() < known.until
    ? known.config
    : await getConfig(catalog, options);
}

/**
 * Sends a call to the warehouse, below its prefix, if the catalog offers it.
 *
 * @throws {CatalogError} When the catalog answers with an error; with status 406, unsent, when its list lacks the endpoint.
 * @throws {LakehouseError} When it cannot be reached, or not in time.
 */
export async function callWarehouse(
  catalog: Catalog,
  call: CatalogCall,
  options: CallOptions,
): Promise<unknown> {
  const { endpoint, what } = call;
  const config = await recentConfig(catalog, options);
  if (!offers(config, endpoint)) {
    throw new CatalogError(
      {
        what,
        why: `the catalog at ${catalog.uri} does not offer "${endpoint}"`,
        next: "go on without it, or use a server that offers it",
      },
      406,
      "UnsupportedOperationException",
    );
  }
  const prefix = config.prefix === "" ? "" : `${config.prefix}/`;
  return await callCatalog(
    catalog,
    { ...call, endpoint: endpoint.replace("{prefix}/", prefix) },
    options,
  );
}

/** Gathers all pages of a list; `key` is the field that holds the items. */
export async function callPages<T>(
  catalog: Catalog,
  call: CatalogCall,
  key: string,
  options: CallOptions,
): Promise<T[]> {
  const send = call.endpoint.includes("{prefix}") ? callWarehouse : callCatalog;
  const items: T[] = [];
  let pageToken: string | undefined;
  do {
    const query = { ...call.query, pageToken };
    const page = await send(catalog, { ...call, query }, options) as
      & Record<string, T[] | undefined>
      & { "next-page-token"?: string | null };
    items.push(...page[key] ?? []);
    pageToken = page["next-page-token"] || undefined;
  } while (pageToken);
  return items;
}
