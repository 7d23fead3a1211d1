/**
 * What a catalog does: configuration, warehouses, lists, HEAD; its namespaces,
 * tables, commits and views are in files of their own.
 *
 * @module
 */

import { settings } from "../../../lib/core/settings.ts";
import type { Answer } from "../answer.ts";
import type { Capability, Difference, NotOffered } from "../capability.ts";
import { type Endpoint, inCatalog, type Lake, pathOf } from "../calls/lake.ts";
import { at, listedNames, replied } from "../calls/replies.ts";
import { commitCapabilities } from "./catalog_commits.ts";
import { namespaceCapabilities } from "./catalog_namespaces.ts";
import { tableCapabilities } from "./catalog_tables.ts";
import { viewCapabilities } from "./catalog_views.ts";

/** What no client can do without. */
const ENDPOINTS = [
  "GET /v1/{prefix}/namespaces",
  "POST /v1/{prefix}/namespaces",
  "GET /v1/{prefix}/namespaces/{namespace}",
  "GET /v1/{prefix}/namespaces/{namespace}/tables",
  "POST /v1/{prefix}/namespaces/{namespace}/tables",
  "GET /v1/{prefix}/namespaces/{namespace}/tables/{table}",
  "POST /v1/{prefix}/namespaces/{namespace}/tables/{table}",
  "DELETE /v1/{prefix}/namespaces/{namespace}/tables/{table}",
];
const NO_ENDPOINTS: NotOffered = {
  not:
    "the catalog lists none, and Iceberg's Java client then takes views for missing",
};
const WAREHOUSES: Endpoint = { optional: "/v1/warehouses" };
const WAREHOUSE_ANSWER: Answer = [
  ["this one is listed", true],
  ["loaded by its name", 200],
  ["loaded, missing", 404, "IcebergWarehouseNotFound"],
];
const NEW_WAREHOUSE: Answer = [
  ["listed", true],
  ["created again", 409, "IcebergWarehouseAlreadyExists"],
  ["listed after it was deleted", false],
];
const NAMESPACE: Endpoint = { optional: "/namespaces/{namespace}" };
const TABLE: Endpoint = {
  optional: "/namespaces/{namespace}/tables/{table}",
};
const NONSENSE: Answer = [
  ["a namespace from no JSON", 400, "BadRequestException"],
  ["a namespace without a name", 400, "BadRequestException"],
];
async function warehouseNames(lake: Lake): Promise<unknown[]> {
  const pages = await lake.pages("/v1/warehouses", "warehouses", WAREHOUSES);
  return pages.flat().map((one) => at(one, "name") ?? one);
}

/** The answer from pages of two, which not every catalog makes. */
function paged(pages: unknown[][], names: unknown[]): Answer | Difference {
  const most = Math.max(...pages.map(({ length }) => length));
  const answer = [["names", ...names], ["in a page at most", most]];
  const isOne = pages.length === 1 && most > 2;
  return isOne ? { answer, says: "it gives the whole list at once" } : answer;
}

/** Answers to HEAD requests where `found` stands for what is there. */
const heads = (found: number): Answer => [
  ["namespace", found],
  ["namespace, missing", 404],
  ["table", found],
  ["table, missing", 404],
];

/** Configuration, warehouses, namespaces, lists and errors. */
const ownCapabilities: readonly Capability[] = [
  {
    ...{ id: "config", group: "catalog", name: "Configuration" },
    engines: {
      typescript: inCatalog(({ config }) => [
        ["defaults", typeof at(config, "defaults")],
        ["overrides", typeof at(config, "overrides")],
      ]),
    },
    expect: [["defaults", "object"], ["overrides", "object"]],
    differs: [{
      answer: [["defaults", "undefined"], ["overrides", "object"]],
      says: "it leaves out the defaults, which the specification requires",
    }],
  },
  {
    ...{ id: "config_missing", group: "catalog" },
    name: "Configuration of a missing warehouse refused",
    engines: {
      typescript: inCatalog(async (lake) => {
        const name = encodeURIComponent(lake.beside);
        const reply = await lake.ask("GET", `/v1/config?warehouse=${name}`);
        return [[reply.status]];
      }),
    },
    expect: [[404]],
    differs: [{ answer: [[400]], says: "it answers 400 instead of 404" }],
  },
  {
    ...{ id: "endpoints", group: "catalog", name: "Endpoints listed" },
    engines: {
      typescript: inCatalog(({ config }) => {
        const listed = at(config, "endpoints") ?? [];
        if (!Array.isArray(listed)) return [["endpoints", typeof listed]];
        if (at(config, "overrides") && listed.length === 0) return NO_ENDPOINTS;
        return ENDPOINTS.map((
          endpoint,
        ) => [endpoint, listed.includes(endpoint)]);
      }),
    },
    expect: ENDPOINTS.map((endpoint) => [endpoint, true]),
  },
  {
    ...{ id: "warehouses", group: "catalog", name: "Warehouses: list, load" },
    engines: {
      typescript: inCatalog(async (lake) => {
        const { warehouse } = settings();
        const load = (name: string) =>
          lake.ask("GET", `/v1/warehouses/${encodeURIComponent(name)}`);
        return replied(WAREHOUSE_ANSWER, [
          (await warehouseNames(lake)).includes(warehouse),
          await load(warehouse),
          await load("compat-missing"),
        ]);
      }),
    },
    expect: WAREHOUSE_ANSWER,
  },
  {
    ...{ id: "warehouse_create", group: "catalog" },
    name: "Warehouses: create, delete",
    engines: {
      typescript: inCatalog(async (lake) => {
        const name = lake.beside.replace(/[^a-z0-9]+/g, "-").slice(-60)
          .replace(/^-+/, "");
        await warehouseNames(lake);
        // With its bucket, which is the probe's own.
        const path = `/v1/warehouses/${name}?preserve-bucket=false`;
        await lake.ask("DELETE", lake.willBe(path));
        await lake.do("POST", "/v1/warehouses", { name }, WAREHOUSES);
        const listed = (await warehouseNames(lake)).includes(name);
        const again = await lake.ask("POST", "/v1/warehouses", { name });
        await lake.do("DELETE", path);
        const left = (await warehouseNames(lake)).includes(name);
        return replied(NEW_WAREHOUSE, [listed, again, left]);
      }),
    },
    expect: NEW_WAREHOUSE,
  },
  {
    ...{ id: "pages", group: "catalog", name: "Lists in pages: tables" },
    engines: {
      typescript: inCatalog(async (lake) => {
        const tables = ["a", "b", "c", "d", "e"].map((end) =>
          `${lake.table}_${end}`
        );
        for (const name of tables) await lake.createTable(name);
        const path = `${pathOf(lake.namespace)}/tables`;
        const pages = await lake.pages(path, "identifiers", { size: 2 });
        const names = listedNames(pages.flat())
          .filter((name) => name.startsWith(lake.table));
        return paged(pages, names.map((name) => name.slice(-1)));
      }),
    },
    expect: [["names", "a", "b", "c", "d", "e"], ["in a page at most", 2]],
  },
  {
    ...{ id: "pages_namespaces", group: "catalog" },
    name: "Lists in pages: namespaces",
    engines: {
      typescript: inCatalog(async (lake) => {
        for (const end of ["a", "b", "c"]) {
          lake.done(await lake.createNamespace([`${lake.beside}_${end}`]));
        }
        // Others' namespaces may be many: three pages show what pages are.
        const options = { size: 2, most: 3 };
        const pages = await lake.pages("/namespaces", "namespaces", options);
        const names = listedNames(pages.flat());
        const twice = names.length - new Set(names).size;
        return paged(pages, [names.length > 2, twice]);
      }),
    },
    expect: [["names", true, 0], ["in a page at most", 2]],
  },
  {
    ...{ id: "head", group: "catalog", name: "HEAD of namespaces and tables" },
    engines: {
      typescript: inCatalog(async (lake) => {
        await lake.createTable();
        const namespace = pathOf(lake.namespace);
        const head = async (path: string, endpoint?: Endpoint) =>
          (await lake.ask("HEAD", path, undefined, endpoint)).status;
        return [
          ["namespace", await head(namespace, NAMESPACE)],
          ["namespace, missing", await head(`${namespace}_missing`)],
          ["table", await head(lake.tablePath(), TABLE)],
          ["table, missing", await head(lake.tablePath("t_missing"))],
        ];
      }),
    },
    expect: heads(204),
    differs: [{ answer: heads(200), says: "it answers 200 instead of 204" }],
  },
  {
    ...{ id: "nonsense", group: "catalog" },
    name: "Requests that make no sense refused",
    engines: {
      typescript: inCatalog(async (lake) =>
        replied(NONSENSE, [
          await lake.ask("POST", "/namespaces", '{"namespace": ['),
          await lake.ask("POST", "/namespaces", {}),
        ])
      ),
    },
    expect: NONSENSE,
  },
];

/** What a catalog does. */
export const catalogCapabilities: readonly Capability[] = [
  ...ownCapabilities,
  ...namespaceCapabilities,
  ...tableCapabilities,
  ...commitCapabilities,
  ...viewCapabilities,
];
