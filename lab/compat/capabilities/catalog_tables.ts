/**
 * What a catalog does with tables: create, register, rename, drop; commits are
 * in a file of their own.
 *
 * @module
 */

import { settings } from "../../../lib/core/settings.ts";
import { type Answer, sameAnswer } from "../answer.ts";
import type { Capability, EngineName } from "../capability.ts";
import type { Reply } from "../calls/http.ts";
import {
  type Endpoint,
  inCatalog,
  type Lake,
  pathOf,
  SCHEMA,
} from "../calls/lake.ts";
import { at, isSame, listedNames, replied, uuidOf } from "../calls/replies.ts";
import { byStatements, LIVED, lives, SPARKS } from "../statements.ts";

const REGISTER: Endpoint = { optional: "/namespaces/{namespace}/register" };
const RENAME: Endpoint = { optional: "/tables/rename" };

const STAGED: Answer = [
  ["loaded before the commit", 404, "NoSuchTableException"],
  ["committed", 200],
  ["the one that was staged", true],
];
const RENAME_ERRORS: Answer = [
  ["renamed onto another", 409, "AlreadyExistsException"],
  ["renamed, missing", 404, "NoSuchTableException"],
];
const ERRORS: Answer = [
  ["loaded, missing", 404, "NoSuchTableException"],
  ["dropped, missing", 404, "NoSuchTableException"],
  ["committed to, missing", 404, "NoSuchTableException"],
  ["created twice", 409, "AlreadyExistsException"],
];
const NO_NAMESPACE: Answer = [
  ["created in a missing namespace", 404, "NoSuchNamespaceException"],
];

const CREATE = "CREATE TABLE {t} (id BIGINT)";
const SELECT = "SELECT id FROM {t}";
const INSERT = "INSERT INTO {t} VALUES (3)";
const GONE = /not.?found|not exist/i;
const NEWEST = "ORDER BY timestamp DESC LIMIT 1";
const PY_CREATE =
  'made = catalog.create_table({t}, Schema(NestedField(1, "id", LongType())))';
/** Where the files of a new table with a row are, by two statements. */
const FILES = {
  spark: [
    `SELECT file FROM {t}.metadata_log_entries ${NEWEST}`,
    "SELECT file_path FROM {t}.files",
  ],
  trino: [
    `SELECT file FROM {ns}."{table}$metadata_log_entries" ${NEWEST}`,
    'SELECT file_path FROM {ns}."{table}$files"',
  ],
};

async function isListed(lake: Lake): Promise<boolean> {
  const path = `${pathOf(lake.namespace)}/tables`;
  const pages = await lake.pages(path, "identifiers");
  return listedNames(pages.flat()).includes(lake.table);
}

/** Registers the probe's table from a metadata file. */
function register(
  lake: Lake,
  file: unknown,
  endpoint?: Endpoint,
): Promise<Reply> {
  const body = { name: lake.table, "metadata-location": file };
  const path = `${pathOf(lake.namespace)}/register`;
  return lake.ask("POST", path, body, endpoint);
}

/** Renames a table within the probe's namespace. */
function rename(lake: Lake, from: string, to: string): Promise<Reply> {
  const namespace = [lake.namespace];
  return lake.ask("POST", "/tables/rename", {
    source: { namespace, name: from },
    destination: { namespace, name: to },
  }, RENAME);
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
    { action: "set-location", location: at(staged, "metadata", "location") },
  ],
});

/** A rename by a statement to the name that `new` reads. */
const renamed = (engines: readonly EngineName[], statement: string) =>
  byStatements(engines, async ({ run, refuses }) => {
    await run(CREATE);
    await run(statement);
    await run("SELECT id FROM {t}_new");
    return [
      ["by its new name", true],
      ["by its old name", !await refuses(SELECT, GONE)],
    ];
  });

/** What is left of a table's files when it is dropped with them, or without. */
const dropped = (purge: boolean): Answer => [
  ["its files before", 200],
  ["there after the drop", false],
  ["its files after the drop", purge ? 404 : 200],
];

/** Drops a table and looks at its files, of which the first is its metadata. */
async function dropping(
  lake: Lake,
  files: readonly unknown[],
  purge: boolean,
  drop: () => Promise<boolean>,
): Promise<Answer> {
  const statuses = async (until?: number) => {
    const found = new Set<number>();
    for (const file of files) found.add(await lake.fileStatus(file, until));
    return [...found].join(", ");
  };
  const before = await statuses();
  const isThere = await drop();
  // A purge may take longer than the drop: that is waited for.
  const after = await statuses(purge && !isThere ? 404 : undefined);
  // What was left is removed as a table that is there again.
  if (!purge) await register(lake, files[0]);
  lake.willBe(`${lake.tablePath()}?purgeRequested=true`);
  return [
    ["its files before", before],
    ["there after the drop", isThere],
    ["its files after the drop", after],
  ];
}

/** A drop by a statement. */
const droppedBy = (
  engines: readonly EngineName[],
  files: readonly string[],
  purge: boolean,
  statement: () => string,
) =>
  byStatements(
    engines,
    ({ run, refuses, context }) =>
      inCatalog(async (lake) => {
        await run(CREATE);
        await run(INSERT);
        const found = [];
        for (const each of files) found.push(...(await run(each)).flat());
        return await dropping(lake, found, purge, async () => {
          await run(statement());
          return !await refuses(SELECT, GONE);
        });
      })(context),
  );

/** A drop by the catalog's own endpoint. */
const droppedByCall = (purge: boolean) =>
  inCatalog(async (lake) => {
    const file = at(await lake.createTable(), "metadata-location");
    return await dropping(lake, [file], purge, async () => {
      await lake.do("DELETE", `${lake.tablePath()}?purgeRequested=${purge}`);
      return (await lake.ask("GET", lake.tablePath())).status !== 404;
    });
  });

/** What a catalog does with tables. */
export const tableCapabilities: readonly Capability[] = [
  {
    ...{ id: "tables", group: "catalog" },
    name: "Tables: create, load, list, drop",
    engines: {
      typescript: inCatalog(async (lake) => {
        const made = await lake.createTable();
        const loaded = await lake.do("GET", lake.tablePath());
        const isThere = await isListed(lake) && isSame(made, loaded);
        await lake.do("DELETE", `${lake.tablePath()}?purgeRequested=true`);
        return [
          ["there", isThere],
          ["there after the drop", await isListed(lake)],
        ];
      }),
      ...byStatements(
        [...SPARKS, "trino", "duckdb"],
        (statements) =>
          lives(statements, {
            ...{
              make: CREATE,
              look: SELECT,
              drop: "DROP TABLE {t}",
              gone: GONE,
            },
          }),
      ),
      ...byStatements(["pyiceberg"], (statements) =>
        lives(statements, {
          make: PY_CREATE,
          look: "catalog.load_table({t})",
          drop: "catalog.purge_table({t})",
          gone: /NoSuchTable/,
        })),
    },
    expect: LIVED,
  },
  {
    ...{ id: "table_staged", group: "catalog" },
    name: "Tables: staged, then created by a commit",
    engines: {
      typescript: inCatalog(async (lake) => {
        const stage = { "stage-create": true };
        const staged = await lake.createTable(lake.table, stage);
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
        const file = at(made, "metadata-location");
        await lake.do("DELETE", `${lake.tablePath()}?purgeRequested=false`);
        lake.done(await register(lake, file, REGISTER));
        const loaded = await lake.do("GET", lake.tablePath());
        const { status } = await register(lake, file);
        return [
          ["the one that was dropped", isSame(made, loaded)],
          ["refused when it is there", status === 409],
        ];
      }),
      ...byStatements(SPARKS, async ({ run, refuses }) => {
        await run(CREATE);
        await run(INSERT);
        const [file] = (await run(FILES.spark[0]!)).flat();
        await run("DROP TABLE {t}");
        const call =
          `CALL lakehouse.system.register_table('{namespace}.{table}', '${file}')`;
        await run(call);
        return [
          ["the one that was dropped", sameAnswer(await run(SELECT), [[3]])],
          ["refused when it is there", await refuses(call, /exist/i)],
        ];
      }),
      trino: {
        not:
          "its procedure is off unless a catalog turns it on (iceberg.register-table-procedure.enabled)",
      },
      pyiceberg: `${PY_CREATE}
catalog.drop_table({t})
found = catalog.register_table({t}, made.metadata_location)
same = found.metadata.table_uuid == made.metadata.table_uuid
refused = False
try:
    catalog.register_table({t}, made.metadata_location)
except Exception as error:
    refused = type(error).__name__ == "TableAlreadyExistsError"
[["the one that was dropped", same], ["refused when it is there", refused]]`,
    },
    expect: [
      ["the one that was dropped", true],
      ["refused when it is there", true],
    ],
  },
  {
    ...{ id: "table_rename", group: "catalog", name: "Tables: rename" },
    engines: {
      typescript: inCatalog(async (lake) => {
        const name = `${lake.table}_new`;
        const made = await lake.createTable();
        lake.willBe(`${lake.tablePath(name)}?purgeRequested=true`);
        lake.done(await rename(lake, lake.table, name));
        const loaded = await lake.do("GET", lake.tablePath(name));
        const { status } = await lake.ask("GET", lake.tablePath());
        return [
          ["by its new name", isSame(made, loaded)],
          ["by its old name", status !== 404],
        ];
      }),
      ...renamed(SPARKS, "ALTER TABLE {t} RENAME TO {namespace}.{table}_new"),
      ...renamed(["trino"], "ALTER TABLE {t} RENAME TO {t}_new"),
      ...renamed(["duckdb"], "ALTER TABLE {t} RENAME TO {table}_new"),
      pyiceberg: `${PY_CREATE}
new = ("{namespace}", "{table}_new")
catalog.rename_table({t}, new)
new, old = (catalog.table_exists(name) for name in (new, {t}))
[["by its new name", new], ["by its old name", old]]`,
    },
    expect: [["by its new name", true], ["by its old name", false]],
    refused: { duckdb: /not implemented|not supported/i },
  },
  {
    ...{ id: "table_rename_errors", group: "catalog" },
    name: "Tables: errors of a rename by status and type",
    engines: {
      typescript: inCatalog(async (lake) => {
        const [one, other] = [`${lake.table}_one`, `${lake.table}_other`];
        await lake.createTable(one);
        await lake.createTable(other);
        return replied(RENAME_ERRORS, [
          await rename(lake, one, other),
          await rename(lake, `${one}_missing`, `${one}_new`),
        ]);
      }),
    },
    expect: RENAME_ERRORS,
  },
  {
    ...{ id: "table_purge", group: "catalog" },
    name: "Tables: drop with their files",
    engines: {
      typescript: droppedByCall(true),
      ...droppedBy(SPARKS, FILES.spark, true, () => "DROP TABLE {t} PURGE"),
      ...droppedBy(["trino"], FILES.trino, true, () => "DROP TABLE {t}"),
    },
    expect: dropped(true),
  },
  {
    ...{ id: "table_drop", group: "catalog" },
    name: "Tables: drop without their files",
    engines: {
      typescript: droppedByCall(false),
      ...droppedBy(SPARKS, FILES.spark, false, () => "DROP TABLE {t}"),
      ...droppedBy(
        ["trino"],
        FILES.trino,
        false,
        () =>
          `CALL ${settings().trinoCatalog}.system.unregister_table('{namespace}', '{table}')`,
      ),
    },
    expect: dropped(false),
  },
  {
    ...{ id: "table_errors", group: "catalog" },
    name: "Tables: errors by status and type",
    engines: {
      typescript: inCatalog(async (lake) => {
        await lake.createTable();
        const missing = lake.tablePath(`${lake.table}_missing`);
        const updates = [{ action: "set-properties", updates: { a: "1" } }];
        const body = { name: lake.table, schema: SCHEMA };
        return replied(ERRORS, [
          await lake.ask("GET", missing),
          await lake.ask("DELETE", `${missing}?purgeRequested=false`),
          await lake.ask("POST", missing, { requirements: [], updates }),
          await lake.ask("POST", `${pathOf(lake.namespace)}/tables`, body),
        ]);
      }),
    },
    expect: ERRORS,
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
