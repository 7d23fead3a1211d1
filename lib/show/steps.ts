/**
 * The long steps with a progress bar each, as notebooks and tasks run them.
 *
 * @module
 */

import { settings } from "../core/settings.ts";
import { showDetails } from "./error_details.ts";
import { formatBytes, formatNumber } from "../core/format.ts";
import { interruptSignal } from "../core/interrupt.ts";
import { type Progress, progress } from "./progress.ts";
import type { QueryResult } from "../trino/result.ts";
import {
  type IngestOptions,
  type IngestResult,
  submitIngest,
} from "../spark/ingest.ts";
import {
  uploadFiles,
  type UploadOptions,
  type UploadResult,
} from "../store/staging.ts";
import {
  type GenerateOptions,
  type GenerateResult,
  generateTrips,
} from "../trips/generate.ts";
import type { Statement } from "../trino/sql.ts";
import { query, type QueryOptions } from "../trino/client.ts";

/** A question this quick needs no bar. */
const QUICK_MS = 2_000;

function isStop(error: unknown): boolean {
  return error instanceof Error && error.name === "AbortError";
}

async function withBar<T>(
  title: string,
  step: (bar: Progress) => Promise<T>,
  outcome: (result: T) => string,
): Promise<T> {
  const bar = progress(title);
  try {
    const result = await step(bar);
    await bar.done(outcome(result));
    return result;
  } catch (error) {
    await bar.fail(isStop(error) ? "stopped" : "failed");
    await showDetails(error);
    throw error;
  }
}

/**
 * Generates the trips the settings ask for (`ROWS` million into `PARQUET_DIR`),
 * with a progress bar.
 *
 * Files of the same arguments that are there already are kept.
 *
 * @throws {LakehouseError} When the number of rows makes no sense or does not fit the disk.
 * @example Usage
 * ```ts ignore
 * import { generate } from "@lakehouse";
 *
 * const { rows, files } = await generate({ rows: 100_000 });
 * console.log(rows, files.length);
 * ```
 */
export function generate(
  options: Partial<GenerateOptions> = {},
): Promise<GenerateResult> {
  const { rows, parquetDir } = settings();
  return withBar(
    "Generate",
    (bar) =>
      generateTrips({
        rows: Math.round(rows * 1e6),
        dir: parquetDir,
        signal: interruptSignal(),
        onProgress: ({ rows: done, total }) =>
          bar.update({ done, total, unit: "trips" }),
        ...options,
      }),
    ({ rows, files, bytes, reused }) =>
      `${formatNumber(rows)} trips in ${files.length} files, ${
        formatBytes(bytes)
      }${reused ? ", there already" : ""}`,
  );
}

/**
 * Makes staging hold the generated files, with a progress bar.
 *
 * @throws {LakehouseError} When there is nothing to upload, or the object store cannot be reached.
 * @example Usage
 * ```ts ignore
 * import { upload } from "@lakehouse";
 *
 * const { uploaded, skipped } = await upload();
 * console.log(uploaded, skipped);
 * ```
 */
export function upload(options: UploadOptions = {}): Promise<UploadResult> {
  return withBar(
    "Upload",
    (bar) =>
      uploadFiles({
        onProgress: ({ done, total, files }) =>
          bar.update({
            done,
            total,
            unit: "bytes",
            detail: `${files} file${files === 1 ? "" : "s"}`,
          }),
        ...options,
      }),
    ({ uploaded, skipped, bytes }) =>
      `${uploaded} files sent, ${skipped} there already, ${
        formatBytes(bytes)
      } in staging`,
  );
}

/**
 * Replaces the trips table by what lies in staging, with a progress bar.
 *
 * @throws {LakehouseError} When staging is empty or not as expected, or Spark fails; the table is then as it was.
 * @example Usage
 * ```ts ignore
 * import { ingest } from "@lakehouse";
 *
 * const { rows, snapshotId } = await ingest();
 * console.log(rows, snapshotId);
 * ```
 */
export function ingest(options: IngestOptions = {}): Promise<IngestResult> {
  return withBar(
    "Ingest",
    (bar) => {
      const starting = { done: 0, detail: "Spark is starting" };
      bar.update(starting);
      return submitIngest({
        onLog: (line) => {
          // At the first job in a container; then a volume keeps them.
          if (/^downloading https?:/.test(line)) {
            bar.update({ done: 0, detail: "Spark is fetching its packages" });
          }
        },
        onProgress: ({ tasks, total, rows }) =>
          bar.update(
            total === 0 ? starting : {
              done: tasks,
              total,
              unit: "tasks",
              detail: `${formatNumber(rows)} trips`,
            },
          ),
        ...options,
      });
    },
    ({ rows, files, bytes }) =>
      `${formatNumber(rows)} trips in ${files} data files, ${
        formatBytes(bytes)
      }`,
  );
}

/**
 * Asks Trino one question, as a text or as a fragment made by {@linkcode sql}; a
 * progress bar shows when it takes longer than two seconds.
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
  options: QueryOptions = {},
): Promise<QueryResult> {
  const started = performance.now();
  let bar: Progress | undefined;
  try {
    const result = await query(statement, {
      onProgress: ({ state, completedSplits, totalSplits, processedRows }) => {
        if (performance.now() - started < QUICK_MS) return;
        bar ??= progress("Query", started);
        bar.update({
          done: completedSplits,
          total: totalSplits,
          unit: "splits",
          detail: `${state.toLowerCase()}, ${
            formatNumber(processedRows)
          } rows read`,
        });
      },
      ...options,
    });
    await bar?.done();
    return result;
  } catch (error) {
    await bar?.fail(isStop(error) ? "cancelled" : "failed");
    await showDetails(error);
    throw error;
  }
}
