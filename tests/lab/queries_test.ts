// The named questions, on a small table of known trips.
import { assertEquals } from "@std/assert";
import { catalog } from "../../lib/catalog/config.ts";
import { ensureWarehouse } from "../../lib/catalog/warehouses.ts";
import { settings } from "../../lib/core/settings.ts";
import * as queries from "../../lab/engines/queries.ts";
import { type Sql, sql } from "../../lib/trino/sql.ts";
import { query } from "../../lib/trino/client.ts";
import { ensureTrinoCatalog } from "../../lib/trino/catalog.ts";

const COLUMNS = [
  "company",
  "trip_start_timestamp",
  "trip_seconds",
  "trip_miles",
  "pickup_community_area",
  "fare",
  "tips",
  "trip_total",
  "payment_type",
];

const at = (text: string) => sql.timestamp(`${text} UTC`);
const trip = (
  company: string | null,
  start: Sql,
  area: number | null,
  fare: number,
  tips: number,
  type: string,
) =>
  sql`(${company}, ${start}, ${600}, ${sql.double(3)}, ${area}, ${
    sql.double(fare)
  }, ${sql.double(tips)}, ${sql.double(fare + tips)}, ${type})`;

const TRIPS = [
  trip("Sun's Taxi", at("2019-12-31 23:45:00"), 8, 10, 2, "Credit Card"),
  trip("Sun's Taxi", at("2020-01-01 00:00:00"), 76, 40, 0, "Cash"),
  trip(null, at("2020-01-06 08:00:00"), null, 10.5, 0, "Cash"),
  trip("Flash Cab", at("2020-01-06 08:15:00"), 56, 30, 3, "Mobile"),
  trip("Flash Cab", at("2020-01-06 08:30:00"), 8, 200, 0, "Unknown"),
  trip("Flash Cab", at("2020-01-06 08:45:00"), 8, 10, 1, "Credit Card"),
];

async function withTrips(body: (table: string) => Promise<void>) {
  await ensureWarehouse(catalog());
  await ensureTrinoCatalog();
  const table = `${settings().trinoCatalog}.queries_test.trips`;
  await query("CREATE SCHEMA IF NOT EXISTS queries_test");
  try {
    await query(sql`CREATE OR REPLACE TABLE ${sql.table(table)} AS
      SELECT * FROM (VALUES ${sql.join(TRIPS)})
      AS t(${sql.join(COLUMNS.map((name) => sql.id(name)))})`);
    await body(table);
  } finally {
    await query(sql`DROP TABLE IF EXISTS ${sql.table(table)}`);
    await query("DROP SCHEMA IF EXISTS queries_test");
  }
}

Deno.test("each named question gives the answer that its trips have", async () => {
  await withTrips(async (table) => {
    const rows = async (question: Sql) => (await query(question)).rows;
    assertEquals(await rows(queries.tripsByCompany({ table, limit: 2 })), [
      { company: "Flash Cab", trips: 3n, revenue: 244 },
      { company: "Sun's Taxi", trips: 2n, revenue: 52 },
    ]);
    assertEquals(await rows(queries.tripsByMonth({ table })), [
      { month: "2019-12-01 00:00:00.000000 UTC", trips: 1n },
      { month: "2020-01-01 00:00:00.000000 UTC", trips: 5n },
    ]);
    assertEquals(await rows(queries.tripsByHourOfWeek({ table })), [
      { day: 1n, weekday: "Mon", hour: 8n, trips: 4n },
      { day: 2n, weekday: "Tue", hour: 23n, trips: 1n },
      { day: 3n, weekday: "Wed", hour: 0n, trips: 1n },
    ]);
    const cards = sql`payment_type = ${"Credit Card"}`;
    assertEquals(
      await rows(queries.tipsByPaymentType({ table, where: cards })),
      [
        { payment_type: "Credit Card", trips: 2n, tipped: 1, tip_share: 0.15 },
      ],
    );
    assertEquals((await rows(queries.tripsByPickupArea({ table })))[0], {
      area: 8,
      trips: 3n,
    });
    assertEquals(await rows(queries.faresByOrigin({ table })), [
      { year: 2019n, origin: "City", trips: 1n, mean_fare: 10 },
      { year: 2020n, origin: "City", trips: 2n, mean_fare: 105 },
      { year: 2020n, origin: "Midway", trips: 1n, mean_fare: 30 },
      { year: 2020n, origin: "O'Hare", trips: 1n, mean_fare: 40 },
    ]);
    assertEquals(await rows(queries.tripsByFare({ table, dollars: 30 })), [
      { dollars: 10, trips: 3n },
      { dollars: 30, trips: 1n },
    ]);
    // Six trips are fewer than the question shows.
    assertEquals(await rows(queries.faresByDistance({ table })), []);
    assertEquals(await rows(queries.paymentsByYear({ table })), [
      { year: 2019n, payment_type: "Credit Card", share: 1 },
      { year: 2020n, payment_type: "Cash", share: 0.5 },
      { year: 2020n, payment_type: "Credit Card", share: 0.25 },
      { year: 2020n, payment_type: "Mobile", share: 0.25 },
    ]);
    assertEquals(
      await rows(queries.paymentsByYear({ table, types: ["Mobile"] })),
      [{ year: 2020n, payment_type: "Mobile", share: 1 }],
    );
    assertEquals(await rows(queries.speedByHour({ table })), [
      { hour: 0n, mph: 18 },
      { hour: 8n, mph: 18 },
      { hour: 23n, mph: 18 },
    ]);
  });
});
