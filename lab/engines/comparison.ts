/**
 * One question to two engines: do Trino and Spark say the same?
 *
 * @module
 */

import { isDeepStrictEqual } from "node:util";
import { DISPLAY, type Displayable } from "../../lib/core/kernel.ts";
import type { QueryResult, Row } from "../../lib/trino/result.ts";
import { sparkSession } from "./spark_session.ts";
import type { StatementResult } from "./statement_result.ts";
import { table } from "../../lib/show/table.ts";
import { query } from "../../lib/trino/client.ts";

/** What both engines say; a cell shows their rows one below the other. */
export interface BothAnswers extends Displayable {
  /** What Trino says. */
  trino: QueryResult;
  /** What Spark says. */
  spark: StatementResult;
  /** Whether they say the same: the same rows in the same order, to the last digit. */
  agree: boolean;
  /** The first row, as Trino has it. */
  first: Row;
}

/**
 * Rows below each other, Trino's and Spark's in turns. Names are those of Trino:
 * engines differ in how they call a column that was given none.
 */
function inTurns(trino: Row[], spark: Row[]): Row[] {
  const names = Object.keys(trino[0] ?? spark[0] ?? {});
  const named = (engine: string, row: Row | undefined) =>
    row
      ? [{
        engine,
        ...Object.fromEntries(
          Object.values(row).map((value, index) => [names[index], value]),
        ),
      }]
      : [];
  return Array.from(
    { length: Math.max(trino.length, spark.length) },
    (_, index) => [
      ...named("Trino", trino[index]),
      ...named("Spark", spark[index]),
    ],
  ).flat();
}

const values = (rows: readonly Row[]) => rows.map((row) => Object.values(row));

/**
 * Asks Trino and Spark the same question, in SQL that both understand, and
 * compares the answers by value.
 *
 * Time travel is the same in both with `FOR VERSION AS OF` and `FOR TIMESTAMP AS
 * OF`. Give more than one row an `ORDER BY`. Spark is the session "main".
 *
 * @throws {TrinoError} When Trino refuses or fails it.
 * @throws {SparkError} When Spark refuses or fails it.
 * @throws {LakehouseError} When one of them cannot be reached.
 * @example Usage
 * ```ts ignore
 * import { engines } from "@lakehouse/lab";
 *
 * const { agree, first } = await engines.askBoth("SELECT count(*) AS trips FROM chicago.taxi_trips");
 * console.log(agree, first.trips);
 * ```
 */
export async function askBoth(text: string): Promise<BothAnswers> {
  const session = await sparkSession();
  const [trino, spark] = await Promise.all([query(text), session.sql(text)]);
  return {
    trino,
    spark,
    agree: isDeepStrictEqual(values(trino.rows), values(spark.rows)),
    first: trino.first,
    [DISPLAY]: () => {
      const types = trino.columns.map(({ name, type }) => [name, type]);
      return table(inTurns(trino.rows, spark.rows), {
        types: { engine: "", ...Object.fromEntries(types) },
      })[DISPLAY]();
    },
  };
}
