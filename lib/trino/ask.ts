/**
 * A question to Trino, as notebooks ask it.
 *
 * @module
 */

import { formatNumber } from "../core/format.ts";
import { failProgress, type Progress, progress } from "../show/progress.ts";
import { query, type QueryOptions } from "./client.ts";
import type { QueryResult } from "./result.ts";
import type { Statement } from "./sql.ts";

/** A question this quick needs no bar. */
const QUICK_MS = 2_000;

/** Options of {@linkcode ask}. */
export interface AskOptions extends QueryOptions {
  /**
   * Shows nothing: no bar, and of a failure no details. For what is asked many
   * times at once, or is meant to fail.
   *
   * @default {false}
   */
  isQuiet?: boolean;
}

/**
 * Asks Trino one question, as a text or as a fragment made by {@linkcode sql}. A
 * progress bar shows when it takes longer than two seconds; when it fails, what
 * lies behind shows folded.
 *
 * @throws {TrinoError} When Trino refuses or fails the statement.
 * @example Usage
 * ```ts ignore
 * import { ask, sql } from "@lakehouse";
 *
 * const { first } = await ask(sql`
 *   SELECT count(*) AS trips FROM taxi_trips WHERE company = ${"Sun Taxi"}`);
 * console.log(first.trips);
 * ```
 */
export async function ask(
  statement: Statement,
  options: AskOptions = {},
): Promise<QueryResult> {
  const { isQuiet = false, ...rest } = options;
  if (isQuiet) return await query(statement, rest);
  const started = performance.now();
  let bar: Progress | undefined;
  try {
    const result = await query(statement, {
      onProgress: (stats) => {
        if (performance.now() - started < QUICK_MS) return;
        bar ??= progress("Query", started);
        const read = formatNumber(stats.processedRows);
        const by = stats.nodes > 1 ? ` by ${stats.nodes} servers` : "";
        bar.update({
          done: stats.completedSplits,
          total: stats.totalSplits,
          unit: "splits",
          detail: `${stats.state.toLowerCase()}, ${read} rows read${by}`,
        });
      },
      ...rest,
    });
    await bar?.done();
    return result;
  } catch (error) {
    await failProgress(bar, error, "cancelled");
    throw error;
  }
}
