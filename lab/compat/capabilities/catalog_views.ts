/**
 * What a catalog does with views.
 *
 * @module
 */

import type { Answer } from "../answer.ts";
import type { Capability } from "../capability.ts";
import {
  type Endpoint,
  inCatalog,
  type Lake,
  pathOf,
  SCHEMA,
} from "../lake.ts";
import { at, namesIn, replied } from "../replies.ts";

const VIEWS: Endpoint = { optional: "/namespaces/{namespace}/views" };
const VIEW: Endpoint = { optional: "/namespaces/{namespace}/views/{view}" };
const RENAME: Endpoint = { optional: "/views/rename" };

const VIEWED: Answer = [
  ["its text when loaded", "SELECT 1 AS id"],
  ["listed", true],
  ["loaded after the drop", 404, "NoSuchViewException"],
];
const RENAMED: Answer = [
  ["its text by its new name", "SELECT 1 AS id"],
  ["loaded by its old name", 404, "NoSuchViewException"],
];
const VIEW_ERRORS: Answer = [
  ["loaded, missing", 404, "NoSuchViewException"],
  ["dropped, missing", 404, "NoSuchViewException"],
  ["created twice", 409, "AlreadyExistsException"],
  ["created where there is a table", 409, "AlreadyExistsException"],
];

/** A version of a view that is this text in both engines. */
const version = (lake: Lake, id: number, sql: string) => ({
  ...{ "version-id": id, "timestamp-ms": Date.now(), "schema-id": 0 },
  summary: { "engine-name": "compat" },
  "default-namespace": [lake.namespace],
  representations: ["spark", "trino"].map((dialect) => ({
    ...{ type: "sql", sql, dialect },
  })),
});

const viewsPath = (lake: Lake) => `${pathOf(lake.namespace)}/views`;

/** Asks for a view to be created in the probe's namespace. */
function create(lake: Lake, name: string = lake.table) {
  lake.willBe(`${viewsPath(lake)}/${name}`);
  return lake.ask("POST", viewsPath(lake), {
    ...{ name, schema: SCHEMA, properties: {} },
    "view-version": version(lake, 1, "SELECT 1 AS id"),
  }, VIEWS);
}

/** Text of a view's current version. */
function textOf(view: unknown): unknown {
  const current = at(view, "metadata", "current-version-id");
  const versions = at(view, "metadata", "versions");
  if (!Array.isArray(versions)) return undefined;
  const found = versions.find((one) => at(one, "version-id") === current);
  return at(found, "representations", 0, "sql");
}

/** What a catalog does with views. */
export const viewCapabilities: readonly Capability[] = [
  {
    ...{ id: "view_create", group: "catalog" },
    name: "Views: create, load, list, drop",
    engines: {
      typescript: inCatalog(async (lake) => {
        lake.done(await create(lake));
        const path = `${viewsPath(lake)}/${lake.table}`;
        const loaded = await lake.do("GET", path);
        const list = await lake.pages(viewsPath(lake), "identifiers");
        await lake.do("DELETE", path);
        return replied(VIEWED, [
          textOf(loaded),
          namesIn(list.flat()).includes(lake.table),
          await lake.ask("GET", path),
        ]);
      }),
    },
    expect: VIEWED,
  },
  {
    ...{ id: "view_replace", group: "catalog", name: "Views: replace" },
    engines: {
      typescript: inCatalog(async (lake) => {
        const made = lake.done(await create(lake));
        const path = `${viewsPath(lake)}/${lake.table}`;
        await lake.do("POST", path, {
          requirements: [{
            type: "assert-view-uuid",
            uuid: at(made, "metadata", "view-uuid"),
          }],
          updates: [
            {
              action: "add-view-version",
              "view-version": version(lake, 2, "SELECT 2 AS id"),
            },
            { action: "set-current-view-version", "view-version-id": -1 },
          ],
        }, VIEW);
        const loaded = await lake.do("GET", path);
        const versions = at(loaded, "metadata", "versions", "length");
        return [["its text", textOf(loaded)], ["versions", versions]];
      }),
    },
    expect: [["its text", "SELECT 2 AS id"], ["versions", 2]],
  },
  {
    ...{ id: "view_rename", group: "catalog", name: "Views: rename" },
    engines: {
      typescript: inCatalog(async (lake) => {
        const name = `${lake.table}_new`;
        lake.done(await create(lake));
        lake.willBe(`${viewsPath(lake)}/${name}`);
        const namespace = [lake.namespace];
        await lake.do("POST", "/views/rename", {
          source: { namespace, name: lake.table },
          destination: { namespace, name },
        }, RENAME);
        const loaded = await lake.do("GET", `${viewsPath(lake)}/${name}`);
        const old = await lake.ask("GET", `${viewsPath(lake)}/${lake.table}`);
        return replied(RENAMED, [textOf(loaded), old]);
      }),
    },
    expect: RENAMED,
  },
  {
    ...{ id: "view_errors", group: "catalog" },
    name: "Views: errors by status and type",
    engines: {
      typescript: inCatalog(async (lake) => {
        const table = `${lake.table}_table`;
        const missing = `${viewsPath(lake)}/${lake.table}_missing`;
        lake.done(await create(lake));
        await lake.createTable(table);
        return replied(VIEW_ERRORS, [
          await lake.ask("GET", missing),
          await lake.ask("DELETE", missing),
          await create(lake),
          await create(lake, table),
        ]);
      }),
    },
    expect: VIEW_ERRORS,
  },
];
