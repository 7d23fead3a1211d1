// Parquet that pyarrow, pandas and DuckDB write: cast where nothing is lost, else
// refused with the file, the column, what was found and what is wanted.
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { catalog } from "../../lib/catalog/config.ts";
import { ensureWarehouse } from "../../lib/catalog/warehouses.ts";
import { LakehouseError } from "../../lib/core/errors.ts";
import { PROJECT_DIR } from "../../lib/core/settings.ts";
import { submitIngest } from "../../lib/spark/ingest.ts";
import { uploadFiles } from "../../lib/store/staging.ts";
import { TRIP_COLUMNS } from "../../lib/trips/data_set.ts";
import { query } from "../../lib/trino/client.ts";
import { ensureTrinoCatalog } from "../../lib/trino/catalog.ts";
import { ensureTools } from "../../stack/tools.ts";
import { withEnv } from "../support/env.ts";

const TABLE = "foreign_files_test";
const ROWS = 50;

/** Runs `body` on a folder of files that another program has written. */
async function withFiles(
  which: "good" | "types" | "values",
  body: () => Promise<void>,
): Promise<void> {
  const dir = await Deno.makeTempDir();
  try {
    const { python } = await ensureTools({ python: true });
    const { success, stderr } = await new Deno.Command(python!, {
      args: ["-I", `${PROJECT_DIR}/tests/lib/foreign_files.py`, dir, which],
      stdout: "null",
      stderr: "piped",
    }).output();
    assertEquals(success, true, new TextDecoder().decode(stderr));
    await withEnv({ TABLE, PARQUET_DIR: dir }, async () => {
      await ensureWarehouse(catalog());
      await uploadFiles();
      await body();
    });
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

const countRows = async () =>
  (await query(`SELECT count(*) AS n FROM ${TABLE}`)).first.n;

Deno.test("submitIngest() takes files of others where no value loses anything", async () => {
  await withFiles("good", async () => {
    const { rows, files, leftOut } = await submitIngest();
    assertEquals([rows, files, leftOut], [8 * ROWS, 8, ["note"]]);
    await ensureTrinoCatalog();
    // Each file has the same rows, but for the first letter of their keys.
    const columns = TRIP_COLUMNS.map(({ name }) => name).filter((name) =>
      name !== "unique_key"
    );
    const { rows: distinct } = await query(
      `SELECT substr(unique_key, 2) AS place, ${columns.join(", ")},
        array_join(array_agg(substr(unique_key, 1, 1) ORDER BY unique_key), '') AS files
      FROM ${TABLE} GROUP BY ${columns.map((_, i) => i + 2).join(", ")}, 1
      ORDER BY CAST(substr(min(unique_key), 2) AS integer)`,
    );
    assertEquals(
      distinct.map(({ files }) => files),
      Array(ROWS).fill("abcdefgh"),
    );
    const [first, second] = distinct;
    assertEquals(first!.trip_start_timestamp, "2024-03-05 13:45:00.123456 UTC");
    assertEquals([first!.trip_seconds, second!.trip_seconds], [null, 60n]);
    assertEquals(second!.pickup_census_tract, 17031081404n);
    assertEquals([second!.fare, second!.taxi_id], [1.25, "taxi ü 1"]);
  });
});

/** What the ingest says of the files; the table is as it was. */
async function refusal(which: "types" | "values"): Promise<string> {
  let message = "";
  await withFiles(which, async () => {
    const before = await countRows();
    const error = await assertRejects(() => submitIngest(), LakehouseError);
    message = error.message;
    assertEquals(await countRows(), before);
  });
  return message;
}

Deno.test("submitIngest() names the file, the columns and the types that it cannot cast", async () => {
  const message = await refusal("types");
  for (
    const part of [
      "Cannot ingest bad.parquet",
      'column "trip_start_timestamp" is int96, not timestamp',
      'column "trip_seconds" is boolean, not long',
      'column "trip_miles" is binary (STRING), not double',
      'column "fare" is missing, "Fare" is there',
      "1 more file cannot either: packed.parquet",
      "write bad.parquet again",
      "Nothing was written",
    ]
  ) assertStringIncludes(message, part);
});

Deno.test("submitIngest() names the file, the columns and the values that a cast would change", async () => {
  const message = await refusal("values");
  for (
    const part of [
      "Cannot ingest bad.parquet",
      'column "trip_start_timestamp" is int64 (TIMESTAMP(NANOS,true)), not timestamp, and 50 of its values have nanoseconds',
      'column "trip_seconds" is double, not long, and 1 of its values are no whole numbers up to 2^53, such as 12.5',
      'column "pickup_census_tract" is int64 (INTEGER(64,false)), not long',
      "such as 9223372036854775808",
      'column "dropoff_census_tract" is double, not long',
      "such as NaN",
      'column "fare" is int64, not double, and 1 of its values are beyond 2^53, such as 9007199254740993',
      "have more digits than a double, such as 0.12345678901234567890123",
      'column "company" is binary, not string, and 1 of its values are no text of UTF-8',
      "Nothing was written",
    ]
  ) assertStringIncludes(message, part);
  await query(`DROP TABLE ${TABLE}`);
});
