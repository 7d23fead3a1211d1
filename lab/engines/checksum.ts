/**
 * One number for all values of a table, the same in every engine: whether two
 * readers see the same rows, to the last bit.
 *
 * A row becomes a text in which every value stands exactly: whole numbers in
 * digits, times as microseconds since 1970, floating-point numbers by their 64
 * bits, texts with their length before them, so that none can pass for two. The
 * checksum is the sum over all rows of the first 60 bits of the text's MD5: the
 * order of the rows does not matter, their number does.
 *
 * @module
 */

import { hash } from "node:crypto";
import { LakehouseError } from "../../lib/core/errors.ts";
import { readColumns, type ReadRowsOptions } from "../iceberg/rows.ts";
import type { TableTree } from "../iceberg/tree.ts";
import type { Field } from "../../lib/catalog/tables.ts";
import { ENGINES, type SqlEngine } from "./engines.ts";

/** What stands for a value that is null. */
const NULL = "~";
const HEX_DIGITS = 15;

type Dialect = Record<string, (column: string) => string>;

// No engine's way of writing a floating-point number is another's, so the bits.
const DIALECTS: Record<SqlEngine, Dialect> = {
  trino: {
    string: (x) => `CAST(length(${x}) AS varchar) || ':' || ${x}`,
    number: (x) => `CAST(${x} AS varchar)`,
    double: (x) =>
      `CAST(from_big_endian_64(to_ieee754_64(CAST(${x} AS double))) AS varchar)`,
    date: (x) => `CAST(date_diff('day', DATE '1970-01-01', ${x}) AS varchar)`,
    // By seconds and decimals, since Trino counts no microseconds.
    micros: (x) =>
      `CAST(CAST(to_unixtime(date_trunc('second', ${x})) AS bigint) * 1000000 + ` +
      `CAST(substr(split_part(CAST(${x} AS varchar), '.', 2), 1, 6) AS bigint) AS varchar)`,
    bits: (text) =>
      `bitwise_right_shift(from_big_endian_64(substr(md5(to_utf8(${text})), 1, 8)), 4)`,
    sum: (bits) => `sum(CAST(${bits} AS decimal(38, 0)))`,
  },
  spark: {
    string: (x) => `length(${x}) || ':' || ${x}`,
    number: (x) => `CAST(${x} AS string)`,
    // Spark has no function for the bits, Java has; it takes no null.
    double: (x) =>
      `IF(${x} IS NULL, NULL, java_method('java.lang.Double', ` +
      `'doubleToLongBits', coalesce(CAST(${x} AS double), 0D)))`,
    date: (x) => `CAST(unix_date(${x}) AS string)`,
    micros: (x) => `CAST(unix_micros(CAST(${x} AS timestamp)) AS string)`,
    bits: (text) => `conv(substr(md5(${text}), 1, ${HEX_DIGITS}), 16, 10)`,
    sum: (bits) => `sum(CAST(${bits} AS decimal(20, 0)))`,
  },
  duckdb: {
    string: (x) => `length(${x}) || ':' || ${x}`,
    number: (x) => `CAST(${x} AS VARCHAR)`,
    double: (x) =>
      // As Java has it, every NaN is the same.
      `CAST(CAST(CAST(IF(isnan(${x}), 'nan'::DOUBLE, CAST(${x} AS DOUBLE)) AS BIT) AS BIGINT) AS VARCHAR)`,
    date: (x) => `CAST(date_diff('day', DATE '1970-01-01', ${x}) AS VARCHAR)`,
    micros: (x) => `CAST(epoch_us(${x}) AS VARCHAR)`,
    bits: (text) =>
      `CAST('0x' || substr(md5(${text}), 1, ${HEX_DIGITS}) AS BIGINT)`,
    sum: (bits) => `sum(${bits})`,
  },
};

const FORMS: Record<string, string> = {
  string: "string",
  boolean: "number",
  int: "number",
  long: "number",
  float: "double",
  double: "double",
  date: "date",
  timestamp: "micros",
  timestamptz: "micros",
};

function formOf({ name, type }: Pick<Field, "name" | "type">): string {
  const form = typeof type === "string" ? FORMS[type] : undefined;
  if (form) return form;
  throw new LakehouseError({
    what: `Cannot take a checksum over the column "${name}"`,
    why: `for its type, ${
      typeof type === "string" ? type : "a nested one"
    }, the engines have no text in common`,
    next: "leave the column out",
  });
}

/**
 * The statement that asks an engine for a table's checksum: one row of
 * `row_count` and `checksum`.
 *
 * @param engine Whose SQL it is to be.
 * @param fields The columns, in their order; those of `loadTable()`, for instance.
 * @param from The table as the engine names it, with `FOR VERSION AS OF …` if wanted.
 * @throws {LakehouseError} When a column is a decimal, binary or nested.
 * @example Usage
 * ```ts
 * import { engines } from "@lakehouse/lab";
 * import { assertStringIncludes } from "@std/assert";
 *
 * const fields = [{ name: "fare", type: "double" }];
 * assertStringIncludes(engines.checksumSql("trino", fields, "chicago.taxi_trips"), "to_ieee754_64");
 * ```
 */
export function checksumSql(
  engine: SqlEngine,
  fields: readonly Pick<Field, "name" | "type">[],
  from: string,
): string {
  const dialect = DIALECTS[engine];
  const texts = fields.map((field) => {
    const column = ENGINES[engine].quote(field.name);
    return `coalesce(${dialect[formOf(field)]!(column)}, '${NULL}')`;
  });
  const text = `concat_ws(',',\n  ${texts.join(",\n  ")})`;
  // Spark takes a method of Java in a row, but not in a sum.
  return `SELECT count(*) AS row_count, coalesce(${
    dialect.sum!("bits")
  }, 0) AS checksum
FROM (SELECT ${dialect.bits!(text)} AS bits
  FROM ${from}) AS all_rows`;
}

const double = new Float64Array(1);
const bits = new BigInt64Array(double.buffer);
const LETTERS_BEYOND = /[\ud800-\udfff]/;

function textOf(form: string, value: unknown): string {
  if (value === null || value === undefined) return NULL;
  if (form === "double") {
    double[0] = value as number;
    return String(bits[0]);
  }
  if (form !== "string") return String(value);
  const text = value as string;
  // Engines count characters; those beyond 16 bits take two units here.
  const length = LETTERS_BEYOND.test(text) ? [...text].length : text.length;
  return `${length}:${text}`;
}

/** Rows and checksum of a table. */
export interface Checksum {
  /** How many rows. */
  rows: number;
  /** Their checksum. */
  checksum: bigint;
}

/**
 * The checksum of a snapshot, taken in TypeScript from the files that its
 * metadata names: the same number as {@linkcode checksumSql} gets from an engine.
 *
 * @throws {LakehouseError} When the snapshot or a column of it cannot be read without an engine.
 * @throws {unknown} The signal's reason.
 * @example Usage
 * ```ts ignore
 * import { engines, iceberg } from "@lakehouse/lab";
 *
 * const { rows, checksum } = await engines.tableChecksum(await iceberg.tableTree("chicago", "taxi_trips"));
 * console.log(rows, checksum);
 * ```
 */
export async function tableChecksum(
  tree: TableTree,
  options: Omit<ReadRowsOptions, "columns"> = {},
): Promise<Checksum> {
  const forms = tree.schema.fields.map(formOf);
  let [rows, checksum] = [0, 0n];
  for await (const batch of readColumns(tree, options)) {
    for (let row = 0; row < batch.rows; row++) {
      const texts = forms.map((form, index) =>
        textOf(form, batch.columns[index]![row])
      );
      const digest = hash("md5", texts.join(","), "hex");
      checksum += BigInt(`0x${digest.slice(0, HEX_DIGITS)}`);
    }
    rows += batch.rows;
  }
  return { rows, checksum };
}
