/**
 * The query step's cases besides the ten questions, and the questions that tell
 * how much of a table is read.
 *
 * @module
 */

import { TRIP_COLUMNS } from "../../lib/trips/data_set.ts";
import { tripsByCompany } from "../../lab/engines/queries.ts";
import { sql, sqlText } from "../../lib/trino/sql.ts";

/** The case of the ten questions together. */
export const ALL = "all ten";
/** The case of the first question after a catalog was made. */
export const FIRST = "first in a new catalog";
/** The case of a question about one month. */
export const MONTH = "one month";
/** The case of every column of one month. */
const MONTH_COLUMNS = "one month, all columns";
/** The case of every column of the whole table. */
export const FULL = "all columns";

// In the middle of the years, as large as most.
const IN_MONTH = sql`trip_start_timestamp >= ${new Date("2015-05-01")}
  AND trip_start_timestamp < ${new Date("2015-06-01")}`;

/** Reads every value of every column. */
const everything = (table: string) =>
  `SELECT count(*) AS trips, ${
    TRIP_COLUMNS.map(({ name }) => `checksum(${name}) AS ${name}`).join(", ")
  } FROM ${table}`;

/** The three questions about a table, by case. */
export const SCANS = (table: string): [string, string][] => [
  [MONTH, sqlText(tripsByCompany({ table, where: IN_MONTH }))],
  [MONTH_COLUMNS, `${everything(table)} WHERE ${sqlText(IN_MONTH)}`],
  [FULL, everything(table)],
];
