/**
 * Trino's values as TypeScript ones: exact, or as numbers and dates to draw.
 *
 * @module
 */

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

/**
 * Columns whose names differ: a row has one value by name, and Trino gives
 * `SELECT a.id, b.id` two columns `id`. The second becomes `id_2`.
 *
 * @example Usage
 * ```ts
 * import { uniqueNames } from "./types.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const id = { name: "id", type: "bigint", typeSignature: { rawType: "bigint" } };
 * assertEquals(uniqueNames([id, id]).map(({ name }) => name), ["id", "id_2"]);
 * ```
 */
export function uniqueNames(columns: readonly Column[]): Column[] {
  const given = new Set(columns.map(({ name }) => name));
  const used = new Set<string>();
  return columns.map((column) => {
    let { name } = column;
    for (let n = 2; used.has(name); n++) {
      const next = `${column.name}_${n}`;
      if (!given.has(next)) name = next;
    }
    used.add(name);
    return { ...column, name };
  });
}

const NUMBERS = new Set(["integer", "smallint", "tinyint", "double", "real"]);

function nested(type: TypeSignature, index: number): TypeSignature {
  const value = type.arguments?.[index]?.value;
  return (value as TypeSignature | undefined) ?? { rawType: "unknown" };
}

function exactRow(type: TypeSignature, value: unknown[]): unknown {
  return Object.fromEntries(value.map((item, index) => {
    const field = type.arguments?.[index]?.value as {
      fieldName?: { name: string } | null;
      typeSignature?: TypeSignature;
    } | undefined;
    return [
      field?.fieldName?.name ?? `field${index}`,
      exactValue(field?.typeSignature ?? { rawType: "unknown" }, item),
    ];
  }));
}

/**
 * A value of Trino's protocol, exactly as the table has it.
 *
 * `bigint` becomes a BigInt; `decimal`, dates and timestamps stay text, which
 * loses no digit; `varbinary` becomes bytes; rows and maps become objects.
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
  switch (type.rawType) {
    case "varbinary":
      return Uint8Array.fromBase64(raw);
    case "array":
      return raw.map((item: unknown) => exactValue(nested(type, 0), item));
    case "map":
      return Object.fromEntries(
        Object.entries(raw).map(([key, item]) => [
          key,
          exactValue(nested(type, 1), item),
        ]),
      );
    case "row":
      return exactRow(type, raw);
    default:
      return raw;
  }
}

const ZONE = / (UTC|[+-]\d\d:\d\d)$/;

function dateOf(text: string): Date | string {
  const zone = text.match(ZONE)?.[1];
  const local = text.replace(ZONE, "").replace(" ", "T");
  const offset = zone === undefined || zone === "UTC" ? "Z" : zone;
  const date = new Date(local.length === 10 ? local : `${local}${offset}`);
  return Number.isNaN(date.getTime()) ? text : date;
}

/**
 * An exact value as something a chart can draw: BigInt and decimal as numbers,
 * dates and timestamps as `Date` (milliseconds; without a zone, as UTC).
 *
 * Digits beyond 2^53 and below a millisecond are lost.
 *
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
    return dateOf(value);
  }
  return value;
}
