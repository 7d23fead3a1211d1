/**
 * What the files of a snapshot say of each column, taken together.
 *
 * @module
 */

import type { DataFile } from "./files.ts";

/** A column over all files. */
export interface ColumnTotal {
  /** Its id. */
  id: number;
  /** Its name, with those around it: `address.street`. */
  name: string;
  /** Its type. */
  type: string;
  /** Bytes it takes in all files. */
  bytes: number;
  /** How many values it has, nulls included. */
  values: number;
  /** How many of them are null. */
  nulls: number;
  /** No value is lower; `null` when a file with values does not say. */
  lower: unknown;
  /** No value is higher; `null` when a file with values does not say. */
  upper: unknown;
}

/** A decimal's digits as a whole number; the scale is the same for both. */
const unscaled = (text: unknown) => BigInt(String(text).replace(".", ""));

/** Texts in the order of their code points, as Iceberg has them in UTF-8. */
function compareTexts(a: string, b: string): number {
  const [left, right] = [[...a], [...b]];
  for (const [index, char] of left.entries()) {
    const other = right[index];
    if (other === undefined) return 1;
    if (char !== other) return char.codePointAt(0)! - other.codePointAt(0)!;
  }
  return left.length - right.length;
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const at = a.findIndex((byte, index) => byte !== b[index]);
  return at < 0 ? a.length - b.length : (a[at]! - (b[at] ?? -1));
}

/**
 * Which of two values of a column comes first, in Iceberg's order: below, at or
 * above 0.
 *
 * @example Usage
 * ```ts
 * import { compareValues } from "./totals.ts";
 * import { assert } from "@std/assert";
 *
 * assert(compareValues("long", 9n, 10n) < 0);
 * assert(compareValues("decimal(9, 2)", "9.00", "10.00") < 0);
 * ```
 */
export function compareValues(type: string, a: unknown, b: unknown): number {
  if (type.startsWith("decimal")) {
    return compareValues("long", unscaled(a), unscaled(b));
  }
  if (a instanceof Uint8Array) return compareBytes(a, b as Uint8Array);
  if (typeof a === "string") return compareTexts(a, b as string);
  const [left, right] = [a, b] as [number, number];
  return left < right ? -1 : left > right ? 1 : 0;
}

/**
 * Columns over all files of data: their bytes, nulls, lowest and highest bound,
 * as their manifests have them.
 *
 * @example Usage
 * ```ts ignore
 * import { table } from "@lakehouse";
 * import { iceberg } from "@lakehouse/lab";
 *
 * table(iceberg.columnTotals(await iceberg.snapshotFiles("chicago", "taxi_trips")));
 * ```
 */
export function columnTotals(files: readonly DataFile[]): ColumnTotal[] {
  const totals = new Map<
    number,
    ColumnTotal & { isOpen: [boolean, boolean] }
  >();
  for (const { content, columns } of files) {
    if (content !== "data") continue;
    for (const column of columns) {
      const { id, name, type } = column;
      const total = totals.get(id) ?? {
        ...{ id, name, type, bytes: 0, values: 0, nulls: 0 },
        ...{ lower: null, upper: null, isOpen: [false, false] },
      };
      totals.set(id, total);
      total.bytes += column.bytes ?? 0;
      total.values += column.values ?? 0;
      total.nulls += column.nulls ?? 0;
      // A file of nulls has no bounds, and needs none.
      if (column.values !== undefined && column.values === column.nulls) {
        continue;
      }
      for (const [side, sign] of [["lower", 1], ["upper", -1]] as const) {
        const bound = column[side];
        if (bound === null) total.isOpen[side === "lower" ? 0 : 1] = true;
        else if (
          total[side] === null ||
          sign * compareValues(type, bound, total[side]) < 0
        ) total[side] = bound;
      }
    }
  }
  return [...totals.values()].map(({ isOpen, ...total }) => ({
    ...total,
    lower: isOpen[0] ? null : total.lower,
    upper: isOpen[1] ? null : total.upper,
  }));
}

/**
 * Whether a value lies within a column's bounds; without a bound nothing is
 * beyond it.
 *
 * @example Usage
 * ```ts ignore
 * import { iceberg } from "@lakehouse/lab";
 *
 * const columns = iceberg.columnTotals(await iceberg.snapshotFiles("chicago", "taxi_trips"));
 * const fare = columns.find(({ name }) => name === "fare")!;
 * console.log(iceberg.withinBounds(fare, 12.5));
 * ```
 */
export function withinBounds(
  { type, lower, upper }: Pick<ColumnTotal, "type" | "lower" | "upper">,
  value: unknown,
): boolean {
  return (lower === null || compareValues(type, lower, value) <= 0) &&
    (upper === null || compareValues(type, upper, value) >= 0);
}
