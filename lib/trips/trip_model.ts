/**
 * Everything that a run of trips is drawn from, and the rows under way.
 *
 * @module
 */

import { type Calendar, calendar } from "./calendar.ts";
import type { ArrowColumn } from "./arrow.ts";
import { type Fleet, fleet } from "./fleet.ts";
import { payments, type Tariff, tariff } from "./money.ts";
import { type Geography, geography } from "./places.ts";
import { type Choices, mix } from "./random.ts";

type Ride = "start_timestamp" | "end_timestamp" | "seconds" | "miles" | "total";
type Fare = "fare" | "tips" | "tolls" | "extras" | "payment_type";
type Place = "census_tract" | "community_area" | "location" | Coordinate;
type Coordinate = "latitude" | "longitude";

/** Columns of a batch by name, to be filled. */
export type TripColumns = Record<
  | "unique_key"
  | "taxi_id"
  | "company"
  | `trip_${Ride}`
  | Fare
  | `${"pickup" | "dropoff"}_${Place}`,
  ArrowColumn
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
export interface TripModel extends TripArguments {
  readonly calendar: Calendar;
  readonly fleet: Fleet;
  readonly geography: Geography;
  readonly payments: Choices;
  readonly tariffs: readonly Tariff[];
  /** Seed of all draws, scrambled. */
  readonly seedHash: number;
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
  const seedHash = mix(mix(seed) ^ Math.floor(seed / 2 ** 32));
  return {
    ...run,
    calendar: calendar(seedHash, firstYear, lastYear),
    fleet: fleet(seedHash, firstYear, lastYear),
    geography: geography(firstYear, lastYear),
    payments: payments(firstYear, lastYear),
    tariffs: Array.from(
      { length: lastYear - firstYear + 1 },
      (_, i) => tariff(firstYear + i),
    ),
    seedHash,
    hash: new Int32Array(capacity),
    slot: new Int32Array(capacity),
    year: new Uint8Array(capacity),
    pickup: new Uint8Array(capacity),
    dropoff: new Uint8Array(capacity),
    miles: new Float64Array(capacity),
  };
}
