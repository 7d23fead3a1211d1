/**
 * Rows of a snapshot, read from its Parquet files without an engine.
 *
 * @module
 */

import type { Field } from "../../lib/catalog/tables.ts";
import { LakehouseError } from "../../lib/core/errors.ts";
import { valueText } from "../../lib/core/format.ts";
import { interruptSignal, withLimit } from "../../lib/core/interrupt.ts";
import { type Row, rowMaker } from "../../lib/trino/rows.ts";
import { exactOf, shortest } from "./encoding/bounds.ts";
import { objectReader } from "./object_store.ts";
import { deletesOf } from "./parquet/deletes.ts";
import { openParquet } from "./parquet/file.ts";
import { project, readGroup } from "./parquet/projection.ts";
import { type NestedType } from "./parquet/values.ts";
import { checkReadable, filesOf, type TableTree } from "./tree.ts";

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
  /** Values as Parquet has them: `long` as BigInt, times as micros, dates as days; see `parquet/values.ts`. */
  columns: unknown[][];
}

const TYPES =
  /^(boolean|int|long|float|double|date|time|timestamp|timestamptz|timestamp_ns|timestamptz_ns|string|uuid|binary|unknown|decimal\(.*\)|fixed\[.*\])$/;

/** The first type in it that cannot be read, or `undefined`. */
function unknownType(type: unknown): string | undefined {
  if (typeof type === "string") return TYPES.test(type) ? undefined : type;
  const { fields = [], ...parts } = type as NestedType;
  const inner = [parts.element, parts.key, parts.value]
    .concat(fields.map((field) => field.type))
    .filter((each) => each !== undefined);
  return inner.map(unknownType).find((each) => each !== undefined);
}

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
    const unknown = unknownType(type);
    if (unknown === undefined) continue;
    throw new LakehouseError({
      what: `Cannot read the column "${name}" without an engine`,
      why: unknown === type
        ? `its type is ${type}`
        : `there is a ${unknown} in it`,
      next: "leave it out, or ask Trino or Spark",
    });
  }
  return fields;
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
  const data = filesOf(tree).filter(({ content }) => content === "data");
  const objects = await objectReader(signal);
  try {
    const deletes = await deletesOf(tree, objects.read);
    // The next file arrives while this one is decoded.
    const fetched = (index: number) => {
      const reading = data[index] && objects.read(data[index].path);
      reading?.catch(() => {});
      return reading;
    };
    let next = fetched(0);
    for (const [index, file] of data.entries()) {
      const parquet = await openParquet(file.path, (await next)!);
      next = fetched(index + 1);
      const projected = project(parquet, file, fields, tree.table);
      const deleted = await deletes.rowsOf(
        file,
        () => Promise.resolve(parquet),
      );
      let first = 0;
      for (const [group, rows] of parquet.groups.entries()) {
        signal.throwIfAborted();
        const columns = await readGroup(parquet, projected, group);
        yield without({ rows, columns }, first, deleted);
        first += rows;
      }
    }
  } finally {
    objects.close();
  }
}

function without(
  { rows, columns }: ColumnBatch,
  first: number,
  deleted: ReadonlySet<number>,
): ColumnBatch {
  if (deleted.size === 0) return { rows, columns };
  const kept = Array.from({ length: rows }, (_, index) => index)
    .filter((index) => !deleted.has(first + index));
  return {
    rows: kept.length,
    columns: columns.map((values) => kept.map((index) => values[index])),
  };
}

/** Makes a value of a column one that query results have. */
function toExact(type: unknown): (raw: unknown) => unknown {
  const orNull = (exact: (raw: unknown) => unknown) => (raw: unknown) =>
    raw === null || raw === undefined ? null : exact(raw);
  if (type === "float") return orNull((raw) => shortest(raw as number));
  if (typeof type === "string") return (raw) => exactOf(type, raw);
  const nested = type as NestedType;
  if (nested.type === "list") {
    const element = toExact(nested.element);
    return orNull((raw) => (raw as unknown[]).map(element));
  }
  if (nested.type === "map") {
    const [key, value] = [toExact(nested.key), toExact(nested.value)];
    return orNull((raw) => {
      const pairs = raw as [unknown, unknown][];
      return rowMaker(pairs.map(([each]) => valueText(key(each))))(
        pairs.map(([, each]) => value(each)),
      );
    });
  }
  const fields = nested.fields.map((field) => toExact(field.type));
  const make = rowMaker(nested.fields.map(({ name }) => name!));
  return orNull((raw) =>
    make(fields.map((field, i) => field((raw as unknown[])[i])))
  );
}

/**
 * Rows of a snapshot, some at a time, with the values that query results have:
 * what an engine does when it reads a table, in TypeScript alone.
 *
 * Deletes of every kind are applied. Columns are found by their ids, so that
 * renamed, added and widened ones read right; in files that others wrote and that
 * were added as they are, by the partition's values and the table's name mapping.
 * Rows from before a column was there have its default.
 *
 * @throws {LakehouseError} When the snapshot has files of Avro or ORC, a column is a variant or geospatial, or a file has what is not known here.
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
