/**
 * Rows of a snapshot, read from its Parquet files without an engine.
 *
 * @module
 */

import {
  brotliDecompressSync,
  gunzipSync,
  zstdDecompressSync,
} from "node:zlib";
import type { FileMetaData } from "hyparquet";
import { LakehouseError } from "../../lib/core/errors.ts";
import { interruptSignal, withLimit } from "../../lib/core/interrupt.ts";
import { type Row, rowMaker } from "../../lib/trino/rows.ts";
import type { Field } from "../../lib/catalog/tables.ts";
import type { DataFile } from "./files.ts";
import { type ObjectReader, objectReader } from "./object_store.ts";
import { checkReadable, filesOf, type TableTree } from "./tree.ts";
import { exactOf, shortest } from "./bounds.ts";

const DEFAULT_LIMIT_MS = 30 * 60_000;

/** Options of {@linkcode readRows}. */
export interface ReadRowsOptions {
  /** Columns to read. @default {all} */
  columns?: readonly string[];
  /** Ends the reading. @default {interruptSignal()} */
  signal?: AbortSignal;
  /** Longest time it may take, in milliseconds. @default {1_800_000} */
  limitMs?: number;
}

/** Some rows of one file, a list of values for each column. */
export interface ColumnBatch {
  /** How many rows. */
  rows: number;
  /** Values as Parquet has them: `long` as BigInt, times as micros, dates as days. */
  columns: unknown[][];
}

const TYPES = [
  ...["boolean", "int", "long", "float", "double"],
  ...["date", "timestamp", "timestamptz", "string"],
];

/** The wanted columns, in their order; refuses what cannot be read. */
function fieldsOf(
  { schema }: TableTree,
  names: readonly string[] | undefined,
): Field[] {
  const fields = (names ?? schema.fields.map(({ name }) => name)).map(
    (wanted) => {
      const field = schema.fields.find(({ name }) => name === wanted);
      if (field) return field;
      throw new LakehouseError({
        what: `Cannot read the column "${wanted}"`,
        why: "the table has none of that name",
        next: `choose among ${
          schema.fields.map(({ name }) => name).join(", ")
        }`,
      });
    },
  );
  for (const { name, type } of fields) {
    if (TYPES.includes(type as string)) continue;
    throw new LakehouseError({
      what: `Cannot read the column "${name}" without an engine`,
      why: `its type is ${typeof type === "string" ? type : "a nested one"}`,
      next: "leave it out, or ask Trino or Spark",
    });
  }
  return fields;
}

/** A column of the table, to be found in a file by its id. */
type Wanted = Pick<Field, "id"> & Partial<Field>;

/**
 * What rows from before a column was there have in it, as Parquet has values.
 *
 * @throws {LakehouseError} When it is of a type that takes an engine.
 */
export function valueBefore(
  field: Wanted & { "initial-default"?: unknown },
): unknown {
  const { name, type, "initial-default": value } = field;
  if (value === undefined || value === null) return null;
  if (type === "long") return BigInt(value as number);
  if (["boolean", "int", "float", "double", "string"].includes(String(type))) {
    return value;
  }
  throw new LakehouseError({
    what: `Cannot read the column "${name}" without an engine`,
    why: `rows from before it was added have a default of type ${type}`,
    next: "leave it out, or ask Trino or Spark",
  });
}

/** Whole bytes as the file that hyparquet reads. */
const asFile = (bytes: Uint8Array) => ({
  byteLength: bytes.byteLength,
  slice: (from: number, to?: number) =>
    bytes.slice(from, to).buffer as ArrayBuffer,
});

const OPTIONS = {
  compressors: {
    ZSTD: (input: Uint8Array) => zstdDecompressSync(input),
    GZIP: (input: Uint8Array) => gunzipSync(input),
    BROTLI: (input: Uint8Array) => brotliDecompressSync(input),
  },
  // As they are stored: dates of JavaScript have no microseconds.
  parsers: {
    timestampFromMilliseconds: (millis: bigint) => millis * 1000n,
    timestampFromMicroseconds: (micros: bigint) => micros,
    dateFromDays: (days: number) => days,
  },
};

/** A column in one file: its name there, or the value of all rows. */
type InFile = { name: string } | { value: unknown };

function columnsIn({ schema }: FileMetaData, wanted: Wanted[]): InFile[] {
  const names = new Map(schema.map((each) => [each.field_id, each.name]));
  return wanted.map((field) => {
    const name = names.get(field.id);
    return name === undefined ? { value: valueBefore(field) } : { name };
  });
}

/** The values of one row group of the file. */
async function readGroup(
  bytes: Uint8Array,
  metadata: FileMetaData,
  columns: InFile[],
  [rowStart, rowEnd]: [number, number],
): Promise<unknown[][]> {
  const { parquetRead } = await import("hyparquet");
  const found = new Map<string, unknown[]>();
  await parquetRead({
    ...OPTIONS,
    ...{ file: asFile(bytes), metadata, rowStart, rowEnd },
    columns: columns.flatMap((column) => "name" in column ? column.name : []),
    onChunk({ columnName, columnData, rowStart: first }) {
      const values = found.get(columnName) ?? [];
      found.set(columnName, values);
      for (let i = 0; i < columnData.length; i++) {
        values[first - rowStart + i] = columnData[i];
      }
    },
  });
  return columns.map((column) =>
    "name" in column
      ? found.get(column.name)!
      : new Array(rowEnd - rowStart).fill(column.value)
  );
}

/** What `read` reads of a file, or an error that names the file. */
async function decoded<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    throw new LakehouseError({
      what: `Cannot read ${path}`,
      why: `it is damaged: ${(cause as Error).message}`,
      next: "restore the object, or look at another snapshot",
      cause,
    });
  }
}

async function* readFile(
  path: string,
  bytes: Uint8Array,
  wanted: Wanted[],
): AsyncGenerator<ColumnBatch & { first: number }> {
  // Loaded when it is wanted, which for most notebooks is never.
  const { parquetMetadata } = await import("hyparquet");
  const metadata = await decoded(
    path,
    () => Promise.resolve(parquetMetadata(bytes.slice().buffer)),
  );
  const found = columnsIn(metadata, wanted);
  let first = 0;
  for (const { num_rows } of metadata.row_groups) {
    const rows = Number(num_rows);
    const columns = await decoded(
      path,
      () => readGroup(bytes, metadata, found, [first, first + rows]),
    );
    yield { rows, columns, first };
    first += rows;
  }
}

/** Places of the rows that position deletes name, by the file they are in. */
async function deletedRows(
  objects: ObjectReader,
  files: DataFile[],
): Promise<Map<string, Set<number>>> {
  const deleted = new Map<string, Set<number>>();
  for (const { path } of files) {
    // Ids that Iceberg keeps for these two columns.
    const ids = [{ id: 2147483546 }, { id: 2147483545 }];
    for await (const batch of readFile(path, await objects.read(path), ids)) {
      const [paths, places] = batch.columns as [string[], bigint[]];
      for (const [index, file] of paths.entries()) {
        const known = deleted.get(file) ?? new Set();
        deleted.set(file, known.add(Number(places[index])));
      }
    }
  }
  return deleted;
}

function without(
  { rows, columns, first }: ColumnBatch & { first: number },
  deleted: Set<number> | undefined,
): ColumnBatch {
  if (!deleted) return { rows, columns };
  const kept = Array.from({ length: rows }, (_, index) => index)
    .filter((index) => !deleted.has(first + index));
  return {
    rows: kept.length,
    columns: columns.map((values) => kept.map((index) => values[index])),
  };
}

/** Reads a snapshot column by column, a row group at a time. */
export async function* readColumns(
  tree: TableTree,
  options: ReadRowsOptions,
): AsyncGenerator<ColumnBatch> {
  checkReadable(tree, "TypeScript");
  const fields = fieldsOf(tree, options.columns);
  const signal = withLimit(
    options.signal ?? interruptSignal(),
    options.limitMs ?? DEFAULT_LIMIT_MS,
    "Reading the table's rows",
  );
  const files = filesOf(tree);
  const data = files.filter(({ content }) => content === "data");
  const objects = await objectReader(signal);
  try {
    const deleted = await deletedRows(
      objects,
      files.filter(({ content }) => content !== "data"),
    );
    // The next file arrives while this one is decoded.
    const fetched = (index: number) => {
      const reading = data[index] && objects.read(data[index].path);
      reading?.catch(() => {});
      return reading;
    };
    let next = fetched(0);
    for (const [index, { path }] of data.entries()) {
      const bytes = await next!;
      next = fetched(index + 1);
      for await (const batch of readFile(path, bytes, fields)) {
        signal.throwIfAborted();
        yield without(batch, deleted.get(path));
      }
    }
  } finally {
    objects.close();
  }
}

function toExact(type: unknown): (raw: unknown) => unknown {
  if (type === "float") {
    return (raw) => raw === null ? null : shortest(raw as number);
  }
  return (raw) => exactOf(type as string, raw ?? null);
}

/**
 * Rows of a snapshot, some at a time, with the values that query results have:
 * what an engine does when it reads a table, in TypeScript alone.
 *
 * Position deletes are applied; columns are found by their ids, so that renamed,
 * added and widened ones read right. Nested columns and decimals need an engine.
 *
 * @throws {LakehouseError} When the snapshot has deletion vectors, equality deletes, files that are no Parquet, or columns of other types.
 * @throws {unknown} The signal's reason.
 * @example Usage
 * ```ts ignore
 * import { iceberg } from "@lakehouse/lab";
 *
 * const trips = await iceberg.tableTree("chicago", "taxi_trips");
 * let seconds = 0n;
 * for await (const rows of iceberg.readRows(trips, { columns: ["trip_seconds"] })) {
 *   for (const row of rows) seconds += row.trip_seconds as bigint ?? 0n;
 * }
 * console.log(seconds);
 * ```
 */
export async function* readRows(
  tree: TableTree,
  options: ReadRowsOptions = {},
): AsyncGenerator<Row[]> {
  const fields = fieldsOf(tree, options.columns);
  const exact = fields.map(({ type }) => toExact(type));
  const byName = rowMaker(fields.map(({ name }) => name));
  for await (const { rows, columns } of readColumns(tree, options)) {
    yield Array.from(
      { length: rows },
      (_, row) => byName(exact.map((of, i) => of(columns[i]![row]))),
    );
  }
}
