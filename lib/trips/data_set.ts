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

const AREAS: readonly [name: string, latitude: number, longitude: number][] = [
  ["Rogers Park", 42.009623, -87.670167],
  ["West Ridge", 42.001571, -87.695013],
  ["Uptown", 41.965812, -87.655879],
  ["Lincoln Square", 41.975171, -87.687516],
  ["North Center", 41.947792, -87.683835],
  ["Lake View", 41.944227, -87.655998],
  ["Lincoln Park", 41.922686, -87.649489],
  ["Near North Side", 41.899602, -87.633308],
  ["Edison Park", 42.007613, -87.813781],
  ["Norwood Park", 41.985015, -87.804532],
  ["Jefferson Park", 41.97883, -87.771167],
  ["Forest Glen", 41.99393, -87.758354],
  ["North Park", 41.983636, -87.723583],
  ["Albany Park", 41.968069, -87.721559],
  ["Portage Park", 41.954028, -87.763399],
  ["Irving Park", 41.953582, -87.723452],
  ["Dunning", 41.945171, -87.807022],
  ["Montclare", 41.929297, -87.798032],
  ["Belmont Cragin", 41.927261, -87.765502],
  ["Hermosa", 41.924347, -87.73474],
  ["Avondale", 41.938666, -87.711211],
  ["Logan Square", 41.922761, -87.699155],
  ["Humboldt Park", 41.90007, -87.720918],
  ["West Town", 41.901207, -87.676356],
  ["Austin", 41.890609, -87.756047],
  ["West Garfield Park", 41.880561, -87.729173],
  ["East Garfield Park", 41.87866, -87.703072],
  ["Near West Side", 41.874005, -87.663518],
  ["North Lawndale", 41.85935, -87.717504],
  ["South Lawndale", 41.839087, -87.714004],
  ["Lower West Side", 41.850266, -87.667569],
  ["Loop", 41.878866, -87.625192],
  ["Near South Side", 41.857184, -87.620335],
  ["Armour Square", 41.842076, -87.633973],
  ["Douglas", 41.835118, -87.618678],
  ["Oakland", 41.823528, -87.602969],
  ["Fuller Park", 41.80985, -87.63301],
  ["Grand Boulevard", 41.812949, -87.61786],
  ["Kenwood", 41.808916, -87.596183],
  ["Washington Park", 41.792357, -87.617931],
  ["Hyde Park", 41.79409, -87.592311],
  ["Woodlawn", 41.778877, -87.594925],
  ["South Shore", 41.761578, -87.572782],
  ["Chatham", 41.740206, -87.61597],
  ["Avalon Park", 41.744863, -87.588735],
  ["South Chicago", 41.739768, -87.554213],
  ["Burnside", 41.730204, -87.596601],
  ["Calumet Heights", 41.729871, -87.573842],
  ["Roseland", 41.706588, -87.623367],
  ["Pullman", 41.707256, -87.602254],
  ["South Deering", 41.688614, -87.567041],
  ["East Side", 41.705938, -87.534467],
  ["West Pullman", 41.673085, -87.637498],
  ["Riverdale", 41.658563, -87.606785],
  ["Hegewisch", 41.655902, -87.545214],
  ["Garfield Ridge", 41.792592, -87.769615],
  ["Archer Heights", 41.80928, -87.726384],
  ["Brighton Park", 41.819021, -87.698838],
  ["McKinley Park", 41.829922, -87.672503],
  ["Bridgeport", 41.83615, -87.648788],
  ["New City", 41.808702, -87.659483],
  ["West Elsdon", 41.793736, -87.724291],
  ["Gage Park", 41.795089, -87.696191],
  ["Clearing", 41.779087, -87.769988],
  ["West Lawn", 41.772118, -87.722905],
  ["Chicago Lawn", 41.771849, -87.695666],
  ["West Englewood", 41.775829, -87.666514],
  ["Englewood", 41.777982, -87.643582],
  ["Greater Grand Crossing", 41.763247, -87.616134],
  ["Ashburn", 41.745813, -87.709842],
  ["Auburn Gresham", 41.744583, -87.655712],
  ["Beverly", 41.715302, -87.677204],
  ["Washington Heights", 41.719913, -87.650478],
  ["Mount Greenwood", 41.696068, -87.711813],
  ["Morgan Park", 41.690312, -87.669823],
  ["O'Hare", 41.980264, -87.913625],
  ["Edgewater", 41.986712, -87.663416],
];

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
export const COMMUNITY_AREAS: readonly CommunityArea[] = AREAS.map(
  ([name, latitude, longitude], i) => ({
    number: i + 1,
    name,
    latitude,
    longitude,
  }),
);
