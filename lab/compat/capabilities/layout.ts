/**
 * How engines lay out a table's files: partitions and sort order.
 *
 * @module
 */

import { filesOf, type TableTree } from "../../iceberg/tree.ts";
import type { Capability } from "../capability.ts";

const CREATE = "CREATE TABLE {t} (id INTEGER, v DOUBLE)";
const MAKE = [CREATE, "INSERT INTO {t} VALUES (1, 1.5), (2, 2.5)"];
const PY_MAKE =
  "make({t}, dict(id=IntegerType(), v=DoubleType()), [(1, 1.5), (2, 2.5)])";

/** A kind of column that is partitioned by, as each engine writes its type and values. */
const COLUMNS = {
  int: {
    ...{ spark: "INTEGER", trino: "INTEGER", duckdb: "INTEGER" },
    pyiceberg: "IntegerType()",
    values: ["1", "2", "34", "-5"],
    sparkValues: undefined,
    pyValues: ["1", "2", "34", "-5"],
    expect: [1, 2, 34, -5],
  },
  text: {
    ...{ spark: "STRING", trino: "VARCHAR", duckdb: "VARCHAR" },
    pyiceberg: "StringType()",
    values: ["'apple'", "'apricot'", "'übung'", "'b'"],
    sparkValues: undefined,
    pyValues: ["'apple'", "'apricot'", "'übung'", "'b'"],
    expect: ["apple", "apricot", "übung", "b"],
  },
  time: {
    spark: "TIMESTAMP_NTZ",
    trino: "TIMESTAMP(6)",
    duckdb: "TIMESTAMP",
    pyiceberg: "TimestampType()",
    values: [
      ...["TIMESTAMP '2024-01-01 00:00:00'", "TIMESTAMP '2024-01-01 23:59:59'"],
      ...["TIMESTAMP '2024-02-29 12:00:00'", "TIMESTAMP '1969-12-31 23:00:00'"],
    ],
    sparkValues: [
      "TIMESTAMP_NTZ '2024-01-01 00:00:00'",
      "TIMESTAMP_NTZ '2024-01-01 23:59:59'",
      "TIMESTAMP_NTZ '2024-02-29 12:00:00'",
      "TIMESTAMP_NTZ '1969-12-31 23:00:00'",
    ],
    pyValues: [
      "datetime.datetime(2024, 1, 1)",
      "datetime.datetime(2024, 1, 1, 23, 59, 59)",
      "datetime.datetime(2024, 2, 29, 12)",
      "datetime.datetime(1969, 12, 31, 23)",
    ],
    expect: [
      ...["2024-01-01 00:00:00", "2024-01-01 23:59:59"],
      ...["2024-02-29 12:00:00", "1969-12-31 23:00:00"],
    ],
  },
} as const;

const numbered = (values: readonly string[]) =>
  values.map((value, index) => `(${index + 1}, ${value})`).join(", ");

/** The transforms of all partitionings of a table, and its partitions. */
function partitions({ metadata, manifests }: TableTree): unknown[][] {
  const { transform } =
    metadata.partitionSpecs.find(({ id }) => id === metadata.defaultSpecId)
      ?.fields[0] ?? { transform: "none" };
  const found = manifests.flatMap(({ files }) => files)
    .map(({ partition }) => Object.values(partition)[0]);
  return [
    [transform],
    ...[...new Set(found.map(String))].sort().map((value) => [value]),
  ];
}

/** A table partitioned by a transform of one column. */
function partitioned(
  id: string,
  name: string,
  kind: keyof typeof COLUMNS,
  transform: string,
  { spark, trino, pyiceberg }: {
    spark: string;
    trino: string;
    pyiceberg: string;
  },
  parts: string[],
): Capability {
  const column = COLUMNS[kind];
  const insert = (values: readonly string[]) =>
    `INSERT INTO {t} VALUES ${numbered(values)}`;
  return {
    ...{ id, name, group: "schema" },
    spark: [
      `CREATE TABLE {t} (id INTEGER, c ${column.spark}) PARTITIONED BY (${spark})`,
      insert(column.sparkValues ?? column.values),
    ],
    engines: {
      trino: [
        `CREATE TABLE {t} (id INTEGER, c ${column.trino}) WITH (partitioning = ARRAY['${trino}'])`,
        insert(column.values),
      ],
      duckdb: [
        `CREATE TABLE {t} (id INTEGER, c ${column.duckdb}) PARTITIONED BY (${spark})`,
        insert(column.values),
      ],
      pyiceberg: `make({t}, dict(id=IntegerType(), c=${column.pyiceberg}), [${
        numbered(column.pyValues)
      }],
    partition_spec=PartitionSpec(PartitionField(2, 1000, ${pyiceberg}, "part")))`,
    },
    read: ["id", "c"],
    expect: column.expect.map((value, index) => [index + 1, value]),
    shows: {
      what: "transform and partitions",
      of: partitions,
      expect: [[transform], ...parts.map((part) => [part])],
    },
  };
}

/** A table's partitions and its order, and how both change. */
export const layout: readonly Capability[] = [
  partitioned("part_identity", "Partition by a value", "text", "identity", {
    ...{ spark: "c", trino: "c", pyiceberg: "IdentityTransform()" },
  }, ["apple", "apricot", "b", "übung"]),
  partitioned(
    "part_bucket",
    "Partition by bucket, of numbers",
    "int",
    "bucket[4]",
    {
      spark: "bucket(4, c)",
      trino: "bucket(c, 4)",
      pyiceberg: "BucketTransform(4)",
    },
    ["0", "2", "3"],
  ),
  partitioned(
    "part_bucket_text",
    "Partition by bucket, of texts",
    "text",
    "bucket[8]",
    {
      spark: "bucket(8, c)",
      trino: "bucket(c, 8)",
      pyiceberg: "BucketTransform(8)",
    },
    ["0", "2", "3"],
  ),
  partitioned(
    "part_truncate",
    "Partition by truncate, of numbers",
    "int",
    "truncate[10]",
    {
      spark: "truncate(10, c)",
      trino: "truncate(c, 10)",
      pyiceberg: "TruncateTransform(10)",
    },
    ["-10", "0", "30"],
  ),
  partitioned(
    "part_truncate_text",
    "Partition by truncate, of texts",
    "text",
    "truncate[2]",
    {
      spark: "truncate(2, c)",
      trino: "truncate(c, 2)",
      pyiceberg: "TruncateTransform(2)",
    },
    ["ap", "b", "üb"],
  ),
  partitioned("part_year", "Partition by year", "time", "year", {
    ...{ spark: "year(c)", trino: "year(c)", pyiceberg: "YearTransform()" },
  }, ["1969", "2024"]),
  partitioned("part_month", "Partition by month", "time", "month", {
    ...{ spark: "month(c)", trino: "month(c)", pyiceberg: "MonthTransform()" },
  }, ["1969-12", "2024-01", "2024-02"]),
  partitioned("part_day", "Partition by day", "time", "day", {
    ...{ spark: "day(c)", trino: "day(c)", pyiceberg: "DayTransform()" },
  }, ["1969-12-31", "2024-01-01", "2024-02-29"]),
  partitioned("part_hour", "Partition by hour", "time", "hour", {
    ...{ spark: "hour(c)", trino: "hour(c)", pyiceberg: "HourTransform()" },
  }, [
    ...["1969-12-31-23", "2024-01-01-00"],
    ...["2024-01-01-23", "2024-02-29-12"],
  ]),
  {
    ...{ id: "part_evolution", group: "schema" },
    name: "Change the partitioning; old files stay",
    spark: [
      ...MAKE,
      "ALTER TABLE {t} ADD PARTITION FIELD bucket(2, id)",
      "INSERT INTO {t} VALUES (3, 3.5)",
    ],
    engines: {
      trino: [
        ...MAKE,
        "ALTER TABLE {t} SET PROPERTIES partitioning = ARRAY['bucket(id, 2)']",
        "INSERT INTO {t} VALUES (3, 3.5)",
      ],
      duckdb: [
        ...MAKE,
        "ALTER TABLE {t} SET PARTITIONED BY (bucket(2, id))",
        "INSERT INTO {t} VALUES (3, 3.5)",
      ],
      pyiceberg: `${PY_MAKE}
with table({t}).update_spec() as update:
    update.add_field("id", BucketTransform(2), "part")
more({t}, [(3, 3.5)])`,
    },
    read: ["id", "v"],
    expect: [[1, 1.5], [2, 2.5], [3, 3.5]],
    shows: {
      what: "partitionings in use",
      of: (tree) => [[new Set(filesOf(tree).map(({ specId }) => specId)).size]],
      expect: [[2]],
    },
  },
  {
    ...{ id: "sort_order", group: "schema", name: "Keep rows in an order" },
    spark: [
      CREATE,
      "ALTER TABLE {t} WRITE ORDERED BY v DESC",
      "INSERT INTO {t} VALUES (1, 1.5), (2, 2.5)",
    ],
    engines: {
      trino: [
        `${CREATE} WITH (sorted_by = ARRAY['v DESC'])`,
        "INSERT INTO {t} VALUES (1, 1.5), (2, 2.5)",
      ],
      duckdb: [
        `${CREATE} SORTED BY (v)`,
        "INSERT INTO {t} VALUES (1, 1.5), (2, 2.5)",
      ],
      pyiceberg: `${PY_MAKE.slice(0, -1)},
    sort_order=SortOrder(SortField(2, IdentityTransform(), SortDirection.DESC)))`,
    },
    read: ["id", "v"],
    expect: [[1, 1.5], [2, 2.5]],
    shows: {
      what: "order of the table and of its files",
      of: (tree) => {
        const { sortOrders, defaultSortOrderId } = tree.metadata;
        const order = sortOrders.find(({ id }) => id === defaultSortOrderId);
        const [field] = order?.fields ?? [];
        return [[
          field?.direction ?? "none",
          filesOf(tree).every(({ sortOrderId }) =>
            sortOrderId === defaultSortOrderId
          ),
        ]];
      },
      expect: [["desc", true]],
      differs: [{
        answer: [["desc", false]],
        says: "its files do not say that they have the order",
      }],
    },
    refused: { duckdb: /SORTED BY is not supported/ },
  },
];
