/**
 * What a catalog does with views.
 *
 * @module
 */

import { type Answer, sameAnswer } from "../answer.ts";
import type { Capability, EngineName } from "../capability.ts";
import {
  type Endpoint,
  inCatalog,
  type Lake,
  pathOf,
  SCHEMA,
} from "../calls/lake.ts";
import { at, listedNames, replied } from "../calls/replies.ts";
import { byStatements, LIVED, lives, SPARKS } from "../statements.ts";

const VIEWS: Endpoint = { optional: "/namespaces/{namespace}/views" };
const VIEW: Endpoint = { optional: "/namespaces/{namespace}/views/{view}" };
const RENAME: Endpoint = { optional: "/views/rename" };

const VIEW_ERRORS: Answer = [
  ["loaded, missing", 404, "NoSuchViewException"],
  ["dropped, missing", 404, "NoSuchViewException"],
  ["created twice", 409, "AlreadyExistsException"],
  ["created where there is a table", 409, "AlreadyExistsException"],
];

const CREATE = "CREATE VIEW {t} AS SELECT 1 AS id";
const SELECT = "SELECT id FROM {t}";
const GONE = /not.?found|not exist/i;
const UNDO = ["DROP VIEW IF EXISTS {t}", "DROP VIEW IF EXISTS {t}_new"];

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

/** A rename by a statement. */
const renamed = (engines: readonly EngineName[], statement: string) =>
  byStatements(engines, async ({ run, refuses }) => {
    await run(CREATE);
    await run(statement);
    const found = await run("SELECT id FROM {t}_new");
    return [
      ["by its new name", sameAnswer(found, [[1]])],
      ["by its old name", !await refuses(SELECT, GONE)],
    ];
  }, UNDO);

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
        const isListed = listedNames(list.flat()).includes(lake.table);
        await lake.do("DELETE", path);
        const { status } = await lake.ask("GET", path);
        return [
          ["there", isListed && textOf(loaded) === "SELECT 1 AS id"],
          ["there after the drop", status !== 404],
        ];
      }),
      ...byStatements([...SPARKS, "trino"], (statements) =>
        lives(statements, {
          ...{ make: CREATE, look: SELECT, drop: "DROP VIEW {t}", gone: GONE },
        }), UNDO),
    },
    expect: LIVED,
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
        return [[textOf(loaded) === "SELECT 2 AS id" && versions === 2]];
      }),
      ...byStatements([...SPARKS, "trino"], async ({ run }) => {
        await run(CREATE);
        await run("CREATE OR REPLACE VIEW {t} AS SELECT 2 AS id");
        return [[sameAnswer(await run(SELECT), [[2]])]];
      }, UNDO),
    },
    expect: [[true]],
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
        return [
          ["by its new name", textOf(loaded) === "SELECT 1 AS id"],
          ["by its old name", old.status !== 404],
        ];
      }),
      ...renamed(SPARKS, "ALTER VIEW {t} RENAME TO {namespace}.{table}_new"),
      ...renamed(["trino"], "ALTER VIEW {t} RENAME TO {t}_new"),
    },
    expect: [["by its new name", true], ["by its old name", false]],
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
