// Data of one's own: from files of several writers to a table, and its profile.
import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { data, engines } from "../../lab/mod.ts";
import { LakehouseError } from "../../lib/core/errors.ts";
import { DISPLAY } from "../../lib/core/kernel.ts";
import { PROJECT_DIR, settings } from "../../lib/core/settings.ts";
import { stagedFiles } from "../../lib/store/staging.ts";
import { catalog } from "../../lib/catalog/config.ts";
import { ensureWarehouse } from "../../lib/catalog/warehouses.ts";
import { ensureTrinoCatalog } from "../../lib/trino/catalog.ts";
import { query } from "../../lib/trino/client.ts";
import { sql } from "../../lib/trino/sql.ts";
import { openViews } from "../../lab/engines/duckdb/instance.ts";
import { python } from "../../stack/install/python.ts";
import { watchTree } from "../../bench/measure/proc.ts";
import { taskArguments } from "../../tasks/dev/task.ts";

const { namespace } = settings();
/** Rows of 1.4 GB of CSV. */
const BIG_ROWS = 9_600_000;

/** A folder of files, and the tables of these names, which are gone afterwards. */
async function withData(
  tables: string[],
  body: (dir: string) => Promise<void>,
): Promise<void> {
  await ensureWarehouse(catalog());
  await ensureTrinoCatalog();
  await query(sql`CREATE SCHEMA IF NOT EXISTS ${sql.id(namespace)}`);
  const dir = await Deno.makeTempDir({ prefix: "own data ü " });
  try {
    await body(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
    for (const table of tables) {
      await query(
        sql`DROP TABLE IF EXISTS ${sql.table(`${namespace}.${table}`)}`,
      );
    }
  }
}

Deno.test("a folder of files that differ becomes one table, and its profile is right", () =>
  withData(["rides"], async (dir) => {
    const folder = `${dir}/Rides`;
    await Deno.mkdir(folder);
    const line = (i: number) =>
      `${i},${i % 4 === 0 ? "" : `Area ${i % 3}`},${(i % 50) / 2},2024-0${
        1 + i % 9
      }-01 08:00:00`;
    await Deno.writeTextFile(
      `${folder}/a.csv`,
      `order,Pickup Area (ñ),fare,at\n${
        Array.from({ length: 600 }, (_, i) => line(i)).join("\n")
      }\n`,
    );
    await Deno.writeTextFile(
      `${folder}/b.jsonl`,
      '{"order": 600, "fare": 7, "where": {"lat": 41.9, "tags": ["x", null]}}\n',
    );
    await Deno.writeTextFile(`${folder}/empty.csv`, "");
    // As pandas and pyarrow write it: nanoseconds without a value of them.
    const { bin } = await python({ packages: "compat" });
    const { success, stderr } = await new Deno.Command(`${bin}/python`, {
      args: [
        "-c",
        `import sys, pyarrow as pa, pyarrow.parquet as pq
from datetime import datetime
pq.write_table(pa.table({
    "order": pa.array([601, 602], pa.uint32()),
    "fare": pa.array([None, 1.25], pa.float32()),
    "at": pa.array([datetime(2024, 12, 1), None], pa.timestamp("ns")),
}), sys.argv[1])`,
        `${folder}/c.parquet`,
      ],
    }).output();
    assert(success, new TextDecoder().decode(stderr));

    const loaded = await data.load(folder);
    assertEquals([loaded.table, loaded.rows, loaded.ingest.rows], [
      ...["rides", 603, 603],
    ]);
    assertEquals(loaded.passedOver.map(({ why }) => why), ["it is empty"]);
    const rides = sql.table(`${namespace}.rides`);
    const { first } = await query(sql`
      SELECT count(*) AS n, sum("order") AS orders, sum(fare) AS fares,
        count("Pickup Area (ñ)") AS areas,
        max(at) = TIMESTAMP '2024-12-01 00:00:00' AS latest,
        max("where".tags[1]) AS tag, max("where".lat) AS lat
      FROM ${rides}`);
    const fares = Array.from({ length: 600 }, (_, i) => (i % 50) / 2)
      .reduce((sum, fare) => sum + fare, 7 + 1.25);
    assertEquals({ ...first }, {
      n: 603n,
      orders: 602n * 603n / 2n,
      fares,
      areas: 450n,
      latest: true,
      ...{ tag: "x", lat: 41.9 },
    });

    const seen = await data.profile("rides");
    const column = (name: string) =>
      seen.columns.find((each) => each.name === name)!;
    assertEquals([seen.rows, seen.keys], [603, ["order"]]);
    assertEquals(column("order").type, "bigint");
    assertEquals([column("order").least, column("order").largest], [
      "0",
      "602",
    ]);
    const area = column("pickup area (ñ)") ?? column("Pickup Area (ñ)");
    assertEquals([area.nulls, area.distinct], [153, 3]);
    assertEquals(
      area.frequent,
      [1, 2, 0].map((n) => ({
        ...{ value: `Area ${n}`, rows: 150 },
      })).sort((a, b) => a.value < b.value ? -1 : 1),
    );
    assertEquals(column("where").distinct, undefined);
    assertEquals(seen.partitions, ["month(at)"]);
    const text = seen[DISPLAY]()["text/plain"]!;
    assertStringIncludes(text, "keys: order");
    assertStringIncludes(
      seen.charts[DISPLAY]()["text/html"]!,
      "data:image/svg+xml",
    );

    // Again, with fewer rows: the table is what the files are now.
    await Deno.remove(`${folder}/a.csv`);
    assertEquals((await data.load(folder)).ingest.rows, 3);
    assertEquals((await stagedFiles("rides")).length, 1);
    assert((await stagedFiles()).every(({ key }) => !key.includes("rides")));
  }));

Deno.test("load() leaves tables alone that came by another way", () =>
  withData(["load_theirs"], async (dir) => {
    const path = `${dir}/load_theirs.csv`;
    await Deno.writeTextFile(path, "n\n1\n2\n");
    const theirs = sql.table(`${namespace}.load_theirs`);
    await query(sql`CREATE TABLE ${theirs} AS SELECT 7 AS n`);
    const refused = (options: object, why: string) =>
      assertRejects(() => data.load(path, options), LakehouseError, why);
    await refused({}, "not loaded by this");
    await refused({ table: settings().table }, "the table of the trips");
    await refused({ table: "../theirs" }, "name it theirs");
    const { first } = await query(sql`SELECT sum(n) AS n FROM ${theirs}`);
    assertEquals(first["n"], 7n);
    const { ingest } = await data.load(path, { replace: true });
    assertEquals(ingest.rows, 2);
  }));

Deno.test("a folder that Spark wrote loads, with names that are odd", () =>
  withData(["by_spark"], async (dir) => {
    {
      await using spark = await engines.sparkSession();
      await spark.sql(
        `INSERT OVERWRITE DIRECTORY '${dir}/By Spark' USING parquet
        SELECT id AS n, timestamp '2024-01-01 08:00:00' AS at, map('a', id) AS m,
          CAST(id AS decimal(38, 10)) AS \`a.b\`, id AS \`it"s\` FROM range(5)`,
      );
    }
    const { rows, passedOver } = await data.load(`${dir}/By Spark`);
    assertEquals(rows, 5);
    assert(passedOver.every(({ path }) => /_SUCCESS|\.crc$/.test(path)));
    const { first } = await query(sql`
      SELECT sum(n) AS n, max(m['a']) AS m, CAST(sum("a.b") AS varchar) AS d,
        max("it""s") AS i, count(DISTINCT at) AS times
      FROM ${sql.table(`${namespace}.by_spark`)}`);
    assertEquals({ ...first }, {
      ...{ n: 10n, m: 4n, d: "10.0000000000", i: 4n, times: 1n },
    });
    const seen = await data.profile("by_spark");
    assertEquals(seen.keys, ["n", "a.b", 'it"s']);
  }));

Deno.test("many columns, and none of rows, load too", () =>
  withData(["load_wide", "load_none"], async (dir) => {
    const names = Array.from({ length: 100 }, (_, i) => `column ${i}`);
    const row = names.map((_, i) => i).join(",");
    await Deno.writeTextFile(
      `${dir}/load_wide.csv`,
      `${names.join(",")}\n${row}\n${row}\n`,
    );
    await data.load(`${dir}/load_wide.csv`);
    const wide = await data.profile("load_wide");
    assertEquals([wide.columns.length, wide.rows, wide.keys], [100, 2, []]);
    assertEquals(wide.columns[99]?.largest, "99");

    const db = await openViews(dir, []);
    const path = `${dir}/load_none.parquet`.replaceAll("'", "''");
    await db.run(`COPY (SELECT 1 AS n WHERE false) TO '${path}'`);
    await db.close();
    assertEquals((await data.load(`${dir}/load_none.parquet`)).ingest.rows, 0);
    const none = await data.profile("load_none");
    assertEquals([none.rows, none.keys, none.columns[0]?.nulls], [0, [], 0]);
  }));

Deno.test("deno task load goes from a path to a profile", () =>
  withData(["load_by_task"], async (dir) => {
    await Deno.writeTextFile(`${dir}/cities.csv`, "city,people\nA,10\nB,20\n");
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: taskArguments("load", `${dir}/cities.csv`, "--table=load_by_task"),
      env: { NO_COLOR: "1" },
    }).output();
    const [out, err] = [stdout, stderr].map((all) =>
      new TextDecoder().decode(all)
    );
    assertEquals(code, 0, err);
    assertStringIncludes(out!, `Table: ${namespace}.load_by_task`);
    assertStringIncludes(out!, "keys: city, people");
  }));

// By pandas 3.1.1 with pyarrow 26.0.1: categories, nulls of integers and of
// booleans, times with and without a zone, lists, an index that has a name.
Deno.test("what pandas wrote goes from its path to a profile", () =>
  withData(["by_pandas"], async (dir) => {
    const path = `${dir}/By pandas.parquet`;
    await Deno.copyFile(
      new URL("data/by_pandas.parquet", import.meta.url),
      path,
    );
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: taskArguments("load", path),
      env: { NO_COLOR: "1" },
    }).output();
    assertEquals(code, 0, new TextDecoder().decode(stderr));
    const out = new TextDecoder().decode(stdout);
    assertStringIncludes(out, `Table: ${namespace}.by_pandas`);
    for (const name of ["station", "riders", "lines", "stop id"]) {
      assertStringIncludes(out, name);
    }
    const { rows } = await query(sql`
      SELECT station, riders, CAST("at" AS varchar) AS "at",
        to_unixtime(seen) AS seen, lines, open,
        CAST(share AS varchar) AS share, "stop id"
      FROM ${sql.table(`${namespace}.by_pandas`)} ORDER BY "stop id"`);
    assertEquals(rows.map((row) => Object.values(row)), [
      [
        ...["Loop", 10n, "2024-01-01 08:00:00.000000", 1704117600],
        ...[["Red", "Blue"], true, "5.0E-1", 7n],
      ],
      ["O'Hare", null, null, 1704117600, [], null, null, 8n],
      [
        ...["Loop", 30n, "2024-03-10 02:30:00.000000", 1704117600],
        ...[null, false, "-2.5E-1", 9n],
      ],
    ]);
  }));

Deno.test({
  name: "deno task load takes in more than it may hold in memory",
  // Minutes of processor time.
  ignore: !Deno.env.get("TEST_ALL"),
  fn: () =>
    withData(["load_big"], async (dir) => {
      const limit = 512e6;
      const db = await openViews(dir, [
        `SET GLOBAL memory_limit = '${limit} B'`,
        "SET GLOBAL preserve_insertion_order = false",
      ]);
      const path = `${dir}/load_big.csv`;
      await db.run(`
        COPY (
          SELECT i AS id, md5(i::VARCHAR) || md5((i + 1)::VARCHAR) AS key,
            TIMESTAMP '2024-01-01' + to_seconds(i) AS at, (i % 977) / 7.0 AS fare,
            i % 77 AS area, md5((i % 1000)::VARCHAR) AS company
          FROM range(${BIG_ROWS}) t(i)
        ) TO '${path.replaceAll("'", "''")}'`);
      await db.close();
      const { size } = await Deno.stat(path);
      assert(size > 2 * limit, `${size} bytes`);
      // What runs in a process of its own, where its memory can be told.
      const convert = `file://${PROJECT_DIR}/lab/data/convert.ts`;
      const child = new Deno.Command(Deno.execPath(), {
        args: [
          ...["eval", "--no-lock", `--config=${PROJECT_DIR}/deno.json`],
          `const { toParquet } = await import(${JSON.stringify(convert)});
           const made = await toParquet([${JSON.stringify(path)}],
             ${JSON.stringify(`${dir}/made`)}, undefined, ${limit});
           const status = Deno.readTextFileSync("/proc/self/status");
           console.log(made.rows, status.match(/VmHWM:\\s+(\\d+)/)[1] * 1024);
           Deno.exit();`,
        ],
      });
      await Deno.mkdir(`${dir}/made`);
      const { stdout, stderr } = await child.output();
      const [rows, most] = new TextDecoder().decode(stdout).split(" ")
        .map(Number);
      assertEquals(rows, BIG_ROWS, new TextDecoder().decode(stderr));
      assert(most! < size, `${most} bytes`);

      const load = new Deno.Command(Deno.execPath(), {
        args: taskArguments("load", path, "--no-profile"),
        env: { NO_COLOR: "1", SPARK_DRIVER_MEMORY: "1g" },
        ...{ stdout: "piped", stderr: "piped" },
      }).spawn();
      const watch = watchTree(load.pid);
      const { code, stderr: said } = await load.output();
      const { rss } = watch.end();
      assertEquals(code, 0, new TextDecoder().decode(said));
      console.log(`of ${size} bytes: DuckDB's process ${most}, all ${rss}`);
      const { first } = await query(
        sql`SELECT count(*) AS n FROM ${sql.table(`${namespace}.load_big`)}`,
      );
      assertEquals(first["n"], BigInt(BIG_ROWS));
    }),
});
