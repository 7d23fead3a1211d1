/**
 * The questions of notebook 05, each as SQL with parameters.
 *
 * The notebook shows the same SQL in its cells, to be changed there; a test
 * holds the two together.
 *
 * @module
 */

import { settings } from "../../lib/core/settings.ts";
import { type Sql, sql } from "../../lib/trino/sql.ts";

/** What all questions take. */
export interface TripsOptions {
  /** The table, with catalog and schema where they are not the usual ones. @default {settings().table} */
  table?: string;
  /** Only trips of which this is true. @default {all} */
  where?: Sql;
}

/** Options of questions that can have many answers. */
export interface TopOptions extends TripsOptions {
  /** How many rows at most. */
  limit?: number;
}

function trips({ table = settings().table }: TripsOptions): Sql {
  return sql.table(table);
}

/** `WHERE` with all conditions, or nothing. */
function filter({ where }: TripsOptions, ...own: Sql[]): Sql {
  const all = where ? [...own, sql`(${where})`] : own;
  return all.length === 0 ? sql.empty : sql`WHERE ${sql.join(all, " AND ")}`;
}

/**
 * Trips and revenue by company, the largest first. Revenue is what riders paid in
 * all, in dollars.
 *
 * Columns: `company`, `trips`, `revenue`. `limit` is 10 unless given.
 *
 * @example Usage
 * ```ts
 * import { sql } from "@lakehouse";
 * import { engines } from "@lakehouse/lab";
 *
 * const byCard = engines.queries.tripsByCompany({ limit: 3, where: sql`payment_type = ${"Mobile"}` });
 * console.log(String(byCard));
 * ```
 */
export function tripsByCompany(options: TopOptions = {}): Sql {
  return sql`
    SELECT coalesce(company, '(not recorded)') AS company,
      count(*) AS trips, sum(trip_total) AS revenue
    FROM ${trips(options)} ${filter(options)}
    GROUP BY 1
    ORDER BY trips DESC
    LIMIT ${options.limit ?? 10}`;
}

/** Trips by month, in order. Columns: `month` (its first moment), `trips`. */
export function tripsByMonth(options: TripsOptions = {}): Sql {
  return sql`
    SELECT date_trunc('month', trip_start_timestamp) AS month, count(*) AS trips
    FROM ${trips(options)} ${filter(options)}
    GROUP BY 1
    ORDER BY 1`;
}

/**
 * Trips by hour of the week. Columns: `day` (1 is Monday), `weekday` (`Mon`),
 * `hour` (0 to 23), `trips`.
 */
export function tripsByHourOfWeek(options: TripsOptions = {}): Sql {
  return sql`
    SELECT day_of_week(trip_start_timestamp) AS day,
      format_datetime(trip_start_timestamp, 'EEE') AS weekday,
      hour(trip_start_timestamp) AS hour, count(*) AS trips
    FROM ${trips(options)} ${filter(options)}
    GROUP BY 1, 2, 3
    ORDER BY 1, 3`;
}

/**
 * Tips by payment type. Columns: `payment_type`, `trips`, `tipped` (share of
 * trips with a tip), `tip_share` (tips as a share of fares).
 */
export function tipsByPaymentType(options: TripsOptions = {}): Sql {
  return sql`
    SELECT payment_type, count(*) AS trips,
      avg(if(tips > 0, 1e0, 0e0)) AS tipped,
      sum(tips) / nullif(sum(fare), 0) AS tip_share
    FROM ${trips(options)} ${filter(options)}
    GROUP BY payment_type
    ORDER BY trips DESC`;
}

/**
 * Trips by the community area where they begin, the busiest first; trips from
 * outside the city are left out. Columns: `area` (1 to 77), `trips`.
 */
export function tripsByPickupArea(options: TripsOptions = {}): Sql {
  return sql`
    SELECT pickup_community_area AS area, count(*) AS trips
    FROM ${trips(options)}
    ${filter(options, sql`pickup_community_area IS NOT NULL`)}
    GROUP BY 1
    ORDER BY trips DESC`;
}

/**
 * Fares by year and origin: O'Hare, Midway, or the rest of the city. Columns:
 * `year`, `origin`, `trips`, `mean_fare` (dollars).
 */
export function faresByOrigin(options: TripsOptions = {}): Sql {
  return sql`
    SELECT year(trip_start_timestamp) AS year,
      CASE pickup_community_area WHEN 76 THEN 'O''Hare' WHEN 56 THEN 'Midway' ELSE 'City' END AS origin,
      count(*) AS trips, avg(fare) AS mean_fare
    FROM ${trips(options)}
    ${filter(options, sql`pickup_community_area IS NOT NULL`)}
    GROUP BY 1, 2
    ORDER BY 1, 2`;
}

/**
 * Trips by fare in whole dollars, up to `dollars` (70 unless given). Columns:
 * `dollars`, `trips`.
 */
export function tripsByFare(
  options: TripsOptions & {
    /** Highest fare that counts, in dollars. @default {70} */
    dollars?: number;
  } = {},
): Sql {
  return sql`
    SELECT floor(fare) AS dollars, count(*) AS trips
    FROM ${trips(options)}
    ${filter(options, sql`fare BETWEEN 0 AND ${options.dollars ?? 70}`)}
    GROUP BY 1
    ORDER BY 1`;
}

/**
 * The median fare by half a mile, up to 25 miles; distances of fewer than 20
 * trips are left out. Columns: `miles`, `median_fare` (dollars), `trips`.
 */
export function faresByDistance(options: TripsOptions = {}): Sql {
  return sql`
    SELECT round(trip_miles * 2) / 2 AS miles,
      approx_percentile(fare, 0.5) AS median_fare, count(*) AS trips
    FROM ${trips(options)}
    ${filter(options, sql`trip_miles BETWEEN 0.25 AND 25`)}
    GROUP BY 1
    HAVING count(*) >= 20
    ORDER BY 1`;
}

/**
 * Payment types as shares of each year's trips. Columns: `year`,
 * `payment_type`, `share` (of the trips paid by one of `types`).
 */
export function paymentsByYear(
  options: TripsOptions & {
    /** Payment types that count. @default {["Cash", "Credit Card", "Mobile", "Prcard"]} */
    types?: readonly string[];
  } = {},
): Sql {
  const types = options.types ?? ["Cash", "Credit Card", "Mobile", "Prcard"];
  return sql`
    SELECT year(trip_start_timestamp) AS year, payment_type,
      count(*) * 1e0 / sum(count(*)) OVER (PARTITION BY year(trip_start_timestamp)) AS share
    FROM ${trips(options)}
    ${filter(options, sql`payment_type IN (${types})`)}
    GROUP BY 1, 2
    ORDER BY 1, 2`;
}

/** The mean speed by hour of the day. Columns: `hour`, `mph` (miles an hour). */
export function speedByHour(options: TripsOptions = {}): Sql {
  return sql`
    SELECT hour(trip_start_timestamp) AS hour,
      round(sum(trip_miles) / (sum(trip_seconds) / 3600e0), 1) AS mph
    FROM ${trips(options)}
    ${filter(options, sql`trip_miles > 0`, sql`trip_seconds > 0`)}
    GROUP BY 1
    ORDER BY 1`;
}
