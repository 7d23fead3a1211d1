import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { LakehouseError } from "../../lib/core/errors.ts";
import { openViews } from "../engines/duckdb/instance.ts";
import { storedType, toParquet } from "./convert.ts";
import { tableName } from "./load.ts";

async function inFolder(
  files: Record<string, string>,
  body: (paths: { from: string; to: string }) => Promise<void>,
): Promise<void> {
  const dir = await Deno.makeTempDir({ prefix: "load's [ü] " });
  const [from, to] = [`${dir}/from`, `${dir}/to`];
  try {
    await Deno.mkdir(`${from}/below`, { recursive: true });
    await Deno.mkdir(to);
    for (const [name, text] of Object.entries(files)) {
      await Deno.writeTextFile(`${from}/${name}`, text);
    }
    await body({ from, to });
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

/** What was written, read again. */
async function rowsIn(dir: string, order: string) {
  const db = await openViews(dir, []);
  try {
    const all = `read_parquet('${
      `${dir}/parts`.replaceAll("'", "''").replaceAll("[", "[[]")
    }/*.parquet')`;
    const { rows } = await db.run(`SELECT * FROM ${all} ORDER BY "${order}"`);
    return rows.map((row) => ({ ...row }));
  } finally {
    await db.close();
  }
}

Deno.test("toParquet() makes one table of files of several kinds and columns", () =>
  inFolder({
    "a.csv": 'order,Pickup Area (ñ)\n1,"Loop, The"\n2,\n',
    "below/b*[1].jsonl": '{"order": 3, "tips": {"cash": 1.5}}\n',
    "empty.csv": "",
    "notes.txt": "no data",
  }, async ({ from, to }) => {
    const made = await toParquet([from], to);
    assertEquals(made.rows, 3);
    assertEquals(made.files.map((path) => path.slice(from.length + 1)), [
      "a.csv",
      "below/b*[1].jsonl",
    ]);
    assertEquals(made.passedOver.map(({ why }) => why), [
      "it is empty",
      "it is no Parquet, CSV or JSON",
    ]);
    assertEquals(made.columns.map(({ name, stored }) => `${name} ${stored}`), [
      "order BIGINT",
      "Pickup Area (ñ) VARCHAR",
      "tips STRUCT(cash DOUBLE)",
    ]);
    const rows = await rowsIn(to, "order");
    assertEquals(rows.map((row) => [row["order"], row["Pickup Area (ñ)"]]), [
      [1n, "Loop, The"],
      [2n, null],
      [3n, null],
    ]);
  }));

Deno.test("toParquet() takes each file once, also where links lead round", () =>
  inFolder({ "below/a.csv": "n\n1\n" }, async ({ from, to }) => {
    await Deno.symlink(from, `${from}/below/up`);
    const { files, rows } = await toParquet([from, `${from}/below`], to);
    assertEquals([files.length, rows], [1, 1]);
  }));

Deno.test("toParquet() finds a column's type by all rows, not by the first", () => {
  const lines = Array.from({ length: 30_000 }, (_, i) => i);
  return inFolder(
    { "late.csv": `code\n${lines.join("\n")}\nX7\n` },
    async ({ from, to }) => {
      const { columns, rows } = await toParquet([`${from}/late.csv`], to);
      assertEquals([columns[0]?.type, rows], ["VARCHAR", 30_001]);
    },
  );
});

Deno.test("toParquet() says what it cannot load, and why", () =>
  inFolder({ "notes.txt": "no", "broken.parquet": "PAR1" }, async (
    { from, to },
  ) => {
    const refused = (paths: string[], why: string) =>
      assertRejects(() => toParquet(paths, to), LakehouseError, why);
    await refused([`${from}/none.csv`], "it is not there");
    await refused([`${from}/notes.txt`], "it is no Parquet, CSV or JSON");
    await refused([`${from}/below`], "there is no file");
    await refused([`${from}/broken.parquet`], "broken.parquet");
  }));

Deno.test("storedType() leaves what all engines know, and writes the rest as text or wider", () => {
  const types: [string, string][] = [
    ["INTEGER", "INTEGER"],
    ["UBIGINT", "DECIMAL(20,0)"],
    ["DECIMAL(18,3)", "DECIMAL(18,3)"],
    ["ENUM('a', 'b')", "VARCHAR"],
    ["TIMESTAMP WITH TIME ZONE", "TIMESTAMP WITH TIME ZONE"],
    ["TIME", "VARCHAR"],
    ["STRUCT(a INTEGER, b VARCHAR[])", "STRUCT(a INTEGER, b VARCHAR[])"],
    ["STRUCT(a UUID)", "JSON"],
    ["INTEGER[3]", "JSON"],
    ["MAP(VARCHAR, DOUBLE)", "MAP(VARCHAR, DOUBLE)"],
  ];
  for (const [type, stored] of types) assertEquals(storedType(type), stored);
});

Deno.test("toParquet() refuses nanoseconds rather than cut them", () =>
  inFolder({}, async ({ from, to }) => {
    const db = await openViews(from, []);
    const path = `${from}/nanos.parquet`.replaceAll("'", "''");
    const write = (time: string) =>
      db.run(
        `COPY (SELECT TIMESTAMP_NS '${time}' AS at) TO '${path}' (FORMAT parquet)`,
      );
    await write("2024-01-01 00:00:00.123456");
    assertEquals((await toParquet([from], to)).rows, 1);
    await Deno.remove(`${to}/parts`, { recursive: true });
    await write("2024-01-01 00:00:00.123456789");
    const error = await assertRejects(() => toParquet([from], to));
    assertStringIncludes(String(error), "nanoseconds");
    await db.close();
  }));

Deno.test("tableName() makes a name that every engine takes", () => {
  assertEquals(tableName("/a/Bike Rides (2024).csv.gz"), "bike_rides_2024");
  assertEquals(tableName("data/Année/"), "annee");
  assertEquals(tableName("2024.parquet"), "t_2024");
  assertEquals(tableName("出租车.csv"), "loaded");
});
