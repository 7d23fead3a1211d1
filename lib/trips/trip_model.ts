/**
 * Everything that a run of trips is drawn from, and the rows under way.
 *
 * @module
 */

import { type ArrowBatch, arrowBatch, type ArrowColumn } from "./parquet.ts";
import { calendar } from "./calendar.ts";
import { TRIP_COLUMNS } from "./data_set.ts";
import { COMPANY_NAMES, fleet } from "./fleet.ts";
import { PAYMENT_TYPES, payments } from "./money.ts";
import { geography } from "./places.ts";
import { mix } from "./random.ts";

type Ride = "start_timestamp" | "end_timestamp" | "seconds" | "miles" | "total";
type Fare = "fare" | "tips" | "tolls" | "extras" | "payment_type";
type Place = "census_tract" | "community_area" | "location" | Coordinate;
type Coordinate = "latitude" | "longitude";

/** Columns of a batch by name, to be filled. */
type TripColumns = Readonly<
  Record<
    | "unique_key"
    | "taxi_id"
    | "company"
    | Fare
    | `trip_${Ride}`
    | `${"pickup" | "dropoff"}_${Place}`,
    ArrowColumn
  >
>;

/** What decides the rows. */
export interface TripArguments {
  /** Rows of the whole run. */
  readonly rows: number;
  /** Seed of all draws. */
  readonly seed: number;
  /** Year of the first trips. */
  readonly firstYear: number;
  /** Year of the last trips. */
  readonly lastYear: number;
}

/** The tables trips are drawn from, and room for one batch; see {@linkcode tripModel}. */
export type TripModel = Readonly<ReturnType<typeof tripModel>>;

/**
 * Builds all tables for a run.
 *
 * @param capacity Rows of the largest batch.
 */
export function tripModel(run: TripArguments, capacity: number) {
  const { rows, seed, firstYear, lastYear } = run;
  const length = lastYear - firstYear + 1;
  const years = Array.from({ length }, (_, i) => firstYear + i);
  // Scrambled, so that neighbouring seeds have nothing in common.
  const seedHash = mix(mix(seed) ^ Math.floor(seed / 2 ** 32));
  const taxis = fleet(seedHash, years);
  const map = geography(years);
  const locations = map.places.map(({ longitude, latitude }) =>
    `POINT (${longitude} ${latitude})`
  );
  const batch = tripBatch({
    taxi_id: taxis.taxiIds,
    payment_type: PAYMENT_TYPES,
    company: COMPANY_NAMES,
    pickup_location: locations,
    dropoff_location: locations,
  }, capacity);
  return {
    rows,
    years,
    seedHash,
    calendar: calendar(seedHash, years),
    fleet: taxis,
    geography: map,
    payments: payments(years),
    batch,
    columns: batch.columns as TripColumns,
    // Of each row of the batch; the year is counted from the first.
    hash: new Int32Array(capacity),
    slot: new Int32Array(capacity),
    year: new Uint8Array(capacity),
    pickup: new Uint8Array(capacity),
    dropoff: new Uint8Array(capacity),
    // As driven, which the taximeter counts even when no miles are recorded.
    miles: new Float64Array(capacity),
  };
}

function tripBatch(
  pools: Readonly<Record<string, readonly string[]>>,
  capacity: number,
): ArrowBatch {
  const fields = TRIP_COLUMNS.map(({ name, type }) => {
    if (type !== "string") return { name, type };
    const pool = pools[name];
    return pool
      ? { name, type: "pool" as const, pool }
      : { name, type: "key" as const };
  });
  return arrowBatch(fields, capacity);
}
