/**
 * Chicago's public data set of taxi trips: its columns and years.
 *
 * @module
 */

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
