/**
 * DuckDB on snapshots of Iceberg tables: a second opinion without a server.
 *
 * DuckDB's own way to an Iceberg catalog, with SigV4, is its extensions iceberg
 * and httpfs, which it downloads from its own host at first use. Here it does
 * without them: the catalog is asked through {@linkcode tableTree}, the data
 * files that the snapshot consists of are fetched over S3 into a temporary
 * folder, and DuckDB reads them as Parquet, by the ids of their columns.
 *
 * @module
 */

import { inParallel, objectReader } from "../../iceberg/object_store.ts";
import { checkReadable, filesOf, type TableTree } from "../../iceberg/tree.ts";
import { makeCopiesDir } from "./copies.ts";
import { type DuckdbSqlOptions, openViews } from "./instance.ts";
import { type LocalFile, viewSql } from "./view.ts";
import { interruptSignal, withLimit } from "../../../lib/core/interrupt.ts";
import type { QueryResult } from "../../../lib/trino/result.ts";
import type { Statement } from "../../../lib/trino/sql.ts";
import { statementFor } from "../dialect.ts";

const DEFAULT_LIMIT_MS = 30 * 60_000;

/** Options of {@linkcode duckdb}. */
export interface DuckdbOptions {
  /** Ends the fetching of files. @default {interruptSignal()} */
  signal?: AbortSignal;
  /** Longest time it may take, in milliseconds. @default {1_800_000} */
  limitMs?: number;
  /** Told how many bytes of the files are there. */
  onProgress?: (progress: { done: number; total: number }) => void;
}

/** A database in memory with a view for each table. */
export interface Duckdb extends AsyncDisposable {
  /** Files that were fetched. */
  readonly files: number;
  /** Their size in bytes. */
  readonly bytes: number;
  /**
   * Runs one statement, a text or a fragment made by `sql`; times are in UTC.
   *
   * @throws {LakehouseError} When DuckDB refuses or fails it.
   * @throws {unknown} The signal's reason, after the query has ended.
   */
  sql(statement: Statement, options?: DuckdbSqlOptions): Promise<QueryResult>;
  /** Closes it and removes the fetched files. */
  close(): Promise<void>;
}

/** Copies of the files of every table, by its name. */
async function fetchFiles(
  tables: Record<string, TableTree>,
  dir: string,
  options: DuckdbOptions,
): Promise<Map<string, LocalFile[]>> {
  const signal = withLimit(
    options.signal ?? interruptSignal(),
    options.limitMs ?? DEFAULT_LIMIT_MS,
    "Fetching the table's files",
  );
  const copies = new Map(
    Object.entries(tables).map(([view, tree], table) => [
      view,
      filesOf(tree).map((file, index) => ({
        ...{ file, path: `${dir}/${table}-${index}.parquet` },
      })),
    ]),
  );
  const all = [...copies.values()].flat();
  const total = all.reduce((sum, { file }) => sum + file.bytes, 0);
  let done = 0;
  const onBytes = (bytes: number) => {
    done += bytes;
    options.onProgress?.({ done, total });
  };
  const objects = await objectReader(signal);
  try {
    await inParallel(
      all,
      ({ file, path }) => objects.save(file.path, path, onBytes),
    );
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  } finally {
    objects.close();
  }
  return copies;
}

/**
 * Opens DuckDB with a view for each given snapshot, and fetches their files.
 *
 * Position deletes are applied. Close it when done: the copies take as much
 * room as the tables, and the worker that DuckDB runs in keeps a program from
 * ending. Copies of a program that was killed go with the next call.
 *
 * @param tables Snapshots by the name of their view.
 * @throws {LakehouseError} When a snapshot has deletion vectors, equality deletes or files that are no Parquet, or a file cannot be fetched.
 * @throws {unknown} The signal's reason.
 * @example Usage
 * ```ts ignore
 * import { engines, iceberg } from "@lakehouse/lab";
 *
 * await using db = await engines.duckdb({ trips: await iceberg.tableTree("chicago", "taxi_trips") });
 * const { first } = await db.sql("SELECT count(*) AS n FROM trips");
 * console.log(first.n);
 * ```
 */
export async function duckdb(
  tables: Record<string, TableTree>,
  options: DuckdbOptions = {},
): Promise<Duckdb> {
  for (const tree of Object.values(tables)) checkReadable(tree, "DuckDB");
  const dir = await makeCopiesDir();
  const remove = () => Deno.remove(dir, { recursive: true }).catch(() => {});
  try {
    const copies = await fetchFiles(tables, dir, options);
    const instance = await openViews(
      dir,
      [...copies].flatMap(([view, files]) =>
        viewSql(view, tables[view]!, files)
      ),
    );
    const close = async () => {
      await instance.close();
      await remove();
    };
    const files = [...copies.values()].flat();
    return {
      files: files.length,
      bytes: files.reduce((sum, { file }) => sum + file.bytes, 0),
      sql: async (statement, options) =>
        await instance.run(statementFor("DuckDB", statement), options),
      close,
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await remove();
    throw error;
  }
}
