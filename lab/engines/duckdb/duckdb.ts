/**
 * DuckDB on snapshots of Iceberg tables: a second opinion without a server.
 *
 * DuckDB's own way to an Iceberg catalog, with SigV4, is its extensions iceberg
 * and httpfs, which it downloads from its own host at first use. Here it does
 * without them: the catalog is asked through {@linkcode tableTree}, the data
 * files that the snapshot consists of are fetched over S3 into a temporary
 * folder, and DuckDB reads them as Parquet, by what `lab/iceberg` finds of their
 * columns and deletes.
 *
 * @module
 */

import type { DataFile } from "../../iceberg/files.ts";
import {
  inParallel,
  type ObjectReader,
  objectReader,
} from "../../iceberg/object_store.ts";
import { type Deletes, deletesOf } from "../../iceberg/parquet/deletes.ts";
import { openParquet } from "../../iceberg/parquet/file.ts";
import { project } from "../../iceberg/parquet/projection.ts";
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
  /** Data files that were fetched. */
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

/** A data file and the copy of it. */
interface Copy {
  view: string;
  file: DataFile;
  path: string;
}

/** Copies of the data files of every table. */
async function fetchFiles(
  tables: Record<string, TableTree>,
  dir: string,
  objects: ObjectReader,
  onProgress: DuckdbOptions["onProgress"],
): Promise<Copy[]> {
  const copies = Object.entries(tables).flatMap(([view, tree], table) =>
    filesOf(tree).filter(({ content }) => content === "data")
      .map((file, i) => ({
        ...{ view, file, path: `${dir}/${table}-${i}.parquet` },
      }))
  );
  const total = copies.reduce((sum, { file }) => sum + file.bytes, 0);
  let done = 0;
  await inParallel(
    copies,
    ({ file, path }) =>
      objects.save(file.path, path, (bytes) => {
        done += bytes;
        onProgress?.({ done, total });
      }),
  );
  return copies;
}

/** The end of a Parquet file, which describes the rest. */
async function footer(path: string): Promise<Uint8Array> {
  using file = await Deno.open(path);
  const end = async (length: number) => {
    const bytes = new Uint8Array(Math.min(length, (await file.stat()).size));
    await file.seek(-bytes.length, Deno.SeekMode.End);
    for (let at = 0; at < bytes.length;) {
      at += await file.read(bytes.subarray(at)) ?? Infinity;
    }
    return bytes;
  };
  const last = await end(8);
  if (last.length < 8) return last;
  return await end(8 + new DataView(last.buffer).getUint32(0, true));
}

/** The statements that make the view of a table from copies of its files. */
async function viewOf(
  view: string,
  tree: TableTree,
  copies: readonly Copy[],
  deletes: Deletes,
  deleted: string,
): Promise<string[]> {
  const files: LocalFile[] = [];
  let hasDeleted = false;
  for (const { file, path } of copies) {
    const parquet = await openParquet(file.path, await footer(path));
    const columns = project(parquet, file, tree.schema.fields, tree.table);
    files.push({ path, columns });
    const gone = await deletes.rowsOf(
      file,
      async () => await openParquet(file.path, await Deno.readFile(path)),
    );
    const lines = [...gone].map((place) => `${path},${place}\n`).join("");
    if (lines) await Deno.writeTextFile(deleted, lines, { append: true });
    hasDeleted ||= lines !== "";
  }
  return viewSql(view, tree, files, hasDeleted ? deleted : undefined);
}

/**
 * Opens DuckDB with a view for each given snapshot, and fetches their files.
 *
 * Deletes of every kind are applied, and columns found as `readRows()` finds
 * them. Close it when done: the copies take as much
 * room as the tables, and the worker that DuckDB runs in keeps a program from
 * ending. Copies of a program that was killed go with the next call.
 *
 * @param tables Snapshots by the name of their view.
 * @throws {LakehouseError} When a snapshot has files of Avro or ORC or a column of a type that DuckDB does not know, or a file cannot be fetched.
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
  const signal = withLimit(
    options.signal ?? interruptSignal(),
    options.limitMs ?? DEFAULT_LIMIT_MS,
    "Fetching the table's files",
  );
  const dir = await makeCopiesDir();
  const remove = () => Deno.remove(dir, { recursive: true }).catch(() => {});
  const objects = await objectReader(signal);
  try {
    const copies = await fetchFiles(tables, dir, objects, options.onProgress);
    const statements: string[] = [];
    for (const [i, [view, tree]] of Object.entries(tables).entries()) {
      const own = copies.filter((copy) => copy.view === view);
      const deletes = await deletesOf(tree, objects.read);
      statements.push(
        ...await viewOf(view, tree, own, deletes, `${dir}/${i}-deleted.csv`),
      );
    }
    const instance = await openViews(dir, statements);
    const close = async () => {
      await instance.close();
      await remove();
    };
    return {
      files: copies.length,
      bytes: copies.reduce((sum, { file }) => sum + file.bytes, 0),
      sql: async (statement, options) =>
        await instance.run(statementFor("DuckDB", statement), options),
      close,
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await remove();
    throw signal.aborted ? signal.reason : error;
  } finally {
    objects.close();
  }
}
