/**
 * What version 3 of Iceberg's table format adds.
 *
 * @module
 */

import { parquetMetadata } from "hyparquet";
import { filesOf } from "../../iceberg/tree.ts";
import type { Capability, Script } from "../capability.ts";

const COLUMNS = "(id INTEGER, v DOUBLE)";
const INSERT = "INSERT INTO {t} VALUES (1, 1.5), (2, 2.5), (3, 3.5)";
const SPARK_3 = "TBLPROPERTIES ('format-version'='3')";
const SPARK_3_MERGE =
  "TBLPROPERTIES ('format-version'='3', 'write.delete.mode'='merge-on-read')";
const TRINO_3 = "WITH (format_version = 3)";
const DUCKDB_3 = "WITH ('format-version' = '3')";

/** A table of version 3, with columns in each engine's words. */
const create = (columns: string, trino = columns, duckdb = columns) => ({
  spark: `CREATE TABLE {t} ${columns} ${SPARK_3}`,
  trino: `CREATE TABLE {t} ${trino} ${TRINO_3}`,
  duckdb: `CREATE TABLE {t} ${duckdb} ${DUCKDB_3}`,
});

const PY_3 = 'properties={"format-version": "3"}';
const PY_MAKE =
  `make({t}, dict(id=IntegerType(), v=DoubleType()), [(1, 1.5), (2, 2.5), (3, 3.5)], ${PY_3})`;

/** Ids of rows, and how many commits after the first they were changed. */
const lineage = (id: string, sequence: string) =>
  `SELECT id, ${id}, ${sequence} - min(${sequence}) OVER () FROM {t} ORDER BY id`;
const LINEAGE = lineage("_row_id", "_last_updated_sequence_number");
const TRINO_LINEAGE = lineage('"$row_id"', '"$last_updated_sequence_number"');

/** How PyIceberg says that it writes no tables of version 3. */
const PYICEBERG =
  /Cannot write manifest for table version: 3|Unsupported table format version: 3/;
/** How this project's reader says that it knows no variants and no geometry. */
const TYPESCRIPT = /Cannot read the column/;

const made = create(COLUMNS);
const make: { spark: string[]; trino: string[]; duckdb: string[] } = {
  spark: [made.spark, INSERT],
  trino: [made.trino, INSERT],
  duckdb: [made.duckdb, INSERT],
};

const isVersion3 = {
  what: "version of the format",
  of: ({ table }: { table: { formatVersion: number } }) => [[
    table.formatVersion,
  ]],
  expect: [[3]],
};

/** The same script for the engines of SQL, and the snippet of PyIceberg. */
function v3(
  row: Omit<Capability, "group" | "formatVersion">,
): Capability {
  const { refused, ...rest } = row;
  return {
    ...{ group: "v3", formatVersion: 3 },
    ...rest,
    refused: { pyiceberg: PYICEBERG, typescript: TYPESCRIPT, ...refused },
  };
}

/** Names of all columns in a Parquet file's footer. */
function leaves(bytes: Uint8Array): string[] {
  const { schema } = parquetMetadata(bytes.slice().buffer);
  return schema.map(({ name }) => name);
}

const NO_VARIANT: Script = {
  not: "PyIceberg has no variant type (its API documentation)",
};

/** Version 3: what it adds, by each engine. */
export const v3Rows: readonly Capability[] = [
  v3({
    ...{ id: "v3_create", name: "Create a table of version 3" },
    spark: make.spark,
    engines: { trino: make.trino, duckdb: make.duckdb, pyiceberg: PY_MAKE },
    read: ["id", "v"],
    expect: [[1, 1.5], [2, 2.5], [3, 3.5]],
    shows: isVersion3,
  }),
  v3({
    ...{ id: "v3_upgrade", name: "Upgrade a table of version 2" },
    spark: [
      `CREATE TABLE {t} ${COLUMNS}`,
      INSERT,
      "ALTER TABLE {t} SET TBLPROPERTIES ('format-version'='3')",
      "INSERT INTO {t} VALUES (4, 4.5)",
    ],
    engines: {
      trino: [
        `CREATE TABLE {t} ${COLUMNS}`,
        INSERT,
        "ALTER TABLE {t} SET PROPERTIES format_version = 3",
        "INSERT INTO {t} VALUES (4, 4.5)",
      ],
      duckdb: [
        `CREATE TABLE {t} ${COLUMNS}`,
        INSERT,
        "ALTER TABLE {t} SET ('format-version' = '3')",
        "INSERT INTO {t} VALUES (4, 4.5)",
      ],
      pyiceberg:
        `make({t}, dict(id=IntegerType(), v=DoubleType()), [(1, 1.5), (2, 2.5), (3, 3.5)])
with table({t}).transaction() as transaction:
    transaction.upgrade_table_version(3)
more({t}, [(4, 4.5)])`,
    },
    read: ["id"],
    expect: [[1], [2], [3], [4]],
    shows: isVersion3,
  }),
  v3({
    ...{ id: "v3_vectors", name: "Delete with a deletion vector" },
    spark: [
      `CREATE TABLE {t} ${COLUMNS} ${SPARK_3_MERGE}`,
      INSERT,
      "DELETE FROM {t} WHERE id = 2",
    ],
    engines: {
      trino: [...make.trino, "DELETE FROM {t} WHERE id = 2"],
      duckdb: [...make.duckdb, "DELETE FROM {t} WHERE id = 2"],
      pyiceberg: `${PY_MAKE}\ntable({t}).delete("id = 2")`,
    },
    read: ["id"],
    expect: [[1], [3]],
    shows: {
      what: "format of the deletes",
      of: (tree) =>
        filesOf(tree).filter(({ content }) => content !== "data")
          .map(({ format }) => [format]),
      expect: [["puffin"]],
    },
  }),
  v3({
    ...{ id: "v3_lineage", name: "Ids of rows (lineage)" },
    spark: [
      ...make.spark,
      LINEAGE,
    ],
    engines: {
      trino: [
        ...make.trino,
        TRINO_LINEAGE,
      ],
      duckdb: [
        ...make.duckdb,
        LINEAGE,
      ],
      pyiceberg: {
        not: "PyIceberg reads no ids of rows (its API documentation)",
      },
    },
    expect: [[1, 0, 0], [2, 1, 0], [3, 2, 0]],
    shows: {
      what: "id of the next row",
      of: ({ table }) => [[table.metadata["next-row-id"]]],
      expect: [[3]],
    },
  }),
  v3({
    ...{ id: "v3_lineage_kept", name: "Ids of rows outlive an update" },
    spark: [
      ...make.spark,
      "UPDATE {t} SET v = 9.5 WHERE id = 2",
      LINEAGE,
    ],
    engines: {
      trino: [
        ...make.trino,
        "UPDATE {t} SET v = 9.5 WHERE id = 2",
        TRINO_LINEAGE,
      ],
      duckdb: [
        ...make.duckdb,
        "UPDATE {t} SET v = 9.5 WHERE id = 2",
        LINEAGE,
      ],
      pyiceberg: {
        not: "PyIceberg reads no ids of rows (its API documentation)",
      },
    },
    expect: [[1, 0, 0], [2, 1, 1], [3, 2, 0]],
  }),
  v3({
    ...{
      id: "v3_default",
      name: "A column with a default, for old rows and new",
    },
    spark: [
      ...make.spark,
      "ALTER TABLE {t} ADD COLUMN w INTEGER DEFAULT 7",
      "INSERT INTO {t} (id, v) VALUES (4, 4.5)",
    ],
    engines: {
      trino: [
        ...make.trino,
        "ALTER TABLE {t} ADD COLUMN w INTEGER DEFAULT 7",
        "INSERT INTO {t} (id, v) VALUES (4, 4.5)",
      ],
      duckdb: [
        ...make.duckdb,
        "ALTER TABLE {t} ADD COLUMN w INTEGER DEFAULT 7",
        "INSERT INTO {t} (id, v) VALUES (4, 4.5)",
      ],
      pyiceberg: `${PY_MAKE}
with table({t}).update_schema() as update:
    update.add_column("w", IntegerType(), default_value=7)
more({t}, [(4, 4.5, 7)])`,
    },
    read: ["id", "w"],
    expect: [[1, 7], [2, 7], [3, 7], [4, 7]],
  }),
  v3({
    ...{ id: "v3_nanoseconds", name: "Times to the nanosecond" },
    spark: [
      create("(id INTEGER, moment TIMESTAMP_NS)").spark,
      "INSERT INTO {t} VALUES (1, TIMESTAMP_NS '2024-02-29 12:34:56.123456789')",
      "SELECT id, CAST(moment AS STRING) FROM {t}",
    ],
    engines: {
      trino: [
        create("(id INTEGER, moment TIMESTAMP(9))").trino,
        "INSERT INTO {t} VALUES (1, TIMESTAMP '2024-02-29 12:34:56.123456789')",
        "SELECT id, CAST(moment AS VARCHAR) FROM {t}",
      ],
      duckdb: [
        create("(id INTEGER, moment TIMESTAMP_NS)").duckdb,
        "INSERT INTO {t} VALUES (1, TIMESTAMP_NS '2024-02-29 12:34:56.123456789')",
        "SELECT id, CAST(moment AS VARCHAR) FROM {t}",
      ],
      pyiceberg:
        `make({t}, dict(id=IntegerType(), moment=TimestampNanoType()), [(1, None)], ${PY_3})
more({t}, [(2, 1709210096123456789)])
[[1, row["moment"]] for row in read({t}, ["id", "moment"], row_filter="id = 2").to_pylist()]`,
    },
    expect: [[1, "2024-02-29 12:34:56.123456789"]],
    shows: {
      what: "type of the column",
      of: ({ schema }) => [[schema.fields[1]?.type]],
      expect: [["timestamp_ns"]],
    },
  }),
  v3({
    ...{ id: "v3_variant", name: "Variant: values without a schema" },
    spark: [
      create("(id INTEGER, data VARIANT)").spark,
      `INSERT INTO {t} SELECT 1, parse_json('{"a": 1, "b": ["x", null]}')`,
      "SELECT id, variant_get(data, '$.a', 'int'), variant_get(data, '$.b[0]', 'string') FROM {t}",
    ],
    engines: {
      trino: [
        create("(id INTEGER, data VARIANT)").trino,
        `INSERT INTO {t} SELECT 1, CAST(JSON '{"a": 1, "b": ["x", null]}' AS VARIANT)`,
        `SELECT id, CAST(data['a'] AS INTEGER), CAST(data['b'][1] AS VARCHAR) FROM {t}`,
      ],
      duckdb: [
        create("(id INTEGER, data VARIANT)").duckdb,
        "INSERT INTO {t} SELECT 1, {'a': 1, 'b': ['x', NULL]}::VARIANT",
        "SELECT id, data.a::INTEGER, data.b[1]::VARCHAR FROM {t}",
      ],
      pyiceberg: NO_VARIANT,
    },
    expect: [[1, 1, "x"]],
    shows: {
      what: "type of the column",
      of: ({ schema }) => [[schema.fields[1]?.type]],
      expect: [["variant"]],
    },
  }),
  v3({
    ...{ id: "v3_shredded", name: "Variant in columns of its own (shredded)" },
    spark: [
      `CREATE TABLE {t} (id INTEGER, data VARIANT) TBLPROPERTIES ('format-version'='3', 'write.parquet.shred-variants'='true')`,
      `INSERT INTO {t} SELECT 1, parse_json('{"a": 1}')`,
      "SELECT id, variant_get(data, '$.a', 'int') FROM {t}",
    ],
    engines: {
      trino: [
        create("(id INTEGER, data VARIANT)").trino,
        `INSERT INTO {t} SELECT 1, CAST(JSON '{"a": 1}' AS VARIANT)`,
        `SELECT id, CAST(data['a'] AS INTEGER) FROM {t}`,
      ],
      duckdb: [
        create("(id INTEGER, data VARIANT)").duckdb,
        "INSERT INTO {t} SELECT 1, {'a': 1}::VARIANT",
        "SELECT id, data.a::INTEGER FROM {t}",
      ],
      pyiceberg: NO_VARIANT,
    },
    expect: [[1, 1]],
    shows: {
      what: "the file has a column typed_value",
      of: async (tree, read) => {
        const [file] = filesOf(tree);
        return [[leaves(await read(file!.path)).includes("typed_value")]];
      },
      expect: [[true]],
      differs: [{ answer: [[false]], says: "it wrote the variant whole" }],
    },
  }),
  v3({
    ...{ id: "v3_geometry", name: "Geometry" },
    spark: [
      "SET spark.sql.geospatial.enabled = true",
      create("(id INTEGER, place GEOMETRY(4326))").spark,
      "INSERT INTO {t} SELECT 1, ST_SetSrid(ST_GeomFromWKB(X'0101000000000000000000F03F0000000000000040'), 4326)",
      "SELECT id, hex(ST_AsBinary(place)) FROM {t}",
    ],
    engines: {
      trino: [
        create("(id INTEGER, place GEOMETRY)").trino,
        "INSERT INTO {t} SELECT 1, ST_Point(1, 2)",
        "SELECT id, to_hex(ST_AsBinary(place)) FROM {t}",
      ],
      duckdb: [
        create("(id INTEGER, place GEOMETRY)").duckdb,
        "INSERT INTO {t} SELECT 1, 'POINT (1 2)'::GEOMETRY",
        "SELECT id, hex(ST_AsWKB(place)) FROM {t}",
      ],
      pyiceberg: {
        not:
          "PyIceberg has the type, and writes no tables of version 3 (apache/iceberg-python#1551)",
      },
    },
    expect: [[1, "0101000000000000000000F03F0000000000000040"]],
    refused: { trino: /Unknown type 'GEOMETRY'/ },
  }),
  v3({
    ...{
      id: "v3_multi_bucket",
      name: "Partition by a transform of two columns",
    },
    spark: [
      `CREATE TABLE {t} ${COLUMNS} PARTITIONED BY (bucket(4, id, v)) ${SPARK_3}`,
      INSERT,
    ],
    engines: {
      trino: [
        `CREATE TABLE {t} ${COLUMNS} WITH (format_version = 3, partitioning = ARRAY['bucket(id, v, 4)'])`,
        INSERT,
      ],
      duckdb: [
        `CREATE TABLE {t} ${COLUMNS} PARTITIONED BY (bucket(4, id, v)) ${DUCKDB_3}`,
        INSERT,
      ],
      pyiceberg: {
        not:
          "a partition field of PyIceberg has one source column (its API documentation)",
      },
    },
    read: ["id"],
    expect: [[1], [2], [3]],
    refused: {
      "spark-3.5": /more than one column reference/,
      "spark-4.1": /more than one column reference/,
      trino: /Invalid partition field declaration/,
    },
    shows: {
      what: "source columns of the partitioning",
      of: ({ table }) => {
        // deno-lint-ignore no-explicit-any
        const [spec] = table.metadata["partition-specs"] as any[];
        return [[spec.fields[0]?.["source-ids"]?.length ?? 1]];
      },
      expect: [[2]],
    },
  }),
  v3({
    ...{
      id: "v3_unknown",
      name: "A column of unknown type: null until it has one",
    },
    spark: [
      create("(id INTEGER, later VOID)").spark,
      "INSERT INTO {t} VALUES (1, NULL)",
    ],
    engines: {
      trino: [
        `CREATE TABLE {t} ${TRINO_3} AS SELECT 1 AS id, NULL AS later`,
      ],
      duckdb: [
        create('(id INTEGER, later "NULL")').duckdb,
        "INSERT INTO {t} VALUES (1, NULL)",
      ],
      pyiceberg:
        `make({t}, dict(id=IntegerType(), later=UnknownType()), [(1, None)], ${PY_3})`,
    },
    read: ["id", "later"],
    expect: [[1, null]],
    refused: {
      duckdb: /Column type NULL is not a valid Iceberg Type/,
      trino: /^COLUMN_TYPE_UNKNOWN/,
    },
    shows: {
      what: "type of the column",
      of: ({ schema }) => [[schema.fields[1]?.type]],
      expect: [["unknown"]],
    },
  }),
];
