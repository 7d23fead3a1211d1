import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { openViews } from "../../lab/engines/duckdb/instance.ts";
import { generateTrips } from "../../lib/trips/generate.ts";
import { questions, translate } from "./dialects.ts";

Deno.test("questions() are those of notebook 05, ten of them", async () => {
  const asked = questions("taxi_trips", "Trino");
  assertEquals(asked.length, 10);
  const notebook = JSON.parse(
    await Deno.readTextFile(
      new URL("../../notebooks/05-analyze.ipynb", import.meta.url),
    ),
  );
  const words = (text: string) => text.replaceAll(/\W+/g, " ");
  const cells = words(
    notebook.cells.map(({ source }: { source: string[] }) => source.join(""))
      .join("\n"),
  );
  for (const [name, sql] of asked) {
    // Values and names stand there as ${…}; the first line has none.
    assertStringIncludes(cells, words(sql.split("\n")[0]!), name);
  }
});

Deno.test("DuckDB understands every question and finds all trips", async () => {
  const dir = await Deno.makeTempDir();
  try {
    await generateTrips({ rows: 20_000, dir });
    const db = await openViews(dir, [
      `CREATE VIEW trips AS SELECT * FROM read_parquet('${dir}/*.parquet')`,
    ]);
    for (const [name, sql] of questions("trips", "DuckDB")) {
      const { rows } = await db.run(sql);
      assert(rows.length > 1, name);
      if (name !== "tripsByHourOfWeek" && name !== "tripsByMonth") continue;
      const trips = rows.reduce((sum, { trips }) => sum + Number(trips), 0);
      assertEquals(trips, 20_000, name);
    }
    await db.close();
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("translate() keeps a quote within a text for Spark", () => {
  assertEquals(
    translate(`SELECT 'O''Hare' FROM "bench"."trips"`, "Spark"),
    "SELECT 'O\\'Hare' FROM `bench`.`trips`",
  );
});
