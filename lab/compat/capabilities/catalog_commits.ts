/**
 * What a catalog does with commits: requirements, conflicts, several tables.
 *
 * @module
 */

import type { Answer } from "../answer.ts";
import type { Capability } from "../capability.ts";
import { type Endpoint, inCatalog, type Lake, SCHEMA } from "../calls/lake.ts";
import { at, replied, uuidOf } from "../calls/replies.ts";

const TRANSACTION: Endpoint = { optional: "/transactions/commit" };

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

const setting = (value: string) => ({
  action: "set-properties",
  updates: { compat: value },
});

const propertyOf = (table: unknown) =>
  at(table, "metadata", "properties", "compat");

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

/** What a catalog does with commits. */
export const commitCapabilities: readonly Capability[] = [
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
];
