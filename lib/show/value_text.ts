/**
 * Exact values as text, for tables and files.
 *
 * @module
 */

function part(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") {
    return (JSON as unknown as { rawJSON(text: string): unknown })
      .rawJSON(String(value));
  }
  // JSON has neither; null would say something else.
  if (typeof value === "number" && !Number.isFinite(value)) {
    return String(value);
  }
  return value instanceof Uint8Array ? `0x${value.toHex()}` : value;
}

/**
 * An array, a map or a row as JSON: integers with all their digits, bytes as
 * `"0x00ff"`, `NaN` and `Infinity` as texts.
 *
 * @example Usage
 * ```ts
 * import { jsonText } from "./value_text.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(jsonText({ id: 9007199254740993n }), '{"id":9007199254740993}');
 * ```
 */
export function jsonText(value: object): string {
  return JSON.stringify(value, part);
}

/**
 * A value as text that loses nothing: times in ISO 8601, bytes as `0x00ff`,
 * arrays and objects as JSON.
 *
 * @example Usage
 * ```ts
 * import { valueText } from "./value_text.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(valueText(-0), "-0");
 * assertEquals(valueText(new Uint8Array([0, 255])), "0x00ff");
 * ```
 */
export function valueText(value: unknown): string {
  if (Object.is(value, -0)) return "-0";
  if (typeof value !== "object" || value === null) return String(value);
  if (value instanceof Uint8Array) return `0x${value.toHex()}`;
  if (value instanceof Date) {
    return Number.isNaN(value.getTime()) ? String(value) : value.toISOString();
  }
  const proto = Object.getPrototypeOf(value);
  const isData = proto === Object.prototype || proto === null ||
    Array.isArray(value);
  // Temporal values and the like say best themselves what they are.
  return isData ? jsonText(value) : String(value);
}
