/**
 * A peer of the generator: DuckDB writes trips with the same 23 columns by
 * `COPY`, with random draws in SQL.
 *
 *     deno run -A bench/peers/duckdb_generate.ts ROWS FOLDER
 *
 * Companies, taxis and places come from pools, as in the product; the draws are
 * uniform and independent of each other. Level 1 of zstd is what the product
 * takes too.
 *
 * @module
 */

import { DuckDBInstance } from "@duckdb/node-api";

const POOLS = [
  // 128 hexadecimal digits each, as the public data set has them.
  `CREATE TABLE taxis AS
     SELECT i AS taxi, sha256('a' || i) || sha256('b' || i) AS taxi_id
     FROM range(5000) t(i)`,
  `CREATE TABLE companies AS
     SELECT i AS firm, 'Company ' || i AS company FROM range(50) t(i)`,
  `CREATE TABLE payments AS
     SELECT unnest(range(4)) AS kind,
       unnest(['Cash', 'Credit Card', 'Mobile', 'Prcard']) AS payment_type`,
  `CREATE TABLE places AS
     SELECT i AS place, 17031000000 + i * 100 AS tract, 1 + i % 77 AS area,
       latitude, longitude,
       'POINT (' || longitude || ' ' || latitude || ')' AS location
     FROM (SELECT i, round(41.65 + random() * 0.4, 9) AS latitude,
       round(-87.9 + random() * 0.4, 9) AS longitude FROM range(800) t(i))`,
];

// Seconds from 2013 to the end of 2023.
const SPAN = Math.round((Date.UTC(2024, 0) - Date.UTC(2013, 0)) / 1000);

const TRIPS = `
  WITH draws AS (
    SELECT sha1(number::VARCHAR) AS unique_key,
      (random() * 4999)::INT AS taxi, (random() * 49)::INT AS firm,
      (random() * 3)::INT AS kind,
      (random() * 799)::INT AS pickup, (random() * 799)::INT AS dropoff,
      900 * (random() * ${SPAN} / 900)::BIGINT AS start,
      60 * (random() * 60)::BIGINT AS seconds,
      round(random() * 20, 2) AS miles, round(3.25 + random() * 60, 2) AS fare,
      round(random() * 10, 2) AS tips, round(random() * 5, 2) AS extras
    FROM numbers)
  SELECT unique_key, taxi_id,
    to_timestamp(${Date.UTC(2013, 0) / 1000} + start) AS trip_start_timestamp,
    to_timestamp(${
  Date.UTC(2013, 0) / 1000
} + start + 900 * (seconds // 900)) AS trip_end_timestamp,
    seconds AS trip_seconds, miles AS trip_miles,
    p.tract AS pickup_census_tract, d.tract AS dropoff_census_tract,
    p.area AS pickup_community_area, d.area AS dropoff_community_area,
    fare, tips, 0::DOUBLE AS tolls, extras,
    round(fare + tips + extras, 2) AS trip_total, payment_type, company,
    p.latitude AS pickup_latitude, p.longitude AS pickup_longitude,
    p.location AS pickup_location, d.latitude AS dropoff_latitude,
    d.longitude AS dropoff_longitude, d.location AS dropoff_location
  FROM draws JOIN taxis USING (taxi) JOIN companies USING (firm)
    JOIN payments USING (kind) JOIN places p ON p.place = pickup
    JOIN places d ON d.place = dropoff`;

if (import.meta.main) {
  const [rows = "", dir = ""] = Deno.args;
  const started = performance.now();
  const instance = await DuckDBInstance.create(":memory:", {
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
    preserve_insertion_order: "false",
  });
  const connection = await instance.connect();
  for (const pool of POOLS) await connection.run(pool);
  // A table is read by all cores, range() by one.
  await connection.run(
    `CREATE TABLE numbers AS SELECT range AS number FROM range(${rows})`,
  );
  await connection.run(
    `COPY (${TRIPS}) TO '${dir.replaceAll("'", "''")}'
     (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1,
      PER_THREAD_OUTPUT true, OVERWRITE_OR_IGNORE true)`,
  );
  const seconds = (performance.now() - started) / 1000;
  connection.closeSync();
  instance.closeSync();
  console.log(JSON.stringify({ bench: { seconds } }));
}
