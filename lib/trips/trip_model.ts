/**
 * Everything that a run of trips is drawn from, and the rows under way.
 *
 * @module
 */

import { type Calendar, calendar } from "./calendar.ts";
import type {
  DoubleColumn,
  KeyColumn,
  LongColumn,
  PoolColumn,
} from "./arrow.ts";
import { type Fleet, fleet } from "./fleet.ts";
import { payments, type Tariff, tariff } from "./money.ts";
import { type Geography, geography } from "./places.ts";
import { type Choices, mix } from "./random.ts";

/** Columns of a batch by name, to be filled. */
export interface TripColumns {
  readonly unique_key: KeyColumn;
  readonly taxi_id: PoolColumn;
  readonly trip_start_timestamp: LongColumn;
  readonly trip_end_timestamp: LongColumn;
  readonly trip_seconds: LongColumn;
  readonly trip_miles: DoubleColumn;
  readonly pickup_census_tract: LongColumn;
  readonly dropoff_census_tract: LongColumn;
  readonly pickup_community_area: LongColumn;
  readonly dropoff_community_area: LongColumn;
  readonly fare: DoubleColumn;
  readonly tips: DoubleColumn;
  readonly tolls: DoubleColumn;
  readonly extras: DoubleColumn;
  readonly trip_total: DoubleColumn;
  readonly payment_type: PoolColumn;
  readonly company: PoolColumn;
  readonly pickup_latitude: DoubleColumn;
  readonly pickup_longitude: DoubleColumn;
  readonly pickup_location: PoolColumn;
  readonly dropoff_latitude: DoubleColumn;
  readonly dropoff_longitude: DoubleColumn;
  readonly dropoff_location: PoolColumn;
}

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
export interface TripModel extends TripArguments {
  readonly calendar: Calendar;
  readonly fleet: Fleet;
  readonly geography: Geography;
  readonly payments: Choices;
  readonly tariffs: readonly Tariff[];
  /** Seed of all draws, scrambled. */
  readonly seedHash: number;
  /** Of each place: latitude, longitude, and the two halves of its tract's number. */
  readonly latitude: Float64Array;
  readonly longitude: Float64Array;
  readonly tractLow: Int32Array;
  readonly tractHigh: Int32Array;
  /** Of each row of the batch. */
  readonly hash: Int32Array;
  readonly slot: Int32Array;
  /** Year, counted from the first. */
  readonly year: Uint8Array;
  readonly pickup: Uint8Array;
  readonly dropoff: Uint8Array;
  /** Miles driven, which the taximeter counts even when no miles are recorded. */
  readonly miles: Float64Array;
}

/** Numbers of a row's draws. */
export const DRAW = {
  start: 0,
  pickup: 1,
  dropoff: 2,
  miles: 3,
  seconds: 4,
  end: 5,
  hidden: 6,
  pickupTract: 7,
  dropoffTract: 8,
  recorded: 9,
  waiting: 10,
  extras: 11,
  toll: 12,
  payment: 13,
  tipped: 14,
  tip: 15,
  wholeDollars: 16,
  owner: 17,
  taxi: 18,
  key: 20,
} as const;

/**
 * Builds all tables for a run.
 *
 * @param capacity Rows of the largest batch.
 */
export function tripModel(run: TripArguments, capacity: number): TripModel {
  const { seed, firstYear, lastYear } = run;
  const places = geography(firstYear, lastYear);
  const tract = places.places.map((place) => place.tract ?? 0);
  const seedHash = mix(mix(seed) ^ Math.floor(seed / 2 ** 32));
  return {
    ...run,
    calendar: calendar(seedHash, firstYear, lastYear),
    fleet: fleet(seedHash, firstYear, lastYear),
    geography: places,
    payments: payments(firstYear, lastYear),
    tariffs: Array.from(
      { length: lastYear - firstYear + 1 },
      (_, i) => tariff(firstYear + i),
    ),
    seedHash,
    latitude: Float64Array.from(places.places, (place) => place.latitude),
    longitude: Float64Array.from(places.places, (place) => place.longitude),
    tractLow: Int32Array.from(tract, (number) => number | 0),
    tractHigh: Int32Array.from(tract, (number) => Math.floor(number / 2 ** 32)),
    hash: new Int32Array(capacity),
    slot: new Int32Array(capacity),
    year: new Uint8Array(capacity),
    pickup: new Uint8Array(capacity),
    dropoff: new Uint8Array(capacity),
    miles: new Float64Array(capacity),
  };
}
