/**
 * Chicago's public data set of taxi trips: its columns and years.
 *
 * @module
 */

import areas from "./community_areas.json" with { type: "json" };
import columns from "../../spark/trip_columns.json" with { type: "json" };

/** First year of the data set. */
export const FIRST_YEAR = 2013;
/** Last year of the data set the generator knows. */
export const LAST_YEAR = 2023;

/** A column of the trips table. */
export interface TripColumn {
  /** Its name. */
  readonly name: string;
  /** Its type, in Iceberg's words; a timestamp is an instant (`timestamptz`). */
  readonly type: "string" | "timestamp" | "long" | "double";
}

/**
 * The 23 columns of BigQuery's `chicago_taxi_trips.taxi_trips`, in its order.
 *
 * Timestamps are Chicago's wall-clock time stored as UTC, as in the original.
 * All columns can be null; areas, tracts, locations and companies are at times.
 *
 * @example Usage
 * ```ts
 * import { TRIP_COLUMNS } from "@lakehouse";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(TRIP_COLUMNS.length, 23);
 * assertEquals(TRIP_COLUMNS[0], { name: "unique_key", type: "string" });
 * ```
 */
export const TRIP_COLUMNS: readonly TripColumn[] = columns as TripColumn[];

/** One of Chicago's community areas; see {@linkcode COMMUNITY_AREAS}. */
export interface CommunityArea {
  /** The city's number for it, 1 to 77, as in `pickup_community_area`. */
  readonly number: number;
  /** Its name, as "Near North Side". */
  readonly name: string;
  /** Latitude of its middle, in degrees north; good to some hundred metres. */
  readonly latitude: number;
  /** Longitude of its middle, in degrees east (so below zero). */
  readonly longitude: number;
}

/**
 * Chicago's 77 community areas in the order of their numbers, for names and
 * for maps. Area 76 holds O'Hare airport, area 56 holds Midway.
 *
 * @example Usage
 * ```ts
 * import { COMMUNITY_AREAS } from "@lakehouse";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(COMMUNITY_AREAS[76 - 1]?.name, "O'Hare");
 * ```
 */
export const COMMUNITY_AREAS: readonly CommunityArea[] = areas.map(
  (area, index) => ({ number: index + 1, ...area }),
);
