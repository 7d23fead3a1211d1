/**
 * What a catalog does with namespaces.
 *
 * @module
 */

import { type Answer, sameAnswer } from "../answer.ts";
import type { Capability, EngineName, NotOffered } from "../capability.ts";
import { isDone, refusalText } from "../calls/http.ts";
import { type Endpoint, inCatalog, type Lake, pathOf } from "../calls/lake.ts";
import { at, listedNames, replied } from "../calls/replies.ts";
import { byStatements, LIVED, lives, SPARKS } from "../statements.ts";

const PROPERTIES: Endpoint = {
  optional: "/namespaces/{namespace}/properties",
};
const NOT_EMPTY = "dropped, not empty";
const ERRORS: Answer = [
  ["loaded, missing", 404, "NoSuchNamespaceException"],
  ["its tables listed, missing", 404, "NoSuchNamespaceException"],
  ["dropped, missing", 404, "NoSuchNamespaceException"],
  ["created twice", 409, "AlreadyExistsException"],
  [NOT_EMPTY, 409, "NamespaceNotEmptyException"],
];
/** Statuses with which a catalog may refuse what is beyond it. */
const BEYOND = [400, 405, 406, 422, 501];

/** Namespaces at the top or below a parent, each by all its levels. */
async function listed(lake: Lake, parent = ""): Promise<string[]> {
  const query = parent && `?parent=${encodeURIComponent(parent)}`;
  const pages = await lake.pages(`/namespaces${query}`, "namespaces");
  return pages.flat().map((levels) => JSON.stringify(levels));
}

const isListed = async (lake: Lake, name: string): Promise<boolean> =>
  (await listed(lake)).includes(JSON.stringify([name]));

/** Creates a namespace, or says how the catalog refuses the likes of it. */
async function created(
  lake: Lake,
  ...levels: string[]
): Promise<NotOffered | undefined> {
  const reply = await lake.createNamespace(levels);
  if (BEYOND.includes(reply.status)) return { not: refusalText(reply) };
  lake.done(reply);
}

/** Namespace beside the probe's own, with a table in it, by statements. */
const MAKE = "CREATE SCHEMA {ns}_{table}";
const UNDO = [
  "DROP TABLE IF EXISTS {ns}_{table}.held",
  "DROP SCHEMA IF EXISTS {ns}_{table}",
];
const GONE = /not.?found|not exist/i;
/** A property as Spark describes it: `(kept,1)`. */
const SPARK_PROPERTY = /\((\w+),\s*(\w+)\)/g;
const LOADED: Answer = [
  ...[["added", "2"], ["changed", "2"], ["dropped", null], ["kept", "1"]],
];
const NO_REMOVAL: Answer = LOADED.map(([name, value]) => [name, value ?? "1"]);

/** What shows of a namespace within another. */
const nested = (isAtTop: boolean): Answer => [
  ["listed below its parent", true],
  ["listed at the top", isAtTop],
  ["its tables", "deep"],
];

/** Properties by name, in the rows of {@linkcode LOADED}. */
const loaded = (properties: unknown): Answer =>
  LOADED.map(([name]) => [name, at(properties, String(name))]);

/** A namespace's life by statements, looked at by one of them. */
const bySql = (engines: readonly EngineName[], look: string) =>
  byStatements(engines, (statements) =>
    lives(statements, {
      make: MAKE,
      look,
      drop: "DROP SCHEMA {ns}_{table}",
      gone: GONE,
    }), UNDO.slice(1));

/** What a catalog does with namespaces. */
export const namespaceCapabilities: readonly Capability[] = [
  {
    ...{ id: "namespaces", group: "catalog" },
    name: "Namespaces: create, list, drop",
    engines: {
      typescript: inCatalog(async (lake) => {
        lake.done(await lake.createNamespace([lake.beside]));
        const isThere = await isListed(lake, lake.beside);
        await lake.do("DELETE", pathOf(lake.beside));
        const isLeft = await isListed(lake, lake.beside);
        return [["there", isThere], ["there after the drop", isLeft]];
      }),
      // Spark lists the tables of a namespace without a look at itself.
      ...bySql(SPARKS, "DESCRIBE SCHEMA {ns}_{table}"),
      ...bySql(["trino"], "SHOW TABLES FROM {ns}_{table}"),
      ...byStatements(["pyiceberg"], (statements) =>
        lives(statements, {
          make: 'catalog.create_namespace({ns} + "_{table}")',
          look: 'catalog.load_namespace_properties({ns} + "_{table}")',
          drop: 'catalog.drop_namespace({ns} + "_{table}")',
          gone: /NoSuchNamespace/,
        })),
    },
    expect: LIVED,
  },
  {
    ...{ id: "namespace_nested", group: "catalog" },
    name: "Namespaces: one within another",
    engines: {
      typescript: inCatalog(async (lake) => {
        const { namespace, table } = lake;
        const refused = await created(lake, namespace, table);
        if (refused) return refused;
        await lake.createTable("deep", {}, [namespace, table]);
        const list = await lake.do("GET", `${pathOf(namespace, table)}/tables`);
        const below = await listed(lake, namespace);
        const top = await listed(lake);
        const name = JSON.stringify([namespace, table]);
        return [
          ["listed below its parent", below.includes(name)],
          ["listed at the top", top.some((one) => one.includes(table))],
          ["its tables", ...listedNames(at(list, "identifiers"))],
        ];
      }),
      ...byStatements(SPARKS, async ({ run, context }) => {
        await run("CREATE SCHEMA {ns}.{table}");
        await run("CREATE TABLE {ns}.{table}.deep (id BIGINT)");
        const below = JSON.stringify(await run("SHOW SCHEMAS IN {ns}"));
        const top = JSON.stringify(await run("SHOW SCHEMAS IN lakehouse"));
        const tables = await run("SHOW TABLES IN {ns}.{table}");
        return [
          ["listed below its parent", below.includes(context.table)],
          ["listed at the top", top.includes(context.table)],
          ["its tables", ...tables.map(([, name]) => name)],
        ];
      }, [
        "DROP TABLE IF EXISTS {ns}.{table}.deep PURGE",
        "DROP SCHEMA IF EXISTS {ns}.{table}",
      ]),
      trino: {
        not:
          "its catalog here leaves nested namespaces out (iceberg.rest-catalog.nested-namespace-enabled)",
      },
      pyiceberg: `inner = ({ns}, "{table}")
catalog.create_namespace(inner)
catalog.create_table(inner + ("deep",), Schema(NestedField(1, "id", LongType())))
below = inner in catalog.list_namespaces({ns})
top = inner in catalog.list_namespaces()
tables = [name[-1] for name in catalog.list_tables(inner)]
catalog.purge_table(inner + ("deep",))
catalog.drop_namespace(inner)
[["listed below its parent", below], ["listed at the top", top], ["its tables", *tables]]`,
    },
    expect: nested(false),
    differs: [{
      answer: nested(true),
      says: "the list of the top has what is below too",
    }],
  },
  {
    ...{ id: "namespace_dot", group: "catalog" },
    name: "Namespaces: a dot in a name",
    engines: {
      typescript: inCatalog(async (lake) => {
        const name = `${lake.beside}.dot`;
        const refused = await created(lake, name);
        if (refused) return refused;
        const levels = await lake.ask("GET", pathOf(lake.beside, "dot"));
        return [
          ["listed as one level", await isListed(lake, name)],
          ["taken for two levels", isDone(levels)],
        ];
      }),
    },
    expect: [["listed as one level", true], ["taken for two levels", false]],
  },
  {
    ...{ id: "namespace_properties", group: "catalog" },
    name: "Namespaces: properties set and removed",
    engines: {
      typescript: inCatalog(async (lake) => {
        const path = pathOf(lake.beside);
        const before = { changed: "1", dropped: "1", kept: "1" };
        lake.done(await lake.createNamespace([lake.beside], before));
        const change = {
          removals: ["dropped", "never"],
          updates: { changed: "2", added: "2" },
        };
        await lake.do("POST", `${path}/properties`, change, PROPERTIES);
        return loaded(at(await lake.do("GET", path), "properties"));
      }),
      ...byStatements(SPARKS, async ({ run, refuses }) => {
        const name = "{ns}_{table}";
        await run(
          `${MAKE} WITH PROPERTIES ('changed'='1', 'dropped'='1', 'kept'='1')`,
        );
        await run(
          `ALTER SCHEMA ${name} SET PROPERTIES ('changed'='2', 'added'='2')`,
        );
        const isRefused = await refuses(
          `ALTER SCHEMA ${name} UNSET PROPERTIES ('dropped')`,
          /PARSE_SYNTAX_ERROR/,
        );
        const rows = await run(`DESCRIBE SCHEMA EXTENDED ${name}`);
        const all = JSON.stringify(rows).matchAll(SPARK_PROPERTY);
        const answer = loaded(
          Object.fromEntries([...all].map(([, key, value]) => [key, value])),
        );
        return isRefused && sameAnswer(answer, NO_REMOVAL)
          ? { answer, says: "it has no statement that removes one" }
          : answer;
      }, UNDO.slice(1)),
      trino: { not: "it sets no property of a schema but its location" },
      pyiceberg: `name = {ns} + "_{table}"
catalog.create_namespace(name, {"changed": "1", "dropped": "1", "kept": "1"})
catalog.update_namespace_properties(name, {"dropped"}, {"changed": "2", "added": "2"})
found = catalog.load_namespace_properties(name)
catalog.drop_namespace(name)
[[key, found.get(key)] for key in ("added", "changed", "dropped", "kept")]`,
    },
    expect: LOADED,
  },
  {
    ...{ id: "namespace_not_empty", group: "catalog" },
    name: "Namespaces: drop refused while one holds a table",
    engines: {
      typescript: inCatalog(async (lake) => {
        const { beside } = lake;
        lake.done(await lake.createNamespace([beside]));
        await lake.createTable("held", {}, [beside]);
        const { status } = await lake.ask("DELETE", pathOf(beside));
        const left = await lake.ask("GET", `${pathOf(beside)}/tables/held`);
        return [
          ["refused", [400, 409].includes(status)],
          ["its table afterwards", isDone(left)],
        ];
      }),
      ...byStatements(
        [...SPARKS, "trino", "duckdb"],
        async ({ run, refuses }) => {
          await run(MAKE);
          await run("CREATE TABLE {ns}_{table}.held (id BIGINT)");
          const isRefused = await refuses(
            "DROP SCHEMA {ns}_{table}",
            /no[nt].?empty/i,
          );
          await run("SELECT id FROM {ns}_{table}.held");
          return [["refused", isRefused], ["its table afterwards", true]];
        },
        UNDO,
      ),
    },
    expect: [["refused", true], ["its table afterwards", true]],
  },
  {
    ...{ id: "namespace_errors", group: "catalog" },
    name: "Namespaces: errors by status and type",
    engines: {
      typescript: inCatalog(async (lake) => {
        const { beside } = lake;
        const missing = pathOf(`${beside}_missing`);
        lake.done(await lake.createNamespace([beside]));
        await lake.createTable("held", {}, [beside]);
        const body = { namespace: [beside], properties: {} };
        return replied(ERRORS, [
          await lake.ask("GET", missing),
          await lake.ask("GET", `${missing}/tables`),
          await lake.ask("DELETE", missing),
          await lake.ask("POST", "/namespaces", body),
          await lake.ask("DELETE", pathOf(beside)),
        ]);
      }),
    },
    expect: ERRORS,
    differs: [{
      answer: ERRORS.map(([what, status, type]) => [
        ...[what, what === NOT_EMPTY ? 400 : status, type],
      ]),
      says: "it refuses to drop one that is not empty with 400 instead of 409",
    }],
  },
];
