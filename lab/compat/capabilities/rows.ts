/**
 * What engines do with the rows of a table.
 *
 * @module
 */

import { filesOf, type TableTree } from "../../iceberg/tree.ts";
import type { Capability, Shown } from "../capability.ts";

const CREATE = "CREATE TABLE {t} (id INTEGER, v DOUBLE)";
const INSERT = "INSERT INTO {t} VALUES (1, 1.5), (2, 2.5), (3, NULL)";
const MAKE = [CREATE, INSERT];
/** The same table by PyIceberg. */
const PY_MAKE =
  "make({t}, dict(id=IntegerType(), v=DoubleType()), [(1, 1.5), (2, 2.5), (3, None)])";
const ROWS = [[1, 1.5], [2, 2.5], [3, null]];

const MERGE = `MERGE INTO {t} AS x
  USING (SELECT 2 AS id, 9.5 AS v UNION ALL SELECT 4, 4.5) AS s ON x.id = s.id
  WHEN MATCHED THEN UPDATE SET v = s.v
  WHEN NOT MATCHED THEN INSERT (id, v) VALUES (s.id, s.v)`;

const TRINO_DELETES =
  "Trino writes files of deletes, and never rewrites data files for a DELETE, UPDATE or MERGE (its documentation of Iceberg tables)";
const DUCKDB_COPIES = /only supports merge-on-read/;
const NO_UPDATE =
  "PyIceberg has no update; upsert and overwrite replace rows (its API documentation)";

/** Whether files of deletes were written, and how many rows data files have. */
function written(
  [isMerge, rows]: [isMerge: boolean, rows: number],
  [says, others]: [says: string, others: number],
): Shown {
  return {
    what: "has files of deletes, rows in data files",
    of: (tree: TableTree) => {
      const files = filesOf(tree);
      const data = files.filter(({ content }) => content === "data");
      return [[
        data.length < files.length,
        data.reduce((sum, { rows }) => sum + rows, 0),
      ]];
    },
    expect: [[isMerge, rows]],
    differs: [{ answer: [[!isMerge, others]], says }],
  };
}

const REWRITES = "it rewrote data files instead";
const WRITES_DELETES = "it wrote files of deletes instead";

/** Statements that make the table with a property, by engine. */
function withMode(property: string, mode: string) {
  return {
    spark: [`${CREATE} TBLPROPERTIES ('${property}'='${mode}')`, INSERT],
    duckdb: [`${CREATE} WITH ('${property}'='${mode}')`, INSERT],
    pyiceberg: `${
      PY_MAKE.slice(0, -1)
    }, properties={"${property}": "${mode}"})`,
  };
}

function modeRow(
  id: string,
  name: string,
  mode: "copy-on-write" | "merge-on-read",
  property: string,
  statement: string,
  pyiceberg: string | { not: string },
  expect: Capability["expect"],
): Capability {
  const isCopy = mode === "copy-on-write";
  // Merged on read, the old row stays in its file beside the new one.
  const touched = statement === UPDATE ? 4 : 3;
  const made = withMode(property, mode);
  return {
    ...{ id, name, group: "rows", formatVersion: 2 },
    spark: [...made.spark, statement],
    engines: {
      trino: isCopy ? { not: TRINO_DELETES } : [...MAKE, statement],
      duckdb: [...made.duckdb, statement],
      pyiceberg: typeof pyiceberg === "string"
        ? `${made.pyiceberg}\n${pyiceberg}`
        : pyiceberg,
    },
    read: ["id", "v"],
    expect,
    shows: isCopy
      ? written([false, expect.length], [WRITES_DELETES, touched])
      : written([true, touched], [REWRITES, expect.length]),
    refused: { duckdb: DUCKDB_COPIES },
  };
}

const DELETED = [[1, 1.5], [3, null]];
const UPDATED = [[1, 1.5], [2, 9.5], [3, null]];
const MERGED = [...UPDATED, [4, 4.5]];
const DELETE = "DELETE FROM {t} WHERE id = 2";
const UPDATE = "UPDATE {t} SET v = 9.5 WHERE id = 2";

/** Rows of a table: written, read, changed. */
export const rows: readonly Capability[] = [
  {
    ...{ id: "create", group: "rows", name: "Create a table" },
    sql: CREATE,
    engines: {
      pyiceberg: "make({t}, dict(id=IntegerType(), v=DoubleType()), [])",
    },
    read: ["id", "v"],
    expect: [],
    shows: {
      what: "columns",
      of: ({ schema }) => schema.fields.map(({ name, type }) => [name, type]),
      expect: [["id", "int"], ["v", "double"]],
    },
  },
  {
    ...{ id: "insert", group: "rows", name: "Insert rows, and read them" },
    sql: MAKE,
    engines: { pyiceberg: PY_MAKE },
    read: ["id", "v"],
    expect: ROWS,
  },
  {
    ...{ id: "ctas", group: "rows", name: "Create a table from a query" },
    sql:
      "CREATE TABLE {t} AS SELECT 1 AS id, 1.5E0 AS v UNION ALL SELECT 2, 2.5E0",
    engines: {
      duckdb:
        "CREATE TABLE {t} AS SELECT 1 AS id, 1.5::DOUBLE AS v UNION ALL SELECT 2, 2.5",
      pyiceberg: `data = pa.table({"id": [1, 2], "v": [1.5, 2.5]})
catalog.create_table({t}, data.schema).append(data)`,
    },
    read: ["id", "v"],
    expect: [[1, 1.5], [2, 2.5]],
  },
  {
    ...{ id: "replace", group: "rows", name: "Replace a table in one commit" },
    spark: [...MAKE, "CREATE OR REPLACE TABLE {t} AS SELECT 7 AS id, 'a' AS w"],
    engines: {
      trino: [
        ...MAKE,
        "CREATE OR REPLACE TABLE {t} AS SELECT 7 AS id, 'a' AS w",
      ],
      duckdb: [
        ...MAKE,
        "CREATE OR REPLACE TABLE {t} AS SELECT 7 AS id, 'a' AS w",
      ],
      pyiceberg: {
        not:
          "PyIceberg creates a table and overwrites its rows, in commits of their own (its API documentation)",
      },
    },
    read: ["id", "w"],
    expect: [[7, "a"]],
    shows: {
      what: "snapshots before this one are kept",
      of: ({ table }) => [[table.snapshots.length > 1]],
      expect: [[true]],
      differs: [{
        answer: [[false]],
        says: "it dropped the table and made another",
      }],
    },
    refused: { duckdb: /CREATE OR REPLACE not supported/ },
  },
  {
    ...{ id: "delete", group: "rows", name: "Delete rows" },
    sql: [...MAKE, DELETE],
    engines: { pyiceberg: `${PY_MAKE}\ntable({t}).delete("id = 2")` },
    read: ["id", "v"],
    expect: DELETED,
  },
  {
    ...{ id: "update", group: "rows", name: "Update rows" },
    sql: [...MAKE, UPDATE],
    engines: { pyiceberg: { not: NO_UPDATE } },
    read: ["id", "v"],
    expect: UPDATED,
  },
  {
    ...{ id: "merge", group: "rows", name: "Merge: update or insert" },
    sql: [...MAKE, MERGE],
    engines: {
      pyiceberg: `${PY_MAKE}
table({t}).upsert(rows({t}, [(2, 9.5), (4, 4.5)]), join_cols=["id"])`,
    },
    read: ["id", "v"],
    expect: MERGED,
  },
  modeRow(
    ...["delete_copy", "Delete, copy-on-write", "copy-on-write"] as const,
    ...["write.delete.mode", DELETE, 'table({t}).delete("id = 2")'] as const,
    DELETED,
  ),
  modeRow(
    ...["delete_merge", "Delete, merge-on-read", "merge-on-read"] as const,
    ...["write.delete.mode", DELETE, 'table({t}).delete("id = 2")'] as const,
    DELETED,
  ),
  modeRow(
    ...["update_copy", "Update, copy-on-write", "copy-on-write"] as const,
    ...["write.update.mode", UPDATE, { not: NO_UPDATE }] as const,
    UPDATED,
  ),
  modeRow(
    ...["update_merge", "Update, merge-on-read", "merge-on-read"] as const,
    ...["write.update.mode", UPDATE, { not: NO_UPDATE }] as const,
    UPDATED,
  ),
  {
    ...{ id: "equality", group: "rows", formatVersion: 2 },
    name: "Read deletes by equality, as streams write them",
    writer: "spark-3.5",
    spark: [...MAKE, "EQUALITY DELETE FROM {t} WHERE id = 2"],
    read: ["id", "v"],
    expect: DELETED,
    shows: {
      what: "kinds of files",
      of: (tree) =>
        [...new Set(filesOf(tree).map(({ content }) => content))].sort()
          .map((content) => [content]),
      expect: [["data"], ["equality deletes"]],
    },
  },
  {
    ...{
      id: "overwrite",
      group: "rows",
      name: "Overwrite what a filter finds",
    },
    spark: [
      "CREATE TABLE {t} (id INTEGER, v DOUBLE) PARTITIONED BY (id)",
      INSERT,
      "INSERT OVERWRITE {t} PARTITION (id = 2) SELECT 9.5",
    ],
    engines: {
      trino: {
        not:
          "Trino has no INSERT OVERWRITE for Iceberg tables (its documentation of Iceberg tables)",
      },
      duckdb: { not: "DuckDB's SQL has no INSERT OVERWRITE" },
      pyiceberg: `${PY_MAKE}
table({t}).overwrite(rows({t}, [(2, 9.5)]), overwrite_filter="id = 2")`,
    },
    read: ["id", "v"],
    expect: UPDATED,
    shows: {
      what: "operation of the last commit",
      of: ({ snapshot }) => [[snapshot?.operation]],
      expect: [["overwrite"]],
      differs: [{
        answer: [["append"]],
        says: "it deleted and appended in two commits",
      }],
    },
  },
  {
    ...{ id: "truncate", group: "rows", name: "Empty a table" },
    sql: [...MAKE, "TRUNCATE TABLE {t}"],
    engines: {
      duckdb: [...MAKE, "TRUNCATE {t}"],
      pyiceberg: `${PY_MAKE}\ntable({t}).delete()`,
    },
    read: ["id", "v"],
    expect: [],
  },
];
