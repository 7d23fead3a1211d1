/**
 * What a question costs in Trino: time, and bytes of the object store.
 *
 * @module
 */

import { LakehouseError } from "../../lib/core/errors.ts";
import { stringifyExactJson } from "../../lib/core/json.ts";
import type { QueryResult } from "../../lib/trino/result.ts";
import type { Statement } from "../../lib/trino/sql.ts";
import { query, type QueryOptions } from "../../lib/trino/client.ts";

/** What {@linkcode queryCost} measured. */
export interface QueryCost {
  /** Milliseconds by Trino's clock: the middle one of the rounds. */
  ms: number;
  /** Bytes read from the object store in one round. */
  bytesRead: number;
  /** The answer. */
  result: QueryResult;
}

/**
 * Asks a question several times, one after the other, after a round that does
 * not count.
 *
 * @throws {TrinoError} When Trino refuses or fails the statement.
 * @throws {LakehouseError} When there is no round, or Trino cannot be reached.
 * @throws {unknown} The signal's reason.
 * @example Usage
 * ```ts ignore
 * import { trials } from "@lakehouse/lab";
 *
 * const { ms, bytesRead } = await trials.queryCost("SELECT sum(fare) FROM taxi_trips");
 * console.log(ms, bytesRead);
 * ```
 */
export async function queryCost(
  statement: Statement,
  options: QueryOptions & {
    /** Rounds that count, an odd number. @default {3} */
    rounds?: number;
  } = {},
): Promise<QueryCost> {
  const { rounds = 3, ...rest } = options;
  if (!(rounds >= 1)) {
    throw new LakehouseError({ what: `Cannot measure in ${rounds} rounds` });
  }
  let result = await query(statement, rest);
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    result = await query(statement, rest);
    times.push(result.serverMs);
  }
  times.sort((a, b) => a - b);
  return {
    ms: times[times.length >> 1]!,
    bytesRead: result.bytesRead,
    result,
  };
}

/** The cost of one question to one table; see {@linkcode queryCosts}. */
export interface ComparedCost {
  /** Name of the question. */
  question: string;
  /** Name of the table. */
  table: string;
  /** Milliseconds by Trino's clock: the middle one of the rounds. */
  ms: number;
  /** Bytes read from the object store in one round. */
  bytesRead: number;
  /** The same in megabytes. */
  megabytes: number;
  /** The rows of the answer as text, to be compared. */
  answer: string;
}

/**
 * Asks each question of each table, one after the other; see
 * {@linkcode queryCost}.
 *
 * @param tables SQL names of tables by the names that the result has.
 * @param questions For each name, makes the SQL from the name of a table.
 * @throws {TrinoError} When Trino refuses or fails a statement.
 * @throws {LakehouseError} When Trino cannot be reached.
 * @throws {unknown} The signal's reason.
 * @example Usage
 * ```ts ignore
 * import { trials } from "@lakehouse/lab";
 *
 * const costs = await trials.queryCosts(
 *   { now: "chicago.taxi_trips", before: "lab.taxi_trips" },
 *   { trips: (table) => `SELECT count(*) FROM ${table}` },
 * );
 * ```
 */
export async function queryCosts(
  tables: Record<string, string>,
  questions: Record<string, (table: string) => Statement>,
  options: Parameters<typeof queryCost>[1] = {},
): Promise<ComparedCost[]> {
  const costs: ComparedCost[] = [];
  for (const [question, statement] of Object.entries(questions)) {
    for (const [table, name] of Object.entries(tables)) {
      const cost = await queryCost(statement(name), options);
      const { ms, bytesRead, result } = cost;
      const answer = stringifyExactJson(result.rows);
      const megabytes = bytesRead / 1e6;
      costs.push({ question, table, ms, bytesRead, megabytes, answer });
    }
  }
  return costs;
}
