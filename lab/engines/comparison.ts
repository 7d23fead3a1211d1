/**
 * One question to two engines: do Trino and Spark say the same?
 *
 * @module
 */

import { isDeepStrictEqual } from "node:util";
import { DISPLAY, type Displayable } from "../../lib/core/kernel.ts";
import { type HasRows, table } from "../../lib/show/table.ts";
import type { QueryResult } from "../../lib/trino/result.ts";
import type { Statement } from "../../lib/trino/sql.ts";
import { distinctNames, type Row, rowMaker } from "../../lib/trino/rows.ts";
import { ENGINES } from "./engines.ts";

/** What both engines say; a cell shows their rows one below the other. */
export interface BothAnswers extends Displayable {
  /** What Trino says. */
  trino: QueryResult;
  /** What Spark says. */
  spark: QueryResult;
  /** Whether they say the same: the same rows in the same order, to the last digit. */
  agree: boolean;
  /** The first row, as Trino has it. */
  first: Row;
}

/** Values of every row, in the order of the columns. */
const valuesOf = ({ columns, rows }: QueryResult) =>
  rows.map((row) => columns.map(({ name }) => row[name]));

// The zeros at the end of a time's fraction say how exact its type is.
const ZEROS = /(:\d\d(?:\.\d*?[1-9])?)\.?0+(?= |$)/;

/** The same, a time with as many digits as it needs. */
const comparable = (result: QueryResult) =>
  valuesOf(result).map((values) =>
    values.map((value, i) =>
      typeof value === "string" &&
        /^(time|interval)/.test(result.columns[i]!.typeSignature.rawType)
        ? value.replace(ZEROS, "$1")
        : value
    )
  );

/**
 * Rows below each other, Trino's and Spark's in turns. Names are those of Trino:
 * engines differ in how they call a column that was given none.
 */
function inTurns(trino: QueryResult, spark: QueryResult): HasRows {
  const columns = [{ name: "engine" }, ...trino.columns];
  const names = distinctNames(columns.map(({ name }) => name));
  const row = rowMaker(names);
  const [ours, theirs] = [trino, spark].map((result) =>
    valuesOf(result).map((values) => row([result.engine, ...values]))
  ) as [Row[], Row[]];
  const turns = Math.max(ours.length, theirs.length);
  return {
    columns: columns.map((column, i) => ({ ...column, name: names[i]! })),
    rows: Array.from({ length: turns }, (_, i) => [ours[i], theirs[i]]).flat()
      .filter((each) => each !== undefined),
  };
}

/**
 * Asks Trino and Spark the same question, in SQL that both understand, and
 * compares the answers by value. A fragment made by `sql` has its values and names
 * written as each of them reads them.
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
export async function askBoth(statement: Statement): Promise<BothAnswers> {
  const [trino, spark] = await Promise.all([
    ENGINES.trino.ask(statement),
    ENGINES.spark.ask(statement),
  ]);
  return {
    trino,
    spark,
    agree: isDeepStrictEqual(comparable(trino), comparable(spark)),
    first: trino.first,
    [DISPLAY]: () => table(inTurns(trino, spark))[DISPLAY](),
  };
}
