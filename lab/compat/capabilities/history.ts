/**
 * A table's snapshots, branches and tags, its upkeep, and views.
 *
 * @module
 */

import { PutObjectCommand } from "@aws-sdk/client-s3";
import { s3Client } from "../../../lib/store/s3.ts";
import { bucketAndKey, objectReader } from "../../iceberg/object_store.ts";
import { filesOf } from "../../iceberg/tree.ts";
import type { Answer } from "../answer.ts";
import type { Capability, ProbeContext } from "../capability.ts";

const CREATE = "CREATE TABLE {t} (id INTEGER, v DOUBLE)";
/** Two commits: one with the rows 1 and 2, then one with 3. */
const MAKE = [
  CREATE,
  "INSERT INTO {t} VALUES (1, 1.5), (2, 2.5)",
  "INSERT INTO {t} VALUES (3, 3.5)",
];
const PY_MAKE =
  `make({t}, dict(id=IntegerType(), v=DoubleType()), [(1, 1.5), (2, 2.5)])
more({t}, [(3, 3.5)])`;
const ALL = [[1], [2], [3]];

/** A procedure of Iceberg's in Spark. */
const call = (procedure: string, rest = "") =>
  `CALL lakehouse.system.${procedure}(table => '{namespace}.{table}'${rest})`;

/** A procedure of Trino. */
const execute = (procedure: string) => `ALTER TABLE {t} EXECUTE ${procedure}`;

const NO_PROCEDURES =
  "DuckDB's iceberg extension has no procedures of maintenance (its documentation of Iceberg functions)";
const NO_BRANCHES =
  "DuckDB's iceberg extension has no statement for branches and tags (its documentation of Iceberg catalogs)";

/** What the TypeScript reader is told. */
const readAt = (at: string) =>
  `{"read": "{t}", "columns": ["id"], "at": ${at}}`;

async function putOrphan({ tree, signal, note }: ProbeContext) {
  const location = (await tree()).table.location.replace(/\/*$/, "/");
  const path = `${location}data/orphan.parquet`;
  const { bucket, key } = bucketAndKey(path);
  const client = await s3Client();
  try {
    await client.send(
      new PutObjectCommand({ Bucket: bucket, Key: key, Body: "left behind" }),
      { abortSignal: signal },
    );
  } finally {
    client.destroy();
  }
  note(`PUT ${path}`);
  return { path, location };
}

async function list(location: string, signal: AbortSignal): Promise<string[]> {
  const objects = await objectReader(signal);
  try {
    return (await objects.list(location)).map(({ path }) => path);
  } finally {
    objects.close();
  }
}

/** Makes a table and an object that no metadata names, and lets `remove` remove it. */
function orphanRemoval(
  remove: (context: ProbeContext, objects: string[]) => Promise<unknown>,
) {
  return async (context: ProbeContext): Promise<Answer> => {
    const { run, engine, signal } = context;
    for (const statement of MAKE) await run(engine, statement);
    const { path, location } = await putOrphan(context);
    const before = await list(location, signal);
    await remove(context, before);
    const after = await list(location, signal);
    const isGone = before.includes(path) && !after.includes(path);
    context.note("LIST, before and after", [[before.length, after.length]]);
    return [[isGone, after.length === before.length - 1]];
  };
}

/** Snapshots, branches, tags, upkeep, views. */
export const history: readonly Capability[] = [
  {
    ...{ id: "travel_id", group: "history", name: "Time travel by snapshot" },
    spark: [...MAKE, "SELECT id FROM {t} VERSION AS OF {snapshot} ORDER BY id"],
    engines: {
      trino: [
        ...MAKE,
        "SELECT id FROM {t} FOR VERSION AS OF {snapshot} ORDER BY id",
      ],
      duckdb: [
        ...MAKE,
        "SELECT id FROM {t} AT (VERSION => {snapshot}) ORDER BY id",
      ],
      pyiceberg:
        `${PY_MAKE}\nread({t}, ["id"], snapshot_id=table({t}).snapshots()[0].snapshot_id)`,
      typescript: readAt("{snapshot}"),
    },
    expect: [[1], [2]],
  },
  {
    ...{ id: "travel_time", group: "history", name: "Time travel by time" },
    spark: [...MAKE, "SELECT id FROM {t} TIMESTAMP AS OF '{time}' ORDER BY id"],
    engines: {
      trino: [
        ...MAKE,
        "SELECT id FROM {t} FOR TIMESTAMP AS OF TIMESTAMP '{time} UTC' ORDER BY id",
      ],
      duckdb: [
        ...MAKE,
        "SELECT id FROM {t} AT (TIMESTAMP => TIMESTAMP '{time}') ORDER BY id",
      ],
      pyiceberg: `${PY_MAKE}
first = table({t}).snapshots()[0]
found = table({t}).snapshot_as_of_timestamp(first.timestamp_ms)
read({t}, ["id"], snapshot_id=found.snapshot_id)`,
      typescript: { not: "it takes a snapshot's id or name, and no time" },
    },
    expect: [[1], [2]],
  },
  {
    ...{ id: "branch", group: "history", name: "Write to a branch of its own" },
    spark: [
      ...MAKE,
      "ALTER TABLE {t} CREATE BRANCH aside",
      "INSERT INTO {t}.branch_aside VALUES (4, 4.5)",
      "SELECT id FROM {t} VERSION AS OF 'aside' ORDER BY id",
    ],
    engines: {
      trino: [
        ...MAKE,
        "CREATE BRANCH aside IN TABLE {t}",
        "INSERT INTO {t} @ aside VALUES (4, 4.5)",
        "SELECT id FROM {t} FOR VERSION AS OF 'aside' ORDER BY id",
      ],
      duckdb: { not: NO_BRANCHES },
      pyiceberg: `${PY_MAKE}
now = table({t}).current_snapshot().snapshot_id
table({t}).manage_snapshots().create_branch(now, "aside").commit()
table({t}).append(rows({t}, [(4, 4.5)]), branch="aside")
read({t}, ["id"], snapshot_id=table({t}).refs()["aside"].snapshot_id)`,
      typescript: readAt('"aside"'),
    },
    expect: [...ALL, [4]],
    shows: {
      what: "branches, and rows of the table itself",
      of: ({ metadata, snapshot }) => [
        metadata.refs.map(({ name }) => name).sort(),
        [snapshot?.summary["total-records"]],
      ],
      expect: [["aside", "main"], [3]],
    },
  },
  {
    ...{ id: "tag", group: "history", name: "Tag a snapshot, and read it" },
    spark: [
      ...MAKE,
      "ALTER TABLE {t} CREATE TAG kept AS OF VERSION {snapshot}",
      "SELECT id FROM {t} VERSION AS OF 'kept' ORDER BY id",
    ],
    engines: {
      trino: {
        not:
          "Trino reads tags, and has no statement that makes one (its documentation of Iceberg tables)",
      },
      duckdb: { not: NO_BRANCHES },
      pyiceberg: `${PY_MAKE}
first = table({t}).snapshots()[0].snapshot_id
table({t}).manage_snapshots().create_tag(first, "kept").commit()
read({t}, ["id"], snapshot_id=table({t}).refs()["kept"].snapshot_id)`,
      typescript: readAt('"kept"'),
    },
    expect: [[1], [2]],
    shows: {
      what: "tags",
      of: ({ metadata }) =>
        metadata.refs.filter(({ type }) => type === "tag")
          .map(({ name }) => [name]),
      expect: [["kept"]],
    },
  },
  {
    ...{ id: "rollback", group: "history" },
    name: "Roll back to a snapshot",
    spark: [
      ...MAKE,
      call("rollback_to_snapshot", ", snapshot_id => {snapshot}"),
    ],
    engines: {
      trino: [...MAKE, execute("rollback_to_snapshot({snapshot})")],
      duckdb: { not: NO_PROCEDURES },
      pyiceberg: `${PY_MAKE}
first = table({t}).snapshots()[0].snapshot_id
table({t}).manage_snapshots().rollback_to_snapshot(first).commit()`,
    },
    read: ["id"],
    expect: [[1], [2]],
  },
  {
    ...{ id: "compact", group: "history" },
    name: "Compact data files",
    spark: [
      ...MAKE,
      call("rewrite_data_files", ", options => map('rewrite-all', 'true')"),
    ],
    engines: {
      trino: [...MAKE, execute("optimize")],
      duckdb: { not: NO_PROCEDURES },
      pyiceberg: {
        not: "PyIceberg rewrites no data files (its API documentation)",
      },
    },
    read: ["id"],
    expect: ALL,
    shows: {
      what: "data files",
      of: (tree) => [[filesOf(tree).length]],
      expect: [[1]],
    },
  },
  {
    ...{ id: "expire", group: "history", name: "Expire old snapshots" },
    spark: [
      ...MAKE,
      call(
        "expire_snapshots",
        ", older_than => TIMESTAMP '2999-01-01 00:00:00', retain_last => 1",
      ),
    ],
    engines: {
      trino: [
        ...MAKE,
        execute("expire_snapshots(retention_threshold => '0s')"),
      ],
      duckdb: { not: NO_PROCEDURES },
      pyiceberg: `${PY_MAKE}
late = datetime.datetime(2999, 1, 1)
table({t}).maintenance.expire_snapshots().older_than(late).commit()`,
    },
    read: ["id"],
    expect: ALL,
    shows: {
      what: "snapshots",
      of: ({ table }) => [[table.snapshots.length]],
      expect: [[1]],
    },
  },
  {
    ...{ id: "orphans", group: "history", name: "Remove objects nobody names" },
    spark: orphanRemoval(async ({ run, engine }, objects) => {
      const rows = objects.map((path) => `('${path}', TIMESTAMP '2000-01-01')`);
      await run(
        engine,
        `CREATE OR REPLACE TEMPORARY VIEW listed AS
  SELECT * FROM VALUES ${rows.join(", ")} AS v(file_path, last_modified)`,
      );
      // It refuses an age of less than a day, and takes a list of one's own.
      await run(
        engine,
        call("remove_orphan_files", ", file_list_view => 'listed'"),
      );
    }),
    engines: {
      trino: orphanRemoval(({ run, engine }) =>
        run(engine, execute("remove_orphan_files(retention_threshold => '0s')"))
      ),
      duckdb: { not: NO_PROCEDURES },
      pyiceberg: {
        not: "PyIceberg looks for no orphans (its API documentation)",
      },
    },
    expect: [[true, true]],
  },
  {
    ...{ id: "manifests", group: "history", name: "Rewrite manifests" },
    spark: [...MAKE, call("rewrite_manifests")],
    engines: {
      trino: [...MAKE, execute("optimize_manifests")],
      duckdb: { not: NO_PROCEDURES },
      pyiceberg: {
        not:
          "PyIceberg merges manifests as it commits, and has no statement for it (its API documentation)",
      },
    },
    read: ["id"],
    expect: ALL,
    shows: {
      what: "manifests",
      of: ({ manifests }) => [[manifests.length]],
      expect: [[1]],
    },
  },
  {
    ...{ id: "statistics", group: "history", name: "Compute statistics" },
    spark: [...MAKE, call("compute_table_stats")],
    engines: {
      trino: [...MAKE, "ANALYZE {t}"],
      duckdb: { not: NO_PROCEDURES },
      pyiceberg: {
        not:
          "PyIceberg registers files of statistics, and computes none (its API documentation)",
      },
    },
    read: ["id"],
    expect: ALL,
    shows: {
      what: "has a Puffin file about the current snapshot",
      of: ({ metadata, snapshot }) => [[
        metadata.statistics.some(({ snapshotId }) =>
          snapshotId === snapshot?.id
        ),
      ]],
      expect: [[true]],
    },
  },
  {
    ...{ id: "table_snapshots", group: "history" },
    name: "List snapshots as a table",
    spark: [...MAKE, "SELECT count(*) > 1, max(operation) FROM {t}.snapshots"],
    engines: {
      trino: [
        ...MAKE,
        'SELECT count(*) > 1, max(operation) FROM {ns}."{table}$snapshots"',
      ],
      duckdb: [
        ...MAKE,
        "SELECT count(*) > 1, 'append' FROM iceberg_snapshots({t})",
      ],
      pyiceberg: `${PY_MAKE}
found = table({t}).inspect.snapshots()
[[found.num_rows > 1, found["operation"][0].as_py()]]`,
      typescript: '{"read": "{t}", "snapshots": true}',
    },
    expect: [[true, "append"]],
  },
  {
    ...{ id: "table_files", group: "history", name: "List files as a table" },
    spark: [...MAKE, "SELECT count(*) > 1, sum(record_count) FROM {t}.files"],
    engines: {
      trino: [
        ...MAKE,
        'SELECT count(*) > 1, sum(record_count) FROM {ns}."{table}$files"',
      ],
      duckdb: [
        ...MAKE,
        "SELECT count(*) > 1, sum(record_count) FROM iceberg_metadata({t})",
      ],
      pyiceberg: `${PY_MAKE}
found = table({t}).inspect.files()
[[found.num_rows > 1, sum(found["record_count"].to_pylist())]]`,
      typescript: '{"read": "{t}", "files": true}',
    },
    expect: [[true, 3]],
  },
  {
    ...{ id: "view", group: "history", name: "Create a view, and read it" },
    sql: [
      ...MAKE,
      "CREATE VIEW {t}_view AS SELECT id FROM {t} WHERE v > 2",
      "SELECT id FROM {t}_view ORDER BY id",
    ],
    engines: {
      pyiceberg: {
        not:
          "PyIceberg makes and lists views, and runs no SQL to read one (its API documentation)",
      },
    },
    expect: [[2], [3]],
  },
];
