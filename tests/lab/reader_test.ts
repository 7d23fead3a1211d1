// What other writers leave, as the TypeScript reader and DuckDB see it: the values
// that the engines see, or a refusal that says why.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { DuckDBInstance } from "@duckdb/node-api";
import { catalog } from "../../lib/catalog/config.ts";
import { getWarehouse } from "../../lib/catalog/warehouses.ts";
import { LakehouseError } from "../../lib/core/errors.ts";
import { s3Client } from "../../lib/store/s3.ts";
import { query } from "../../lib/trino/client.ts";
import type { Row } from "../../lib/trino/rows.ts";
import { openEngines } from "../../lab/compat/engines/mod.ts";
import { duckdb } from "../../lab/engines/duckdb/duckdb.ts";
import { sparkSession } from "../../lab/engines/spark_session.ts";
import { readRows } from "../../lab/iceberg/rows.ts";
import { tableTree } from "../../lab/iceberg/snapshots.ts";
import { filesOf } from "../../lab/iceberg/tree.ts";
import { ensureTools } from "../../stack/tools.ts";
import { withNamespace } from "../support/namespace.ts";

const NAMESPACE = "reader_test";

const place = ({ id }: Row) => id === null ? Infinity : Number(id);
const byId = (a: Row, b: Row) => place(a) < place(b) ? -1 : 1;

/** Rows of a table by both readers, which agree, in the order of `id`. */
async function read(table: string, order = "id"): Promise<Row[]> {
  const tree = await tableTree(NAMESPACE, table);
  const own = (await Array.fromAsync(readRows(tree))).flat().sort(byId);
  await using db = await duckdb({ t: tree });
  assertEquals((await db.sql(`FROM t ORDER BY ${order}`)).rows, own, table);
  return own;
}

/** The same, and Trino agrees. */
async function everywhere(table: string): Promise<Row[]> {
  const rows = await read(table);
  const theirs = await query(`SELECT * FROM ${table} ORDER BY id`);
  assertEquals(rows, theirs.rows, table);
  return rows;
}

/** Puts a Parquet file of a query's rows into the table's bucket; without ids. */
async function put(key: string, rows: string, options = ""): Promise<number> {
  const path = await Deno.makeTempFile({ suffix: ".parquet" });
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  await connection.run("SET TimeZone = 'UTC'");
  await connection.run(
    `COPY (${rows}) TO '${path}' (FORMAT parquet${options})`,
  );
  instance.closeSync();
  const { bucket: Bucket } = await getWarehouse(catalog());
  const client = await s3Client();
  const Body = await Deno.readFile(path);
  await client.send(new PutObjectCommand({ Bucket, Key: key, Body }));
  client.destroy();
  await Deno.remove(path);
  return Body.length;
}

async function bucket(): Promise<string> {
  return (await getWarehouse(catalog())).bucket;
}

const VALUES = `SELECT 1 AS id, 'a' AS name, 1.5::DECIMAL(9,2) AS money,
    TIMESTAMPTZ '2024-03-05 13:45:00.123456Z' AS at, DATE '2024-02-29' AS day, [1, NULL] AS tags
  UNION ALL SELECT 2, NULL, NULL, NULL, NULL, NULL`;
const EXPECTED = [
  {
    ...{
      id: 1,
      name: "a",
      money: "1.50",
      at: "2024-03-05 13:45:00.123456 UTC",
    },
    ...{ day: "2024-02-29", tags: [1, null] },
  },
  { id: 2, name: null, money: null, at: null, day: null, tags: null },
];

Deno.test("tables that Spark writes, with its many properties", async (t) => {
  await withNamespace(NAMESPACE, async () => {
    await using spark = await sparkSession();
    const columns =
      "id INT, name STRING, money DECIMAL(9,2), at TIMESTAMP, day DATE, tags ARRAY<INT>";

    await t.step({
      name: "files added as they are, by the names of columns",
      // Spark takes two minutes to add one file here; `test --all` waits for it.
      ignore: !Deno.env.get("TEST_ALL"),
      fn: async () => {
        await put("outside/spark/a.parquet", VALUES);
        await spark.sql(`CREATE TABLE added (${columns}) USING iceberg`);
        await spark.sql(
          `CALL lakehouse.system.add_files(table => '${NAMESPACE}.added',
        source_table => '\`parquet\`.\`s3a://${await bucket()}/outside/spark\`')`,
        );
        assertEquals(await everywhere("added"), EXPECTED);
        // The mapping gives a name that comes back to the new column.
        await spark.sql("ALTER TABLE added RENAME COLUMN name TO title");
        await spark.sql("ALTER TABLE added ADD COLUMN name STRING");
        const [row] = await everywhere("added");
        assertEquals([row!.title, row!.name], [null, "a"]);
        await query("DELETE FROM added WHERE id = 1");
        assertEquals((await everywhere("added")).map(({ id }) => id), [2]);
      },
    });

    await t.step("every compression, of data and of manifests", async () => {
      for (
        const [data, manifests] of [
          ...[["uncompressed", "uncompressed"], ["snappy", "snappy"]],
          ...[["gzip", "gzip"], ["zstd", "zstd"], ["lz4_raw", "gzip"]],
        ]
      ) {
        const table = `codec_${data}`;
        await spark.sql(
          `CREATE TABLE ${table} (${columns}) USING iceberg TBLPROPERTIES (
          'write.parquet.compression-codec' = '${data}',
          'write.avro.compression-codec' = '${manifests}',
          'write.manifest.compression-codec' = '${manifests}')`,
        );
        await spark.sql(
          `INSERT INTO ${table} SELECT 1, 'a', 1.5, TIMESTAMP '2024-03-05 13:45:00.123456',
          DATE '2024-02-29', array(1, NULL) UNION ALL SELECT 2, NULL, NULL, NULL, NULL, NULL`,
        );
        // Trino takes no table with that property.
        const rows = data === "lz4_raw" ? read(table) : everywhere(table);
        assertEquals(await rows, EXPECTED, table);
      }
    });

    await t.step("files of Avro and ORC are refused by name", async () => {
      for (const format of ["avro", "orc"]) {
        await spark.sql(
          `CREATE TABLE in_${format} USING iceberg TBLPROPERTIES ('write.format.default' = '${format}')
          AS SELECT 1 AS id`,
        );
        await assertRejects(
          () => read(`in_${format}`),
          LakehouseError,
          `is a file of ${format}`,
        );
      }
    });

    for (const version of [1, 2, 3]) {
      await t.step(
        `version ${version}: columns and partitions that change, deletes`,
        async () => {
          const table = `v${version}`;
          const modes = version > 1
            ? ", 'write.delete.mode' = 'merge-on-read', 'write.update.mode' = 'merge-on-read'"
            : "";
          await spark.sql(
            `CREATE TABLE ${table} (id INT, f FLOAT, d DECIMAL(5,2), kind STRING,
            pair STRUCT<a: INT, b: STRING>, pairs MAP<INT, STRUCT<x: DATE>>, raw BINARY,
            keys MAP<BINARY, DOUBLE>)
          USING iceberg PARTITIONED BY (kind)
          TBLPROPERTIES ('format-version' = '${version}'${modes})`,
          );
          await spark.sql(
            `INSERT INTO ${table} SELECT id, CAST(0.1 AS FLOAT), 1.25, IF(id < 3, 'k', 'l'),
            named_struct('a', id, 'b', 'x'), map(id, named_struct('x', DATE '2024-02-29')), X'00FF',
            map(X'00FF', 1.5D)
          FROM VALUES 1, 2, 3, 4 AS v(id)`,
          );
          for (
            const change of [
              "ALTER COLUMN id TYPE BIGINT",
              "ALTER COLUMN f TYPE DOUBLE",
              "ALTER COLUMN d TYPE DECIMAL(9,2)",
              "RENAME COLUMN pair.b TO c",
              "ADD COLUMN pair.b INT",
              "ADD COLUMN pairs.value.y INT",
              "DROP PARTITION FIELD kind",
              "ADD PARTITION FIELD bucket(2, id)",
            ]
          ) await spark.sql(`ALTER TABLE ${table} ${change}`);
          await spark.sql(
            `INSERT INTO ${table} VALUES (5, 0.5, 1234567.25, NULL,
            named_struct('a', NULL, 'c', 'y', 'b', 7), map(9, NULL, 10, named_struct('x', NULL, 'y', 1)), NULL, NULL)`,
          );
          await spark.sql(`DELETE FROM ${table} WHERE id = 2`);
          await spark.sql(`DELETE FROM ${table} WHERE id = 3`);
          const rows = await everywhere(table);
          assertEquals(rows.map(({ id }) => id), [1n, 4n, 5n]);
          assertEquals(rows[0], {
            ...{ id: 1n, f: Math.fround(0.1), d: "1.25", kind: "k" },
            ...{ pair: { a: 1, c: "x", b: null } },
            ...{ pairs: { 1: { x: "2024-02-29", y: null } } },
            raw: new Uint8Array([0, 255]),
            keys: { "0x00ff": 1.5 },
          });
          assertEquals(rows[2]!.pairs, { 9: null, 10: { x: null, y: 1 } });
          const tree = await tableTree(NAMESPACE, table);
          assertEquals(tree.table.formatVersion, version);
          const formats = filesOf(tree).filter(({ content }) =>
            content !== "data"
          )
            .map(({ format }) => format);
          assertEquals(
            [...new Set(formats)],
            [[], ["parquet"], ["puffin"]][version - 1],
          );
          const { snapshots } = tree.table;
          assertEquals(
            snapshots.slice(1).map(({ parentId }) => parentId),
            snapshots.slice(0, -1).map(({ id }) => id),
          );
        },
      );
    }

    await t.step("deletes by equality", async () => {
      await spark.sql("CREATE TABLE equal (id INT, name STRING) USING iceberg");
      await spark.sql(
        "INSERT INTO equal VALUES (1, 'a'), (2, 'b'), (NULL, 'c')",
      );
      await spark.sql(
        `EQUALITY DELETE FROM lakehouse.${NAMESPACE}.equal WHERE id = 2`,
      );
      await spark.sql("INSERT INTO equal VALUES (2, 'again')");
      await spark.sql("ALTER TABLE equal ALTER COLUMN id TYPE BIGINT");
      assertEquals((await read("equal")).map(({ name }) => name).sort(), [
        "a",
        "again",
        "c",
      ]);
    });
  });
});

Deno.test("tables that PyIceberg and DuckDB write", async (t) => {
  await withNamespace(NAMESPACE, async () => {
    const tools = await ensureTools({ python: true });
    await using opened = await openEngines(
      tools,
      ["pyiceberg", "duckdb"],
      AbortSignal.timeout(300_000),
    );
    const [pyiceberg, ducks] = opened.engines;
    assert(pyiceberg && ducks, JSON.stringify(opened.absent));
    const run = (engine: typeof ducks, text: string) =>
      engine.run(text, AbortSignal.timeout(120_000));

    await t.step("files that PyIceberg adds as they are", async () => {
      await put(
        "outside/py/a.parquet",
        VALUES.replaceAll("SELECT", "SELECT 'k' AS kind,"),
      );
      await run(
        pyiceberg,
        `make("${NAMESPACE}.py", Schema(NestedField(1, "id", IntegerType()), NestedField(2, "name", StringType()),
  NestedField(3, "money", DecimalType(9, 2)), NestedField(4, "at", TimestamptzType()), NestedField(5, "day", DateType()),
  NestedField(6, "tags", ListType(7, IntegerType(), element_required=False)), NestedField(8, "kind", StringType())), [],
  partition_spec=PartitionSpec(PartitionField(8, 1000, IdentityTransform(), "kind")))
table("${NAMESPACE}.py").add_files(["s3://${await bucket()}/outside/py/a.parquet"])`,
      );
      assertEquals(
        await everywhere("py"),
        EXPECTED.map((row) => ({ ...row, kind: "k" })),
      );
    });

    await t.step("partitions whose values no file has", async () => {
      const place = await bucket();
      const size = await put("outside/hive/x.parquet", VALUES);
      const file = (code: string, month: number) =>
        `files.append_data_file(DataFile.from_args(_table_format_version=2, content=DataFileContent.DATA,
      file_path="s3://${place}/outside/hive/${code}.parquet", file_format=FileFormat.PARQUET,
      partition=Record("${code}", ${month}), record_count=2, file_size_in_bytes=${size}, spec_id=0,
      column_sizes={}, value_counts={}, null_value_counts={}, nan_value_counts={}, lower_bounds={}, upper_bounds={}))`;
      await put("outside/hive/y.parquet", VALUES);
      await run(
        pyiceberg,
        `from pyiceberg.manifest import DataFile, DataFileContent, FileFormat
from pyiceberg.typedef import Record
make("${NAMESPACE}.hive", Schema(NestedField(1, "id", IntegerType()), NestedField(2, "name", StringType()),
  NestedField(3, "code", StringType()), NestedField(4, "month", LongType())), [],
  partition_spec=PartitionSpec(PartitionField(3, 1000, IdentityTransform(), "code"), PartitionField(4, 1001, IdentityTransform(), "month")))
hive = table("${NAMESPACE}.hive")
with hive.transaction() as change:
    change.set_properties(**{"schema.name-mapping.default": hive.schema().name_mapping.model_dump_json()})
    with change.update_snapshot().fast_append() as files:
        ${file("x", 1)}
        ${file("y", 2)}`,
      );
      const rows = await read("hive", "id, code");
      const theirs = await query("SELECT * FROM hive ORDER BY id, code");
      assertEquals(rows, theirs.rows);
      assertEquals(
        rows.map(({ id, code, month }) => `${id} ${code} ${month}`).sort(),
        ["1 x 1", "1 y 2", "2 x 1", "2 y 2"],
      );
    });

    await t.step("every compression of PyIceberg's", async () => {
      const make = (table: string, data: string, manifests: string) =>
        run(
          pyiceberg,
          `make("${NAMESPACE}.${table}", dict(id=IntegerType(), raw=FixedType(2), u=UUIDType(), clock=TimeType()),
  [(1, b"\\x00\\xff", uuid.UUID("12151fd2-7586-11e9-8f9e-2a86e4085a59").bytes, datetime.time(1, 2, 3, 4)), (2, None, None, None)],
  properties={"write.parquet.compression-codec": "${data}", "write.avro.compression-codec": "${manifests}"})`,
        );
      for (
        const [data, manifests] of [
          ...[["uncompressed", "null"], ["snappy", "null"], ["gzip", "gzip"]],
          ...[["zstd", "zstd"], ["brotli", "deflate"]],
        ] as [string, string][]
      ) {
        await make(`py_${data}`, data, manifests);
        assertEquals(await read(`py_${data}`), [
          {
            ...{ id: 1, raw: new Uint8Array([0, 255]) },
            u: "12151fd2-7586-11e9-8f9e-2a86e4085a59",
            clock: "01:02:03.000004",
          },
          { id: 2, raw: null, u: null, clock: null },
        ], data);
      }
      await make("py_bzip2", "zstd", "bzip2");
      await assertRejects(
        () => read("py_bzip2"),
        LakehouseError,
        "it is compressed with bzip2",
      );
    });

    await t.step("defaults of columns that came later", async () => {
      const table = `lakehouse.${NAMESPACE}.late`;
      await run(
        ducks,
        `CREATE TABLE ${table} (id INTEGER) WITH ('format-version' = '3')`,
      );
      await run(ducks, `INSERT INTO ${table} VALUES (1)`);
      const kinds = [
        ["n", "BIGINT", "9007199254740993", 9007199254740993n],
        ["s", "VARCHAR", "'it''s'", "it's"],
        ["b", "BOOLEAN", "true", true],
        ["x", "DOUBLE", "0.1", 0.1],
      ] as const;
      const taken: (readonly [string, unknown])[] = [];
      for (const [name, type, sql, value] of kinds) {
        await run(
          ducks,
          `ALTER TABLE ${table} ADD COLUMN ${name} ${type} DEFAULT ${sql}`,
        );
        taken.push([name, value]);
      }
      assertEquals(await read("late"), [{
        id: 1,
        ...Object.fromEntries(taken),
      }]);
    });
  });
});
