/**
 * Exact values as text, for tables and files.
 *
 * @module
 */

import { stringifyExactJson } from "../core/json.ts";

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
  return isData ? stringifyExactJson(value) : String(value);
}
