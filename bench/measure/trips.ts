/**
 * The trips that go through a bench: files made once for each number of rows,
 * and what says that all subjects had the same ones.
 *
 * @module
 */

import { LakehouseError } from "../../lib/core/errors.ts";
import { openViews } from "../../lab/engines/duckdb/instance.ts";
import { formatNumber } from "../../lib/core/format.ts";
import { query } from "../../lib/trino/client.ts";
import { TRIP_COLUMNS } from "../../lib/trips/data_set.ts";
import { generateTrips } from "../../lib/trips/generate.ts";
import { interruptSignal } from "../../lib/core/interrupt.ts";
import { NAMESPACE, workDir } from "./lake.ts";

const DUCKDB_TYPES: Record<string, string> = {
  string: "VARCHAR",
  timestamp: "TIMESTAMP WITH TIME ZONE",
  long: "BIGINT",
  double: "DOUBLE",
};

/** Parquet files of generated trips. */
export interface MeasuredFiles {
  /** Their folder. */
  dir: string;
  /** Rows in them. */
  rows: number;
  /** Their size. */
  bytes: number;
}

/** The product's files with so many rows; made where they are not there yet. */
export async function tripFiles(rows: number): Promise<MeasuredFiles> {
  const dir = `${workDir()}/trips-${rows}`;
  const { bytes } = await generateTrips({
    ...{ rows, dir, signal: interruptSignal() },
  });
  return { dir, rows, bytes };
}

/**
 * Rows and bytes of the Parquet files in a folder, as DuckDB reads them.
 *
 * @throws {LakehouseError} When they are not `wanted` rows of the 23 columns.
 */
export async function parquetFacts(
  dir: string,
  wanted: number,
): Promise<{ rows: number; bytes: number }> {
  const instance = await openViews(dir, [
    `CREATE VIEW trips AS SELECT * FROM read_parquet('${
      dir.replaceAll("'", "''")
    }/*.parquet')`,
  ]);
  try {
    const counted = await instance.run("SELECT count(*) AS n FROM trips");
    const columns = await instance.run(
      "SELECT column_name, column_type FROM (DESCRIBE trips)",
    );
    const rows = Number(counted.first.n);
    const found = columns.rows.map(({ column_name, column_type }) =>
      `${column_name} ${column_type}`
    );
    const expected = TRIP_COLUMNS.map(({ name, type }) =>
      `${name} ${DUCKDB_TYPES[type]}`
    );
    const other = expected.findIndex((column, i) => column !== found[i]);
    if (rows !== wanted || other >= 0 || found.length > expected.length) {
      throw new LakehouseError({
        what: "Cannot compare the generated files",
        why: rows === wanted
          ? `column ${other + 1} of ${found.length} is ` +
            `${found.at(other)}, not ${expected.at(other)}`
          : `they hold ${formatNumber(rows)} rows, not ${formatNumber(wanted)}`,
      });
    }
    let bytes = 0;
    for await (const { name } of Deno.readDir(dir)) {
      if (!name.endsWith(".parquet")) continue;
      bytes += (await Deno.stat(`${dir}/${name}`)).size;
    }
    return { rows, bytes };
  } finally {
    await instance.close();
  }
}

/**
 * What tells whether two tables hold the same trips: count, sums and ends, as
 * Trino reads them.
 */
export async function tripsIn(
  table: string,
): Promise<{ rows: number; print: string }> {
  const { first } = await query(
    `SELECT count(*) AS n, sum(trip_seconds) AS seconds,
       checksum(unique_key) AS keys, checksum(taxi_id) AS taxis,
       count(company) AS companies, min(trip_start_timestamp) AS first,
       max(trip_end_timestamp) AS last, checksum(fare) AS fares
     FROM ${table}`,
    { schema: NAMESPACE },
  );
  return {
    rows: Number(first.n),
    print: Object.values(first).map(String).join(" "),
  };
}
