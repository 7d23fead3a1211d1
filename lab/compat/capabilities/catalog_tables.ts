/**
 * What a catalog does with tables: create, register, rename, drop, commit.
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

const REGISTER: Endpoint = { optional: "/namespaces/{namespace}/register" };
const RENAME: Endpoint = { optional: "/tables/rename" };
const TRANSACTION: Endpoint = { optional: "/transactions/commit" };

const STAGED: Answer = [
  ["loaded before the commit", 404, "NoSuchTableException"],
  ["committed", 200],
  ["the one that was staged", true],
];
const REGISTERED: Answer = [
  ["the one that was dropped", true],
  ["registered again", 409, "AlreadyExistsException"],
];
const RENAMED: Answer = [
  ["the same by its new name", true],
  ["loaded by its old name", 404, "NoSuchTableException"],
  ["renamed onto another", 409, "AlreadyExistsException"],
  ["renamed, missing", 404, "NoSuchTableException"],
];
const DROPPED: Answer = [
  ["its file before", 200],
  ["loaded", 404, "NoSuchTableException"],
];
const TABLE_ERRORS: Answer = [
  ["loaded, missing", 404, "NoSuchTableException"],
  ["dropped, missing", 404, "NoSuchTableException"],
  ["committed to, missing", 404, "NoSuchTableException"],
  ["created twice", 409, "AlreadyExistsException"],
];
const NO_NAMESPACE: Answer = [
  ["created in a missing namespace", 404, "NoSuchNamespaceException"],
];
const FAILED = [409, "CommitFailedException"];
/** Requirements that a new table does not meet. */
const UNMET: Record<string, unknown>[] = [
  { type: "assert-table-uuid", uuid: "00000000-0000-4000-8000-000000000000" },
  { type: "assert-ref-snapshot-id", ref: "main", "snapshot-id": 1 },
  { type: "assert-current-schema-id", "current-schema-id": 7 },
  { type: "assert-last-assigned-field-id", "last-assigned-field-id": 7 },
  { type: "assert-default-spec-id", "default-spec-id": 7 },
  { type: "assert-default-sort-order-id", "default-sort-order-id": 7 },
];
const REQUIREMENTS: Answer = [
  ["met", 200],
  ...UNMET.map(({ type }) => [type, ...FAILED]),
  ["the table's property afterwards", "met"],
];
const CONFLICT: Answer = [
  ["one", 200],
  ["the other", ...FAILED],
  ["columns afterwards", 2],
];
const TRANSACTED: Answer = [
  ["both", "1, 1"],
  ["with a requirement of the second unmet", ...FAILED],
  ["both afterwards", "1, 1"],
];

const uuidOf = (table: unknown) => at(table, "metadata", "table-uuid");

/** Whether both are tables, and the same one. */
const isSame = (one: unknown, other: unknown): boolean =>
  typeof uuidOf(one) === "string" && uuidOf(one) === uuidOf(other);

const setting = (value: string) => ({
  action: "set-properties",
  updates: { compat: value },
});

const propertyOf = (table: unknown) =>
  at(table, "metadata", "properties", "compat");

async function isListed(lake: Lake, name: string): Promise<boolean> {
  const pages = await lake.pages(
    `${pathOf(lake.namespace)}/tables`,
    "identifiers",
  );
  return namesIn(pages.flat()).includes(name);
}

/** What makes the table that was staged: the request of Iceberg's Java client. */
const ofStaged = (staged: unknown) => ({
  requirements: [{ type: "assert-create" }],
  updates: [
    { action: "assign-uuid", uuid: uuidOf(staged) },
    {
      action: "upgrade-format-version",
      "format-version": at(staged, "metadata", "format-version"),
    },
    { action: "add-schema", schema: SCHEMA, "last-column-id": 1 },
    { action: "set-current-schema", "schema-id": -1 },
    { action: "add-spec", spec: { "spec-id": 0, fields: [] } },
    { action: "set-default-spec", "spec-id": -1 },
    { action: "add-sort-order", "sort-order": { "order-id": 0, fields: [] } },
    { action: "set-default-sort-order", "sort-order-id": -1 },
    {
      action: "set-location",
      location: at(staged, "metadata", "location"),
    },
  ],
});

/** A commit that adds a column to a table with one, as it was when it was new. */
const addingColumn = (table: unknown, name: string) => ({
  requirements: [
    { type: "assert-table-uuid", uuid: uuidOf(table) },
    { type: "assert-current-schema-id", "current-schema-id": 0 },
    { type: "assert-last-assigned-field-id", "last-assigned-field-id": 1 },
  ],
  updates: [
    {
      action: "add-schema",
      "last-column-id": 2,
      schema: {
        ...SCHEMA,
        "schema-id": 1,
        fields: [
          ...SCHEMA.fields,
          { id: 2, name, required: false, type: "string" },
        ],
      },
    },
    { action: "set-current-schema", "schema-id": -1 },
  ],
});

/** Properties of the two tables of a transaction. */
async function both(lake: Lake, names: string[]): Promise<string> {
  const tables = [];
  for (const name of names) {
    tables.push(await lake.do("GET", lake.tablePath(name)));
  }
  return tables.map((table) => propertyOf(table) ?? "none").join(", ");
}

/** What a catalog does with tables. */
export const tableCapabilities: readonly Capability[] = [
  {
    ...{ id: "tables", group: "catalog" },
    name: "Tables: create, load, list, drop",
    engines: {
      typescript: inCatalog(async (lake) => {
        const made = await lake.createTable();
        const loaded = await lake.do("GET", lake.tablePath());
        const listed = await isListed(lake, lake.table);
        await lake.do("DELETE", `${lake.tablePath()}?purgeRequested=true`);
        return [
          ["the same when loaded", isSame(made, loaded)],
          ["listed", listed],
          ["listed after the drop", await isListed(lake, lake.table)],
        ];
      }),
    },
    expect: [
      ["the same when loaded", true],
      ["listed", true],
      ["listed after the drop", false],
    ],
  },
  {
    ...{ id: "table_staged", group: "catalog" },
    name: "Tables: staged, then created by a commit",
    engines: {
      typescript: inCatalog(async (lake) => {
        const staged = await lake.createTable(lake.table, {
          "stage-create": true,
        });
        const before = await lake.ask("GET", lake.tablePath());
        const commit = ofStaged(staged);
        const done = await lake.ask("POST", lake.tablePath(), commit);
        lake.done(done);
        const loaded = await lake.do("GET", lake.tablePath());
        return replied(STAGED, [before, done, isSame(staged, loaded)]);
      }),
    },
    expect: STAGED,
  },
  {
    ...{ id: "table_register", group: "catalog" },
    name: "Tables: registered from a metadata file",
    engines: {
      typescript: inCatalog(async (lake) => {
        const made = await lake.createTable();
        await lake.do("DELETE", `${lake.tablePath()}?purgeRequested=false`);
        const path = `${pathOf(lake.namespace)}/register`;
        const file = at(made, "metadata-location");
        const body = { name: lake.table, "metadata-location": file };
        await lake.do("POST", path, body, REGISTER);
        const loaded = await lake.do("GET", lake.tablePath());
        const again = await lake.ask("POST", path, body);
        return replied(REGISTERED, [isSame(made, loaded), again]);
      }),
    },
    expect: REGISTERED,
  },
  {
    ...{ id: "table_rename", group: "catalog", name: "Tables: rename" },
    engines: {
      typescript: inCatalog(async (lake) => {
        const [old, name, other] = ["old", "new", "other"].map((end) =>
          `${lake.table}_${end}`
        ) as [string, string, string];
        const made = await lake.createTable(old);
        await lake.createTable(other);
        lake.willBe(`${lake.tablePath(name)}?purgeRequested=true`);
        const rename = (from: string, to: string) => {
          const namespace = [lake.namespace];
          const body = {
            source: { namespace, name: from },
            destination: { namespace, name: to },
          };
          return lake.ask("POST", "/tables/rename", body, RENAME);
        };
        lake.done(await rename(old, name));
        const loaded = await lake.do("GET", lake.tablePath(name));
        return replied(RENAMED, [
          isSame(made, loaded),
          await lake.ask("GET", lake.tablePath(old)),
          await rename(name, other),
          await rename(old, `${name}er`),
        ]);
      }),
    },
    expect: RENAMED,
  },
  ...[true, false].map((purge): Capability => {
    const expect = [...DROPPED, ["its file afterwards", purge ? 404 : 200]];
    return {
      ...{ id: purge ? "table_purge" : "table_drop", group: "catalog" },
      name: `Tables: drop ${purge ? "with" : "without"} their files`,
      engines: {
        typescript: inCatalog(async (lake) => {
          const file = at(await lake.createTable(), "metadata-location");
          const before = await lake.fileStatus(file);
          await lake.do(
            "DELETE",
            `${lake.tablePath()}?purgeRequested=${purge}`,
          );
          const loaded = await lake.ask("GET", lake.tablePath());
          // Files may go a while after the table: that is waited for.
          const until = purge && loaded.status === 404 ? 404 : undefined;
          const after = await lake.fileStatus(file, until);
          return replied(expect, [before, loaded, after]);
        }),
      },
      expect,
    };
  }),
  {
    ...{ id: "table_requirements", group: "catalog" },
    name: "Commits: each requirement is checked",
    engines: {
      typescript: inCatalog(async (lake) => {
        const uuid = uuidOf(await lake.createTable());
        const commit = (requirement: unknown, value: string) =>
          lake.ask("POST", lake.tablePath(), {
            requirements: [requirement],
            updates: [setting(value)],
          });
        const replies = [
          await commit({ type: "assert-table-uuid", uuid }, "met"),
        ];
        for (const one of UNMET) replies.push(await commit(one, "unmet"));
        const loaded = await lake.do("GET", lake.tablePath());
        return replied(REQUIREMENTS, [...replies, propertyOf(loaded)]);
      }),
    },
    expect: REQUIREMENTS,
  },
  {
    ...{ id: "table_conflict", group: "catalog" },
    name: "Commits: of two at once from one state one is refused",
    engines: {
      typescript: inCatalog(async (lake) => {
        const made = await lake.createTable();
        const replies = await Promise.all(
          ["one", "two"].map((name) =>
            lake.ask("POST", lake.tablePath(), addingColumn(made, name))
          ),
        );
        replies.sort((a, b) => a.status - b.status);
        const loaded = await lake.do("GET", lake.tablePath());
        const schemas = at(loaded, "metadata", "schemas");
        const newest = Array.isArray(schemas) ? schemas.at(-1) : undefined;
        return replied(CONFLICT, [...replies, at(newest, "fields", "length")]);
      }),
    },
    expect: CONFLICT,
  },
  {
    ...{ id: "transaction", group: "catalog" },
    name: "Commits: several tables in one",
    engines: {
      typescript: inCatalog(async (lake) => {
        const names = ["a", "b"].map((end) => `${lake.table}_${end}`);
        const uuids: unknown[] = [];
        for (const name of names) {
          uuids.push(uuidOf(await lake.createTable(name)));
        }
        const commit = (value: string, asserted: unknown[]) =>
          lake.ask("POST", "/transactions/commit", {
            "table-changes": names.map((name, i) => ({
              identifier: { namespace: [lake.namespace], name },
              requirements: [{ type: "assert-table-uuid", uuid: asserted[i] }],
              updates: [setting(value)],
            })),
          }, TRANSACTION);
        lake.done(await commit("1", uuids));
        const first = await both(lake, names);
        const failed = await commit("2", [uuids[0], UNMET[0]!.uuid]);
        return replied(TRANSACTED, [first, failed, await both(lake, names)]);
      }),
    },
    expect: TRANSACTED,
  },
  {
    ...{ id: "table_errors", group: "catalog" },
    name: "Tables: errors by status and type",
    engines: {
      typescript: inCatalog(async (lake) => {
        await lake.createTable();
        const missing = lake.tablePath(`${lake.table}_missing`);
        const body = { name: lake.table, schema: SCHEMA };
        return replied(TABLE_ERRORS, [
          await lake.ask("GET", missing),
          await lake.ask("DELETE", `${missing}?purgeRequested=false`),
          await lake.ask("POST", missing, {
            requirements: [],
            updates: [setting("1")],
          }),
          await lake.ask("POST", `${pathOf(lake.namespace)}/tables`, body),
        ]);
      }),
    },
    expect: TABLE_ERRORS,
  },
  {
    ...{ id: "table_no_namespace", group: "catalog" },
    name: "Tables: create refused where there is no namespace",
    engines: {
      typescript: inCatalog(async (lake) => {
        const tables = `${pathOf(`${lake.beside}_missing`)}/tables`;
        lake.willBe(`${tables}/${lake.table}?purgeRequested=true`);
        const body = { name: lake.table, schema: SCHEMA };
        return replied(NO_NAMESPACE, [await lake.ask("POST", tables, body)]);
      }),
    },
    expect: NO_NAMESPACE,
  },
];
