/**
 * How engines change a table's columns.
 *
 * @module
 */

import type { Capability, Script, Shown } from "../capability.ts";

const CREATE = "CREATE TABLE {t} (id INTEGER, v DOUBLE)";
const MAKE = [CREATE, "INSERT INTO {t} VALUES (1, 1.5), (2, 2.5)"];
const PY_MAKE =
  "make({t}, dict(id=IntegerType(), v=DoubleType()), [(1, 1.5), (2, 2.5)])";

/** A change of PyIceberg to the columns, and rows of afterwards. */
const evolve = (change: string, added = "") =>
  `${PY_MAKE}
with table({t}).update_schema() as update:
    update.${change}${added && `\nmore({t}, [${added}])`}`;

const fields = (expect: string[]): Shown => ({
  what: "columns in their order",
  of: ({ schema }) => schema.fields.map(({ name }) => [name]),
  expect: expect.map((name) => [name]),
});

/** A column that gets a wider type, by what the engines call the types. */
function promotion(
  id: string,
  name: string,
  [from, to]: [from: string, to: string],
  values: [one: string, other: string],
  expect: Capability["expect"],
  iceberg: string,
  names: { trino?: [string, string]; pyiceberg: [string, string] },
): Capability {
  const [one, other] = values;
  const make = (type: string) => [
    `CREATE TABLE {t} (id INTEGER, v ${type})`,
    `INSERT INTO {t} VALUES (1, ${one})`,
  ];
  const add = `INSERT INTO {t} VALUES (2, ${other})`;
  const [trinoFrom, trinoTo] = names.trino ?? [from, to];
  const [pyFrom, pyTo] = names.pyiceberg;
  return {
    ...{ id, name, group: "schema" },
    sql: [...make(from), `ALTER TABLE {t} ALTER COLUMN v TYPE ${to}`, add],
    engines: {
      trino: [
        ...make(trinoFrom),
        `ALTER TABLE {t} ALTER COLUMN v SET DATA TYPE ${trinoTo}`,
        add,
      ],
      pyiceberg: `make({t}, dict(id=IntegerType(), v=${pyFrom}), [(1, ${
        pyFrom.startsWith("Decimal") ? `Decimal("${one}")` : one
      })])
with table({t}).update_schema() as update:
    update.update_column("v", ${pyTo})
more({t}, [(2, ${
        pyTo.startsWith("Decimal") ? `Decimal("${other}")` : other
      })])`,
    },
    read: ["id", "v"],
    expect,
    shows: {
      what: "type of the column",
      of: ({ schema }) => [[schema.fields[1]?.type]],
      expect: [[iceberg]],
    },
  };
}

const NESTED_ADD: Script = [
  "CREATE TABLE {t} (id INTEGER, s STRUCT<a: INTEGER>)",
  "INSERT INTO {t} SELECT 1, named_struct('a', 10)",
  "ALTER TABLE {t} ADD COLUMN s.b INTEGER",
  "INSERT INTO {t} SELECT 2, named_struct('a', 20, 'b', 21)",
  "SELECT id, s.a, s.b FROM {t} ORDER BY id",
];

/** A table's columns, and how they change. */
export const schema: readonly Capability[] = [
  {
    ...{ id: "add_column", group: "schema", name: "Add a column" },
    sql: [
      ...MAKE,
      "ALTER TABLE {t} ADD COLUMN w INTEGER",
      "INSERT INTO {t} VALUES (3, 3.5, 30)",
    ],
    engines: {
      pyiceberg: evolve('add_column("w", IntegerType())', "(3, 3.5, 30)"),
    },
    read: ["id", "w"],
    expect: [[1, null], [2, null], [3, 30]],
  },
  {
    ...{ id: "drop_column", group: "schema" },
    name: "Drop a column; a new one of its name is empty",
    sql: [
      ...MAKE,
      "ALTER TABLE {t} DROP COLUMN v",
      "ALTER TABLE {t} ADD COLUMN v DOUBLE",
    ],
    engines: {
      pyiceberg: `${evolve('delete_column("v")')}
with table({t}).update_schema() as update:
    update.add_column("v", DoubleType())`,
    },
    read: ["id", "v"],
    expect: [[1, null], [2, null]],
  },
  {
    ...{ id: "rename_column", group: "schema", name: "Rename a column" },
    sql: [...MAKE, "ALTER TABLE {t} RENAME COLUMN v TO w"],
    engines: { pyiceberg: evolve('rename_column("v", "w")') },
    read: ["id", "w"],
    expect: [[1, 1.5], [2, 2.5]],
  },
  {
    ...{ id: "move_column", group: "schema", name: "Move a column" },
    spark: [...MAKE, "ALTER TABLE {t} ALTER COLUMN v FIRST"],
    engines: {
      trino: {
        not:
          "Trino adds a column FIRST or AFTER another, and moves none (its documentation of ALTER TABLE)",
      },
      duckdb: {
        not:
          "DuckDB's ALTER TABLE moves no columns (its documentation of ALTER TABLE)",
      },
      pyiceberg: evolve('move_first("v")'),
    },
    read: ["id", "v"],
    expect: [[1, 1.5], [2, 2.5]],
    shows: fields(["v", "id"]),
  },
  {
    ...{ id: "nested_column", group: "schema" },
    name: "Add a field inside a struct",
    spark: NESTED_ADD,
    engines: {
      trino: [
        "CREATE TABLE {t} (id INTEGER, s ROW(a INTEGER))",
        "INSERT INTO {t} VALUES (1, ROW(10))",
        "ALTER TABLE {t} ADD COLUMN s.b INTEGER",
        "INSERT INTO {t} VALUES (2, ROW(20, 21))",
        "SELECT id, s.a, s.b FROM {t} ORDER BY id",
      ],
      duckdb: [
        "CREATE TABLE {t} (id INTEGER, s STRUCT(a INTEGER))",
        "INSERT INTO {t} VALUES (1, {'a': 10})",
        "ALTER TABLE {t} ADD COLUMN s.b INTEGER",
        "INSERT INTO {t} VALUES (2, {'a': 20, 'b': 21})",
        "SELECT id, s.a, s.b FROM {t} ORDER BY id",
      ],
      pyiceberg:
        `make({t}, dict(id=IntegerType(), s=StructType(NestedField(3, "a", IntegerType()))), [(1, {"a": 10})])
with table({t}).update_schema() as update:
    update.add_column(("s", "b"), IntegerType())
more({t}, [(2, {"a": 20, "b": 21})])
[[row["id"], row["s"]["a"], row["s"]["b"]] for row in read({t}, ["id", "s"]).to_pylist()]`,
    },
    expect: [[1, 10, null], [2, 20, 21]],
    refused: { duckdb: /ADD COLUMN for Nested Types not supported/ },
  },
  promotion(
    "promote_int",
    "Widen int to long",
    ["INTEGER", "BIGINT"],
    ["1", "9007199254740993"],
    [[1, 1], [2, 9007199254740993n]],
    "long",
    { pyiceberg: ["IntegerType()", "LongType()"] },
  ),
  promotion(
    "promote_float",
    "Widen float to double",
    ["FLOAT", "DOUBLE"],
    ["0.5", "0.1"],
    [[1, 0.5], [2, 0.1]],
    "double",
    {
      trino: ["REAL", "DOUBLE"],
      pyiceberg: ["FloatType()", "DoubleType()"],
    },
  ),
  promotion(
    "promote_decimal",
    "Widen a decimal's precision",
    ["DECIMAL(9,2)", "DECIMAL(38,2)"],
    ["1.25", "123456789012345678901234567890.12"],
    [[1, "1.25"], [2, "123456789012345678901234567890.12"]],
    "decimal(38, 2)",
    { pyiceberg: ["DecimalType(9, 2)", "DecimalType(38, 2)"] },
  ),
  {
    ...{
      id: "not_null",
      group: "schema",
      name: "A column that must have a value",
    },
    sql: [
      "CREATE TABLE {t} (id INTEGER NOT NULL, v DOUBLE)",
      "INSERT INTO {t} VALUES (1, 1.5)",
    ],
    engines: {
      pyiceberg:
        `make({t}, Schema(NestedField(1, "id", IntegerType(), required=True), NestedField(2, "v", DoubleType())), [(1, 1.5)])`,
    },
    read: ["id", "v"],
    expect: [[1, 1.5]],
    shows: {
      what: "which columns are required",
      of: ({ schema }) => schema.fields.map(({ required }) => [required]),
      expect: [[true], [false]],
    },
  },
];
