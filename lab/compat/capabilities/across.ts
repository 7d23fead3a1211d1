/**
 * What one engine writes, the others read: to the last value, after deletes,
 * after changes, and with two writers at once.
 *
 * @module
 */

import type { Answer } from "../answer.ts";
import type {
  Capability,
  EngineName,
  ProbeContext,
  Script,
} from "../capability.ts";
import { EngineError, firstLine } from "../engine.ts";

/** Engines that write, with their names in a row's. */
const WRITERS = {
  "spark-3.5": "Spark",
  trino: "Trino",
  duckdb: "DuckDB",
  pyiceberg: "PyIceberg",
} as const;

type Writer = keyof typeof WRITERS;

const short = (writer: Writer) => writer.replace("-3.5", "");

/** Kinds of values that every engine is to read as they were written. */
interface Kind {
  id: string;
  name: string;
  columns: string[];
  scripts: Record<Writer, Script>;
  expect: Answer;
}

const NUMBERS: Kind = {
  ...{ id: "numbers", name: "numbers and texts" },
  columns: ["id", "n", "d", "f", "flag", "s"],
  scripts: {
    "spark-3.5": [
      "CREATE TABLE {t} (id INT, n BIGINT, d DOUBLE, f FLOAT, flag BOOLEAN, s STRING)",
      `INSERT INTO {t} VALUES
  (1, 9223372036854775807, double('NaN'), float('0.1'), true, 'Grüße 世界 🚕'),
  (2, -9223372036854775808, double('-0.0'), float('-Infinity'), false, ''),
  (3, NULL, NULL, NULL, NULL, NULL)`,
    ],
    trino: [
      "CREATE TABLE {t} (id INTEGER, n BIGINT, d DOUBLE, f REAL, flag BOOLEAN, s VARCHAR)",
      `INSERT INTO {t} VALUES
  (1, 9223372036854775807, nan(), REAL '0.1', true, 'Grüße 世界 🚕'),
  (2, -9223372036854775808, -0E0, CAST(-infinity() AS REAL), false, ''),
  (3, NULL, NULL, NULL, NULL, NULL)`,
    ],
    duckdb: [
      "CREATE TABLE {t} (id INTEGER, n BIGINT, d DOUBLE, f REAL, flag BOOLEAN, s VARCHAR)",
      `INSERT INTO {t} VALUES
  (1, 9223372036854775807, 'NaN', '0.1', true, 'Grüße 世界 🚕'),
  (2, -9223372036854775808, '-0.0', '-Infinity', false, ''),
  (3, NULL, NULL, NULL, NULL, NULL)`,
    ],
    pyiceberg:
      `make({t}, dict(id=IntegerType(), n=LongType(), d=DoubleType(), f=FloatType(), flag=BooleanType(), s=StringType()), [
  (1, 9223372036854775807, float("nan"), 0.1, True, "Grüße 世界 🚕"),
  (2, -9223372036854775808, -0.0, float("-inf"), False, ""),
  (3, None, None, None, None, None)])`,
  },
  expect: [
    [1, 9223372036854775807n, NaN, 0.1, true, "Grüße 世界 🚕"],
    [2, -9223372036854775808n, -0, -Infinity, false, ""],
    [3, null, null, null, null, null],
  ],
};

const TIMES: Kind = {
  ...{ id: "times", name: "dates and times" },
  columns: ["id", "day", "local", "zoned"],
  scripts: {
    "spark-3.5": [
      "CREATE TABLE {t} (id INT, day DATE, local TIMESTAMP_NTZ, zoned TIMESTAMP)",
      `INSERT INTO {t} VALUES
  (1, DATE '2024-02-29', TIMESTAMP_NTZ '2024-02-29 12:34:56.123456', TIMESTAMP '2024-02-29 12:34:56.123456+02:00'),
  (2, DATE '1969-12-31', TIMESTAMP_NTZ '1969-12-31 23:59:59.999999', TIMESTAMP '1969-12-31 23:59:59.999999+00:00'),
  (3, DATE '9999-12-31', TIMESTAMP_NTZ '9999-12-31 00:00:00', NULL)`,
    ],
    trino: [
      "CREATE TABLE {t} (id INTEGER, day DATE, local TIMESTAMP(6), zoned TIMESTAMP(6) WITH TIME ZONE)",
      `INSERT INTO {t} VALUES
  (1, DATE '2024-02-29', TIMESTAMP '2024-02-29 12:34:56.123456', TIMESTAMP '2024-02-29 12:34:56.123456 +02:00'),
  (2, DATE '1969-12-31', TIMESTAMP '1969-12-31 23:59:59.999999', TIMESTAMP '1969-12-31 23:59:59.999999 UTC'),
  (3, DATE '9999-12-31', TIMESTAMP '9999-12-31 00:00:00', NULL)`,
    ],
    duckdb: [
      "CREATE TABLE {t} (id INTEGER, day DATE, local TIMESTAMP, zoned TIMESTAMPTZ)",
      `INSERT INTO {t} VALUES
  (1, DATE '2024-02-29', TIMESTAMP '2024-02-29 12:34:56.123456', TIMESTAMPTZ '2024-02-29 12:34:56.123456+02:00'),
  (2, DATE '1969-12-31', TIMESTAMP '1969-12-31 23:59:59.999999', TIMESTAMPTZ '1969-12-31 23:59:59.999999+00:00'),
  (3, DATE '9999-12-31', TIMESTAMP '9999-12-31 00:00:00', NULL)`,
    ],
    pyiceberg: `from datetime import date, datetime, timezone, timedelta
make({t}, dict(id=IntegerType(), day=DateType(), local=TimestampType(), zoned=TimestamptzType()), [
  (1, date(2024, 2, 29), datetime(2024, 2, 29, 12, 34, 56, 123456), datetime(2024, 2, 29, 12, 34, 56, 123456, timezone(timedelta(hours=2)))),
  (2, date(1969, 12, 31), datetime(1969, 12, 31, 23, 59, 59, 999999), datetime(1969, 12, 31, 23, 59, 59, 999999, timezone.utc)),
  (3, date(9999, 12, 31), datetime(9999, 12, 31), None)])`,
  },
  expect: [
    [
      ...[1, "2024-02-29", "2024-02-29 12:34:56.123456"],
      "2024-02-29 10:34:56.123456 UTC",
    ],
    [
      ...[2, "1969-12-31", "1969-12-31 23:59:59.999999"],
      "1969-12-31 23:59:59.999999 UTC",
    ],
    [3, "9999-12-31", "9999-12-31 00:00:00", null],
  ],
};

const DECIMALS: Kind = {
  ...{ id: "decimals", name: "decimals and bytes" },
  columns: ["id", "big", "small", "bytes"],
  scripts: {
    "spark-3.5": [
      "CREATE TABLE {t} (id INT, big DECIMAL(38,10), small DECIMAL(5,2), bytes BINARY)",
      `INSERT INTO {t} VALUES
  (1, 1234567890123456789012345678.0123456789, 123.45, X'00FF10'),
  (2, -0.0000000001, -0.01, X''),
  (3, NULL, NULL, NULL)`,
    ],
    trino: [
      "CREATE TABLE {t} (id INTEGER, big DECIMAL(38,10), small DECIMAL(5,2), bytes VARBINARY)",
      `INSERT INTO {t} VALUES
  (1, DECIMAL '1234567890123456789012345678.0123456789', 123.45, X'00FF10'),
  (2, DECIMAL '-0.0000000001', -0.01, X''),
  (3, NULL, NULL, NULL)`,
    ],
    duckdb: [
      "CREATE TABLE {t} (id INTEGER, big DECIMAL(38,10), small DECIMAL(5,2), bytes BLOB)",
      `INSERT INTO {t} VALUES
  (1, '1234567890123456789012345678.0123456789', 123.45, '\\x00\\xFF\\x10'::BLOB),
  (2, '-0.0000000001', -0.01, ''::BLOB),
  (3, NULL, NULL, NULL)`,
    ],
    pyiceberg:
      `make({t}, dict(id=IntegerType(), big=DecimalType(38, 10), small=DecimalType(5, 2), bytes=BinaryType()), [
  (1, Decimal("1234567890123456789012345678.0123456789"), Decimal("123.45"), b"\\x00\\xff\\x10"),
  (2, Decimal("-0.0000000001"), Decimal("-0.01"), b""),
  (3, None, None, None)])`,
  },
  expect: [
    [1, "1234567890123456789012345678.0123456789", "123.45", "00ff10"],
    [2, "-0.0000000001", "-0.01", ""],
    [3, null, null, null],
  ],
};

const NESTED: Kind = {
  ...{ id: "nested", name: "lists, maps and structs" },
  columns: ["id", "list", "map", "struct"],
  scripts: {
    "spark-3.5": [
      "CREATE TABLE {t} (id INT, list ARRAY<INT>, map MAP<STRING, DOUBLE>, struct STRUCT<a: INT, b: ARRAY<STRING>>)",
      `INSERT INTO {t}
  SELECT 1, array(1, NULL, 3), map('x', 1.5D), named_struct('a', 1, 'b', array('p', 'q'))
  UNION ALL SELECT 2, array(), map(), named_struct('a', NULL, 'b', NULL)
  UNION ALL SELECT 3, NULL, NULL, NULL`,
    ],
    trino: [
      "CREATE TABLE {t} (id INTEGER, list ARRAY(INTEGER), map MAP(VARCHAR, DOUBLE), struct ROW(a INTEGER, b ARRAY(VARCHAR)))",
      `INSERT INTO {t} VALUES
  (1, ARRAY[1, NULL, 3], MAP(ARRAY['x'], ARRAY[1.5E0]), ROW(1, ARRAY['p', 'q'])),
  (2, ARRAY[], MAP(), ROW(NULL, NULL)),
  (3, NULL, NULL, NULL)`,
    ],
    duckdb: [
      "CREATE TABLE {t} (id INTEGER, list INTEGER[], map MAP(VARCHAR, DOUBLE), struct STRUCT(a INTEGER, b VARCHAR[]))",
      `INSERT INTO {t} VALUES
  (1, [1, NULL, 3], MAP {'x': 1.5}, {'a': 1, 'b': ['p', 'q']}),
  (2, [], MAP {}, {'a': NULL, 'b': NULL}),
  (3, NULL, NULL, NULL)`,
    ],
    pyiceberg: `make({t}, dict(id=IntegerType(),
  list=ListType(10, IntegerType(), element_required=False),
  map=MapType(11, StringType(), 12, DoubleType(), value_required=False),
  struct=StructType(NestedField(13, "a", IntegerType()), NestedField(14, "b", ListType(15, StringType(), element_required=False)))), [
  (1, [1, None, 3], [("x", 1.5)], {"a": 1, "b": ["p", "q"]}),
  (2, [], [], {"a": None, "b": None}),
  (3, None, None, None)])`,
  },
  expect: [
    [1, [1, null, 3], { x: 1.5 }, { a: 1, b: ["p", "q"] }],
    [2, [], {}, { a: null, b: null }],
    [3, null, null, null],
  ],
};

function written(writer: Writer, kind: Kind): Capability {
  return {
    id: `${kind.id}_by_${short(writer)}`,
    group: "across",
    name: `${WRITERS[writer]} writes ${kind.name}`,
    writer,
    engines: { [writer]: kind.scripts[writer] },
    read: kind.columns,
    expect: kind.expect,
  };
}

const MAKE = [
  "CREATE TABLE {t} (id INTEGER, v DOUBLE)",
  "INSERT INTO {t} VALUES (1, 1.5), (2, 2.5), (3, 3.5), (4, 4.5)",
];
const VERSION_3: Record<string, string> = {
  spark:
    "ALTER TABLE {t} SET TBLPROPERTIES ('format-version'='3', 'write.delete.mode'='merge-on-read')",
  trino: "ALTER TABLE {t} SET PROPERTIES format_version = 3",
  duckdb: "ALTER TABLE {t} SET ('format-version' = '3')",
};

/** Rows that another engine has written, deleted by this one, read by all. */
function deleted(
  writer: Exclude<Writer, "pyiceberg">,
  formatVersion: 2 | 3,
): Capability {
  const engine = short(writer);
  const isMerge = engine === "spark" && formatVersion === 2;
  const script = async ({ run, engines }: ProbeContext): Promise<Answer> => {
    const others: readonly EngineName[] = engine === "trino"
      ? ["spark-3.5", "duckdb"]
      : ["trino", "duckdb", "spark-3.5"];
    const first = others.find((name) => engines.includes(name)) ?? writer;
    for (const statement of MAKE) await run(first, statement);
    if (formatVersion === 3) await run(writer, VERSION_3[engine]!);
    if (isMerge) {
      await run(
        writer,
        "ALTER TABLE {t} SET TBLPROPERTIES ('write.delete.mode'='merge-on-read')",
      );
    }
    await run(writer, "DELETE FROM {t} WHERE id = 2");
    return await run(writer, "DELETE FROM {t} WHERE id = 3");
  };
  const what = formatVersion === 3 ? "deletion vectors" : "files of deletes";
  return {
    id: `${formatVersion === 3 ? "vectors" : "deletes"}_by_${engine}`,
    group: "across",
    name: `${WRITERS[writer]} deletes another's rows by ${what}`,
    ...{ formatVersion, writer, engines: { [writer]: script } },
    read: ["id", "v"],
    expect: [[1, 1.5], [4, 4.5]],
    shows: {
      what: "format of the deletes",
      of: ({ manifests }) => {
        const found = manifests.flatMap(({ files }) => files)
          .filter(({ content }) => content !== "data");
        return [...new Set(found.map(({ format }) => format))].map((one) => [
          one,
        ]);
      },
      expect: [[formatVersion === 3 ? "puffin" : "parquet"]],
    },
  };
}

const INSERTS = 4;

/** Two engines append to one table at the same time. */
async function concurrently(
  { engine, engines, run, note }: ProbeContext,
): Promise<Answer> {
  const partners: readonly EngineName[] = ["trino", "spark-3.5", "duckdb"];
  const partner = partners.find((name) =>
    name !== engine && engines.includes(name)
  );
  if (!partner) throw new EngineError("no second engine that writes is here");
  const insert = (name: EngineName, id: number) =>
    name === "pyiceberg"
      ? `more({t}, [(${id}, ${id}.5)])`
      : `INSERT INTO {t} VALUES (${id}, ${id}.5)`;
  await run(
    engine,
    engine === "pyiceberg"
      ? "make({t}, dict(id=IntegerType(), v=DoubleType()), [])"
      : MAKE[0]!,
  );
  let accepted = 0;
  const refused: string[] = [];
  const writes = async (name: EngineName, first: number) => {
    for (let id = first; id < first + INSERTS; id++) {
      try {
        await run(name, insert(name, id));
        accepted++;
      } catch (error) {
        if (!(error instanceof EngineError)) throw error;
        refused.push(`${name}: ${firstLine(error)}`);
      }
    }
  };
  await Promise.all([writes(engine, 1), writes(partner, 101)]);
  for (const line of refused) note(line);
  const count = await run(
    partner,
    "SELECT count(*), count(DISTINCT id) FROM {t}",
  );
  note(`${engine} and ${partner}: accepted, and rows there`, [
    [accepted, ...count[0] ?? []],
  ]);
  const [rows, distinct] = (count[0] ?? []).map(Number);
  // How many were refused is a matter of luck, and one of them may be there all
  // the same, its answer lost; that none is lost or twice there is not.
  return [[rows! >= accepted && distinct === rows]];
}

/** A view of one engine, read by the others. */
function viewBy(writer: "spark-3.5" | "trino"): Capability {
  return {
    id: `view_by_${short(writer)}`,
    group: "across",
    name: `${WRITERS[writer]} makes a view`,
    writer,
    engines: {
      duckdb: {
        not:
          "DuckDB's iceberg extension reads no views (its documentation of Iceberg catalogs)",
      },
      pyiceberg: {
        not: "PyIceberg runs no SQL to read a view (its API documentation)",
      },
      typescript: { not: "it runs no SQL to read a view" },
      [writer]: "CREATE VIEW {t} AS SELECT 1 AS id, 'a' AS v",
    },
    read: ["id", "v"],
    expect: [[1, "a"]],
    refused: { trino: /^ICEBERG_UNSUPPORTED_VIEW_DIALECT/ },
  };
}

/** What one engine writes, by each of the others. */
export const across: readonly Capability[] = [
  ...[NUMBERS, TIMES, DECIMALS, NESTED].flatMap((kind) =>
    (Object.keys(WRITERS) as Writer[]).map((writer) => written(writer, kind))
  ),
  {
    ...{ id: "evolved_by_spark", group: "across", writer: "spark-3.5" },
    name: "Spark adds, drops, renames, widens; old files stay",
    spark: [
      "CREATE TABLE {t} (id INT, a INT, b DOUBLE, c STRING)",
      "INSERT INTO {t} VALUES (1, 10, 1.5, 'x')",
      "ALTER TABLE {t} ALTER COLUMN a TYPE BIGINT",
      "ALTER TABLE {t} RENAME COLUMN b TO d",
      "ALTER TABLE {t} DROP COLUMN c",
      "ALTER TABLE {t} ADD COLUMN b STRING AFTER id",
      "INSERT INTO {t} VALUES (2, 'new', 9007199254740993, 2.5)",
    ],
    read: ["id", "a", "b", "d"],
    expect: [[1, 10, null, 1.5], [2, 9007199254740993n, "new", 2.5]],
  },
  ...(["spark-3.5", "trino", "duckdb"] as const).flatMap((writer) =>
    ([2, 3] as const).map((version) => deleted(writer, version))
  ),
  {
    ...{ id: "default_by_duckdb", group: "across", formatVersion: 3 },
    name: "DuckDB adds a column with a default",
    writer: "duckdb",
    engines: {
      duckdb: [
        "CREATE TABLE {t} (id INTEGER) WITH ('format-version' = '3')",
        "INSERT INTO {t} VALUES (1), (2)",
        "ALTER TABLE {t} ADD COLUMN w INTEGER DEFAULT 7",
      ],
    },
    read: ["id", "w"],
    expect: [[1, 7], [2, 7]],
  },
  viewBy("spark-3.5"),
  viewBy("trino"),
  {
    ...{ id: "concurrent", group: "across" },
    name: "Two engines append at once, and nothing is lost",
    spark: concurrently,
    engines: {
      trino: concurrently,
      duckdb: concurrently,
      pyiceberg: concurrently,
    },
    expect: [[true]],
  },
];
