// Notebooks on few trips and on odd ones: their checks hold for any, or say what
// they need.
import { assertEquals, assertStringIncludes } from "@std/assert";
import { catalog } from "../../lib/catalog/config.ts";
import { ensureWarehouse } from "../../lib/catalog/warehouses.ts";
import { settings } from "../../lib/core/settings.ts";
import { submitIngest } from "../../lib/spark/ingest.ts";
import { uploadFiles } from "../../lib/store/staging.ts";
import { ask } from "../../lib/trino/ask.ts";
import { ensureTrinoCatalog } from "../../lib/trino/catalog.ts";
import { generateTrips } from "../../lib/trips/generate.ts";
import { TRIP_COLUMNS } from "../../lib/trips/data_set.ts";
import { removeScratch } from "../../lab/trials/scratch.ts";
import { findNotebooks } from "../../tasks/notebooks/paths.ts";
import { runNotebook } from "../../tasks/notebooks/run.ts";
import { withEnv } from "../support/env.ts";
import { withNamespace } from "../support/namespace.ts";

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
  await ensureWarehouse(catalog());
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
  Deno.test(`notebook 05 runs on ${few}`, () =>
    withTrips(rows, () => runOn(["05"])));
}

/** What trips may be without, and some of the portal's are. */
const MAY_BE_NULL = ["trip_seconds", "trip_miles", "pickup_community_area"]
  .concat("fare", "tips", "trip_total", "company");

/** A query of a table's rows with nulls in these columns. */
function without(columns: readonly string[], rows: string): string {
  const nulls = columns.map((name) => `if(false, ${name}) AS ${name}`);
  const others = TRIP_COLUMNS.map(({ name }) => name)
    .filter((name) => !columns.includes(name));
  return `SELECT ${[...others, ...nulls].join(", ")} FROM (${rows})`;
}

/** The newest trips with their times moved to one day. */
const ONE_DAY = `SELECT unique_key, CAST(TIMESTAMP '2024-02-05 00:00:00 UTC' +
    (trip_start_timestamp - date_trunc('day', trip_start_timestamp))
      AS timestamp(6) with time zone) AS trip_start_timestamp,
    ${
  TRIP_COLUMNS.map(({ name }) => name).slice(1)
    .filter((name) => name !== "trip_start_timestamp").join(", ")
} FROM (${ALL} ORDER BY trip_start_timestamp DESC LIMIT 3000)`;

const FEBRUARY = `${ALL} WHERE ${MONTH} =
  (SELECT max(${MONTH}) FROM ${namespace}.${table}
    WHERE month(trip_start_timestamp) = 2)`;

/** A hundred trips, and yet each day of a month has some. */
const FOUR_A_DAY = `SELECT ${TRIP_COLUMNS.map(({ name }) => name).join(", ")}
  FROM (SELECT *, row_number() OVER (
      PARTITION BY day(trip_start_timestamp) ORDER BY unique_key
    ) AS number FROM (${FEBRUARY}))
  WHERE number <= 4`;

async function withTrips(
  rows: string,
  body: () => Promise<void>,
): Promise<void> {
  await ensureTrips();
  await withNamespace("few_trips", async () => {
    await ask(`CREATE TABLE few_trips.${table} AS ${rows}`);
    await body();
  });
}

// Each takes one to three minutes; `test --all` waits for them.
const ignore = !Deno.env.get("TEST_ALL");

Deno.test({
  name:
    "notebooks 06, 07, 08 and 10 run on one February without amounts and companies",
  ignore,
  fn: () =>
    withTrips(
      without(MAY_BE_NULL, FEBRUARY),
      () => runOn(["06", "07", "08", "10"]),
    ),
});

for (
  const [few, rows] of Object.entries({
    "one February": FEBRUARY,
    "one company": FEW["one company"]!,
    "trips without amounts and companies": without(
      MAY_BE_NULL,
      `${ALL} LIMIT 3000`,
    ),
    "four trips a day": FOUR_A_DAY,
  })
) {
  Deno.test({
    name: `notebooks 06 to 12 run on ${few}`,
    ignore,
    fn: () =>
      withTrips(
        rows,
        () => runOn(["06", "07", "08", "09", "10", "11", "12"]),
      ),
  });
}

Deno.test({
  name: "notebooks run on one day, or say that they need more",
  ignore,
  fn: () =>
    withTrips(ONE_DAY, async () => {
      await runOn(["06", "09", "10", "11", "12"]);
      for (
        const [number, need] of [
          ["07", "The deliveries need trips of days 1 to 28"],
          ["08", "There are trips up to a 10th, and after a 20th"],
        ] as const
      ) {
        const [path] = await findNotebooks([number]);
        const { fault } = await runNotebook(path!);
        assertStringIncludes(fault ?? "nothing was noticed", need);
      }
    }),
});

Deno.test({
  name: "notebooks 05 to 12 run on two thousand trips of another seed",
  ignore,
  async fn() {
    const dir = await Deno.makeTempDir();
    const env = { NAMESPACE: "few_trips", PARQUET_DIR: dir };
    await ensureWarehouse(catalog());
    await ensureTrinoCatalog();
    await withEnv(env, async () => {
      try {
        await generateTrips({ rows: 2_000, seed: 7, dir });
        await uploadFiles();
        await submitIngest();
        await runOn(["05", "06", "07", "08", "09", "10", "11", "12"]);
      } finally {
        await removeScratch("few_trips").catch(() => {});
        await Deno.remove(dir, { recursive: true });
      }
    });
  },
});
