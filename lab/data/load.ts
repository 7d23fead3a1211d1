/**
 * Files of one's own as an Iceberg table: through staging and Spark, as the trips.
 *
 * @module
 */

import { CatalogError } from "../../lib/catalog/call.ts";
import { catalog } from "../../lib/catalog/config.ts";
import { loadTable } from "../../lib/catalog/tables.ts";
import { ensureWarehouse } from "../../lib/catalog/warehouses.ts";
import { LakehouseError } from "../../lib/core/errors.ts";
import { formatBytes, formatNumber } from "../../lib/core/format.ts";
import { interruptSignal } from "../../lib/core/interrupt.ts";
import { takeLock } from "../../lib/core/lock.ts";
import { settings, stateDir } from "../../lib/core/settings.ts";
import { withProgress } from "../../lib/show/progress.ts";
import { type IngestResult, submitIngest } from "../../lib/spark/ingest.ts";
import { uploadFiles } from "../../lib/store/staging.ts";
import { makeCopiesDir } from "../engines/duckdb/copies.ts";
import { type Converted, toParquet } from "./convert.ts";

/** Options of {@linkcode load}. */
export interface LoadOptions {
  /** Name of the table. @default {the first path's name, as `bike_rides` of `Bike rides.csv`} */
  table?: string;
  /** Also in the place of a table that was not loaded by this. @default {false} */
  replace?: boolean;
  /** Ends it; the table is then as it was. @default {interruptSignal()} */
  signal?: AbortSignal;
}

/** What was loaded. */
export interface Loaded extends Converted {
  /** The table. */
  table: string;
  /** What the ingest wrote. */
  ingest: IngestResult;
}

/** A name that every engine takes, of a file's or a folder's. */
export function tableName(path: string): string {
  const name = path.replace(/\/+$/, "").split("/").at(-1) ?? "";
  const plain = name.replace(
    /\.(parquet|[ct]sv|json|jsonl|ndjson)(\.gz)?$/i,
    "",
  )
    .normalize("NFD").replace(/\p{M}/gu, "").toLowerCase()
    .replace(/[^a-z0-9]+/g, "_").replace(/^_+|_+$/g, "");
  return /^\d/.test(plain) ? `t_${plain}` : plain || "loaded";
}

/** Fails when the table is there, and its rows came by another way. */
async function requireOwn(table: string): Promise<void> {
  const { namespace, table: trips } = settings();
  const there = await loadTable(catalog(), namespace, table)
    .catch((error) => {
      if (error instanceof CatalogError && error.status === 404) return;
      throw error;
    });
  const isOwn = !there || there.currentSnapshot?.summary["staged-files"];
  if (table !== trips && isOwn) return;
  throw new LakehouseError({
    what: `Cannot load into ${namespace}.${table}`,
    why: table === trips
      ? "that is the table of the trips"
      : "it is there, and what it holds was not loaded by this",
    next:
      "give another name (--table), or say that it may be replaced (--replace)",
  });
}

/**
 * Loads files of Parquet, CSV or JSON, or all in a folder, into a table of its
 * own: DuckDB finds columns and types, the store stages them, Spark writes the
 * table, whose rows are counted before readers see it. Again, it replaces it.
 *
 * @throws {LakehouseError} When a file cannot be read, the table is somebody else's, or a step fails; the table is then as it was.
 * @throws {unknown} The signal's reason.
 * @example Usage
 * ```ts ignore
 * import { data } from "@lakehouse/lab";
 *
 * const { table, rows } = await data.load(["rides.csv"]);
 * console.log(table, rows);
 * ```
 */
export async function load(
  paths: string | readonly string[],
  options: LoadOptions = {},
): Promise<Loaded> {
  const given = [paths].flat();
  const signal = options.signal ?? interruptSignal();
  const table = options.table ?? tableName(given[0] ?? "");
  // What every store, catalog and engine holds, and what is no path.
  if (!/^[a-z0-9_]{1,250}$/.test(table)) {
    throw new LakehouseError({
      what: `Cannot load into a table "${table}"`,
      why: "it takes small letters, digits and _",
      next: `name it ${tableName(table)}`,
    });
  }
  // Another's files would take the place of those that Spark still reads.
  using _lock = takeLock(
    `${stateDir()}/load-${table}.lock`,
    `Cannot load into ${table}`,
    "another load into it",
  );
  await ensureWarehouse(catalog());
  if (!options.replace) await requireOwn(table);
  const dir = await makeCopiesDir();
  try {
    const converted = await withProgress(
      "Read",
      async (bar) => {
        bar.update({ done: 0, detail: "columns and types" });
        return await toParquet(given, dir, signal);
      },
      ({ rows, columns }) =>
        `${formatNumber(rows)} rows and ${columns.length} columns`,
    );
    await withProgress(
      "Upload",
      (bar) =>
        uploadFiles({
          ...{ dir: `${dir}/parts`, table, signal },
          onProgress: ({ done, total }) =>
            bar.update({ done, total, unit: "bytes" }),
        }),
      ({ bytes }) => `${formatBytes(bytes)} in staging`,
    );
    const result = await withProgress(
      "Ingest",
      (bar) => {
        bar.update({ done: 0, detail: "Spark is starting" });
        return submitIngest({
          ...{ table, staged: table, anyColumns: true, signal },
          onProgress: ({ tasks, total }) => {
            if (total) bar.update({ done: tasks, total, unit: "tasks" });
          },
        });
      },
      ({ added, bytes }) =>
        `${formatNumber(added)} rows in ${table}, ${formatBytes(bytes)}`,
    );
    if (result.rows !== converted.rows) {
      throw new LakehouseError({
        what: `${table} has ${result.rows} rows`,
        why: `${converted.rows} were read from the files`,
        next: "load it again",
      });
    }
    return { ...converted, table, ingest: result };
  } finally {
    await Deno.remove(dir, { recursive: true }).catch(() => {});
  }
}
