/**
 * Trino's values as TypeScript ones: exact, or as numbers and dates to draw.
 *
 * @module
 */

import { dateOf } from "../core/timestamps.ts";
import { distinctNames, type Row, rowMaker } from "./rows.ts";
import { valueText } from "../core/format.ts";

/** A type as Trino's protocol describes it. */
export interface TypeSignature {
  /** Its name without parameters: `bigint`, `decimal`, `array`, `row`. */
  rawType: string;
  /** Parameters: nested types, field names, numbers. */
  arguments?: { kind: string; value: unknown }[];
}

/** A column of a result. */
export interface Column {
  /** Its name. */
  name: string;
  /** Its SQL type, such as `timestamp(6) with time zone`. */
  type: string;
  /** The type's structure. */
  typeSignature: TypeSignature;
}

const NUMBERS = new Set(["integer", "smallint", "tinyint", "double", "real"]);

function nested(type: TypeSignature, index: number): TypeSignature {
  const value = type.arguments?.[index]?.value;
  return (value as TypeSignature | undefined) ?? { rawType: "unknown" };
}

function exactRow(type: TypeSignature, values: unknown[]): Row {
  const fields = (type.arguments ?? []).map(({ value }) =>
    value as {
      fieldName?: { name: string } | null;
      typeSignature: TypeSignature;
    }
  );
  return rowMaker(distinctNames(fields.map((field) => field.fieldName?.name)))(
    values.map((value, i) => exactValue(fields[i]!.typeSignature, value)),
  );
}

/** A map as an object: Trino sends one, whose keys are texts; others pairs. */
function exactMap(type: TypeSignature, raw: object): Row {
  const pairs: [unknown, unknown][] = Array.isArray(raw)
    ? raw
    : Object.entries(raw);
  return rowMaker(
    pairs.map(([key]) => valueText(exactValue(nested(type, 0), key))),
  )(pairs.map(([, value]) => exactValue(nested(type, 1), value)));
}

const NESTED = new Set(["array", "map", "row"]);

/**
 * A value of Trino's protocol, exactly as the table has it.
 *
 * `bigint` becomes a BigInt; `decimal`, dates and timestamps stay text, which
 * loses no digit; `varbinary` becomes bytes.
 *
 * Rows and maps become objects. A row's field without a name is called by its
 * place, `field0`; of two with one name the second gets a number, `a_2`. Keys of
 * maps that are no texts become the text a table shows: `10`, `0x00ff`, JSON.
 * Of keys that are arrays, maps or rows Trino itself sends a text that cannot be
 * read back, and may be the same for two: there, ask for `map_entries(m)`.
 *
 * @example Usage
 * ```ts
 * import { exactValue } from "./types.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(exactValue({ rawType: "bigint" }, 7), 7n);
 * assertEquals(exactValue({ rawType: "decimal" }, "1.10"), "1.10");
 * ```
 */
export function exactValue(type: TypeSignature, value: unknown): unknown {
  if (value === null || value === undefined) return null;
  // deno-lint-ignore no-explicit-any
  const raw = value as any;
  if (type.rawType === "bigint") return BigInt(raw);
  if (NUMBERS.has(type.rawType)) return Number(raw);
  // A key of a map, in Trino's own words.
  if (NESTED.has(type.rawType) && typeof raw === "string") return raw;
  switch (type.rawType) {
    case "varbinary":
      return raw instanceof Uint8Array ? raw : Uint8Array.fromBase64(raw);
    case "array":
      return raw.map((item: unknown) => exactValue(nested(type, 0), item));
    case "map":
      return exactMap(type, raw);
    case "row":
      return exactRow(type, raw);
    default:
      return raw;
  }
}

/** How rows of a result are read; see {@linkcode rowsReader}. */
export interface RowsReader {
  /** Its columns; no two have one name. */
  columns: Column[];
  /** Rows as they were sent, by name and with exact values. */
  read(rows: readonly unknown[][]): Row[];
}

/**
 * Columns and rows of a result, from what an engine sends: names that differ,
 * exact values.
 *
 * @example Usage
 * ```ts
 * import { rowsReader } from "./types.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const id = { name: "id", type: "bigint", typeSignature: { rawType: "bigint" } };
 * const { columns, read } = rowsReader([id, id]);
 * assertEquals(columns.map(({ name }) => name), ["id", "id_2"]);
 * assertEquals(read([[7, 8]]), [{ id: 7n, id_2: 8n }]);
 * ```
 */
export function rowsReader(sent: readonly Column[]): RowsReader {
  const names = distinctNames(sent.map(({ name }) => name));
  const make = rowMaker(names);
  return {
    columns: sent.map((column, i) => ({ ...column, name: names[i]! })),
    read: (rows) =>
      rows.map((values) =>
        make(
          sent.map(({ typeSignature }, i) =>
            exactValue(typeSignature, values[i])
          ),
        )
      ),
  };
}

/**
 * An exact value as something a chart can draw: BigInt and decimal as numbers,
 * dates and timestamps as `Date` (milliseconds; without a zone, as UTC).
 *
 * Digits beyond 2^53 and below a millisecond are lost.
 *
 * @throws {LakehouseError} When a time is in the hour that a zone's clocks have twice.
 * @example Usage
 * ```ts
 * import { plainValue } from "./types.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(plainValue({ rawType: "decimal" }, "1.10"), 1.1);
 * ```
 */
export function plainValue(type: TypeSignature, value: unknown): unknown {
  if (typeof value === "bigint") return Number(value);
  if (typeof value !== "string") return value;
  if (type.rawType === "decimal") return Number(value);
  if (type.rawType === "date" || type.rawType.startsWith("timestamp")) {
    return dateOf(value) ?? value;
  }
  return value;
}
