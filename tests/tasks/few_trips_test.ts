// Notebook 05 on few trips, and on odd ones: its checks hold for any. Others on a
// month that has no days 29 to 31.
import { assertEquals } from "@std/assert";
import { settings } from "../../lib/core/settings.ts";
import { ask } from "../../lib/trino/ask.ts";
import { ensureTrinoCatalog } from "../../lib/trino/catalog.ts";
import { findNotebooks } from "../../tasks/notebooks/paths.ts";
import { runNotebook } from "../../tasks/notebooks/run.ts";
import { withNamespace } from "../namespace.ts";

const { namespace, table } = settings();
const ALL = `SELECT * FROM ${namespace}.${table}`;
const MONTH = "date_trunc('month', trip_start_timestamp)";

const FEW: Record<string, string> = {
  "one trip": `${ALL} LIMIT 1`,
  "one month": `${ALL} WHERE ${MONTH} =
    (SELECT max(${MONTH}) FROM ${namespace}.${table})`,
  "one company": `${ALL} WHERE company =
    (SELECT min(company) FROM ${namespace}.${table})`,
  "trips without times, places and fares": `SELECT unique_key, taxi_id,
    CAST(NULL AS timestamp(6) with time zone) AS trip_start_timestamp,
    CAST(NULL AS timestamp(6) with time zone) AS trip_end_timestamp,
    CAST(NULL AS bigint) AS trip_seconds, CAST(NULL AS double) AS trip_miles,
    CAST(NULL AS bigint) AS pickup_community_area, CAST(NULL AS double) AS fare,
    0e0 AS tips, trip_total, 'Cash' AS payment_type,
    CAST(NULL AS varchar) AS company FROM (${ALL} LIMIT 9)`,
};

/** The trips of the other notebooks' tests, made where these have not run. */
async function ensureTrips(): Promise<void> {
  await ensureTrinoCatalog();
  const { rows } = await ask(
    `SELECT 1 FROM information_schema.tables WHERE table_schema = '${namespace}' AND table_name = '${table}'`,
  );
  if (rows.length > 0) return;
  for (const path of await findNotebooks(["01", "02", "03", "04"])) {
    assertEquals((await runNotebook(path)).fault, undefined);
  }
}

/** Runs the notebooks; fails with what the first that fails says. */
async function runOn(numbers: string[]): Promise<void> {
  const dir = await Deno.makeTempDir();
  try {
    for (const path of await findNotebooks(numbers)) {
      const { fault } = await runNotebook(path, { dir });
      assertEquals(fault, undefined, path);
    }
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

for (const [few, rows] of Object.entries(FEW)) {
  Deno.test(`notebook 05 runs on ${few}`, async () => {
    await ensureTrips();
    await withNamespace("few_trips", async () => {
      await ask(`CREATE TABLE few_trips.${table} AS ${rows}`);
      await runOn(["05"]);
    });
  });
}

Deno.test("notebooks 06 and 07 run on one February", async () => {
  await ensureTrips();
  await withNamespace("few_trips", async () => {
    await ask(`CREATE TABLE few_trips.${table} AS ${ALL} WHERE ${MONTH} =
      (SELECT max(${MONTH}) FROM ${namespace}.${table}
        WHERE month(trip_start_timestamp) = 2)`);
    await runOn(["06", "07"]);
  });
});
