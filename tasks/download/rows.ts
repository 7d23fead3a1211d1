/**
 * The portal's rows as the product's columns, in an Arrow file per page.
 *
 * @module
 */

import {
  arrowBatch,
  type ArrowColumn,
  type ArrowField,
  arrowWriter,
  KEY_BYTES,
  setLong,
  setNull,
} from "../../lib/trips/parquet.ts";
import { TRIP_COLUMNS, type TripColumn } from "../../lib/trips/data_set.ts";
import type { SodaRow } from "./soda.ts";

/**
 * The portal's name for one of the product's columns, which has those of
 * BigQuery's copy of the data.
 */
function portalName(column: string): string {
  return column === "unique_key" ? "trip_id" : column.replace(
    /^(pickup|dropoff)_(latitude|longitude|location)$/,
    "$1_centroid_$2",
  );
}

/** The portal's names of all columns, in the product's order. */
export const PORTAL_COLUMNS: readonly string[] = TRIP_COLUMNS.map(({ name }) =>
  portalName(name)
);
/** The trip's key and its start, which put the rows in order. */
export const ORDER = { key: "trip_id", time: "trip_start_timestamp" } as const;

/**
 * What is wrong with an answer's columns, or `undefined`.
 *
 * A column without a value in any row is left out of the rows, so the header
 * that names the columns is asked first.
 */
export function columnProblem(
  rows: readonly SodaRow[],
  fields: readonly string[] | undefined,
): string | undefined {
  const given = new Set(fields ?? rows.flatMap((row) => Object.keys(row)));
  const unknown = [...new Set(rows.flatMap((row) => Object.keys(row)))]
    .filter((name) => !PORTAL_COLUMNS.includes(name));
  const needed = fields ? PORTAL_COLUMNS : Object.values(ORDER);
  const missing = rows.length > 0 || fields
    ? needed.filter((name) => !given.has(name))
    : [];
  const quoted = (names: readonly string[]) =>
    names.map((name) => `"${name}"`).join(", ");
  if (missing.length === 0 && unknown.length === 0) return undefined;
  return [
    missing.length > 0 ? `the answer lacks ${quoted(missing)}` : "",
    unknown.length > 0 ? `it has ${quoted(unknown)}, not asked for` : "",
  ].filter(Boolean).join("; ");
}

/** A cell that is not of its column's type. */
export class CellError extends Error {}

function refuse(value: unknown, row: SodaRow, name: string, type: string) {
  return new CellError(
    `column "${name}" of trip ${row[ORDER.key]} is ${
      JSON.stringify(value)
    }, not a ${type}`,
  );
}

/** Numbers come as texts, so that none loses digits on the way. */
function number(value: unknown): number {
  const isNumber = typeof value === "number" ||
    (typeof value === "string" && value.trim() !== "");
  return isNumber ? Number(value) : NaN;
}

/** `POINT (longitude latitude)` from GeoJSON; other texts as they are. */
function text(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  const { type, coordinates } = value as {
    type?: unknown;
    coordinates?: unknown[];
  };
  return type === "Point" && coordinates?.length === 2
    ? `POINT (${coordinates.join(" ")})`
    : undefined;
}

/**
 * Microseconds of a time without a zone. It is Chicago's wall-clock time, and
 * is kept as if it were UTC: the same hour as BigQuery's copy and the generated
 * trips show. So the hour that the end of summer time repeats is there twice.
 */
function microseconds(value: unknown): number {
  return typeof value === "string" &&
      /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?$/.test(value)
    ? Date.parse(`${value}Z`) * 1000
    : NaN;
}

function setCell(
  column: ArrowColumn,
  { type }: TripColumn,
  at: number,
  value: unknown,
  pool: Map<string, number>,
): boolean {
  switch (type) {
    case "string": {
      const content = text(value);
      if (content === undefined) return false;
      column.words[at] = pool.get(content)!;
      return true;
    }
    case "double": {
      const content = number(value);
      column.doubles[at] = content;
      return Number.isFinite(content);
    }
    case "long":
    case "timestamp": {
      const content = type === "long" ? number(value) : microseconds(value);
      if (!Number.isSafeInteger(content)) return false;
      setLong(column, at, content);
      return true;
    }
  }
}

/**
 * Whether the trip's key has the form all keys have: 40 hexadecimal digits.
 * Polars never forgets a text it has met in a pool, so keys had better not be
 * in one.
 */
function hasPlainKey(row: SodaRow): boolean {
  return /^[0-9a-f]{40}$/.test(String(row[ORDER.key]));
}

const isNull = (value: unknown) => value === undefined || value === null;

function setKeys({ words }: ArrowColumn, rows: readonly SodaRow[]): void {
  const bytes = new Uint8Array(words.buffer, words.byteOffset);
  const encoder = new TextEncoder();
  for (const [i, row] of rows.entries()) {
    encoder.encodeInto(
      row[ORDER.key] as string,
      bytes.subarray(KEY_BYTES * i, KEY_BYTES * (i + 1)),
    );
  }
}

/** Numbers of the texts of a column, in the order they come. */
function poolOf(rows: readonly SodaRow[], name: string): Map<string, number> {
  const pool = new Map<string, number>();
  for (const row of rows) {
    const value = isNull(row[name]) ? undefined : text(row[name]);
    if (value !== undefined && !pool.has(value)) pool.set(value, pool.size);
  }
  return pool;
}

/**
 * Writes rows as an Arrow file with the product's columns and types.
 *
 * @returns The file's size in bytes.
 * @throws {CellError} When a value is not of its column's type.
 */
export function writePage(path: string, rows: readonly SodaRow[]): number {
  const pools = new Map<string, Map<string, number>>();
  const fields = TRIP_COLUMNS.map(({ name, type }): ArrowField => {
    if (type !== "string") return { name, type };
    if (name === "unique_key" && rows.every(hasPlainKey)) {
      return { name, type: "key" };
    }
    const pool = poolOf(rows, portalName(name));
    pools.set(name, pool);
    return { name, type: "pool", pool: [...pool.keys()] };
  });
  const batch = arrowBatch(fields, rows.length);
  for (const [c, column] of TRIP_COLUMNS.entries()) {
    const cells = batch.columns[column.name]!;
    if (fields[c]!.type === "key") {
      setKeys(cells, rows);
      continue;
    }
    const pool = pools.get(column.name) ?? new Map();
    const name = portalName(column.name);
    for (const [i, row] of rows.entries()) {
      const value = row[name];
      if (isNull(value)) setNull(cells, i);
      else if (!setCell(cells, column, i, value, pool)) {
        throw refuse(value, row, name, column.type);
      }
    }
  }
  using file = Deno.openSync(path, { write: true, create: true });
  const arrow = arrowWriter(file, batch);
  arrow.write(rows.length);
  return arrow.end();
}
