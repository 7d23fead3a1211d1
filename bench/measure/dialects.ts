/**
 * The questions of notebook 05 in the words of other engines.
 *
 * @module
 */

import { statementFor } from "../../lab/engines/dialect.ts";
import * as queries from "../../lab/engines/queries.ts";
import { sql as tag, sqlText } from "../../lib/trino/sql.ts";

/** An engine with a dialect of its own. */
export type Dialect = "Trino" | "DuckDB" | "Spark";

const WORDS: Record<Dialect, [RegExp, string][]> = {
  Trino: [],
  DuckDB: [
    [/\bday_of_week\(/g, "isodow("],
    [/\bformat_datetime\((\w+), 'EEE'\)/g, "strftime($1, '%a')"],
    [/\bapprox_percentile\(/g, "approx_quantile("],
  ],
  Spark: [
    [/\bday_of_week\((\w+)\)/g, "(weekday($1) + 1)"],
    [/\bformat_datetime\(/g, "date_format("],
  ],
};

/**
 * A statement of Trino's dialect in that of another engine, as far as the
 * questions of notebook 05 go.
 *
 * @example Usage
 * ```ts
 * import { translate } from "./dialects.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const sql = "SELECT day_of_week(trip_start_timestamp) AS day FROM trips";
 * assertEquals(
 *   translate(sql, "Spark"),
 *   "SELECT (weekday(trip_start_timestamp) + 1) AS day FROM trips",
 * );
 * ```
 */
export function translate(sql: string, to: Dialect): string {
  const quoted = to === "Trino" ? sql : statementFor(to, tag.raw(sql));
  return WORDS[to].reduce(
    (text, [word, other]) => text.replaceAll(word, other),
    quoted,
  );
}

/** The ten questions of notebook 05 about a table, by name. */
export function questions(table: string, dialect: Dialect): [string, string][] {
  return Object.entries(queries).map(([name, question]) => [
    name,
    translate(sqlText(question({ table })).trim(), dialect),
  ]);
}
