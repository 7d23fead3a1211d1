/**
 * JSON with values as they are: `JSON.parse` rounds 64-bit integers.
 *
 * @module
 */

/**
 * Parses JSON; an integer beyond `Number.MAX_SAFE_INTEGER` becomes a `bigint`,
 * every other number stays a `number`.
 *
 * @throws {SyntaxError} When the text is not JSON.
 * @example Usage
 * ```ts
 * import { parseExactJson } from "./json.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(parseExactJson('{"id": 8744736658442914487, "rows": 3}'), {
 *   id: 8744736658442914487n,
 *   rows: 3,
 * });
 * ```
 */
export function parseExactJson(text: string): unknown {
  // The reviver's third argument is part of ECMAScript 2026; the compiler's
  // declarations do not have it yet.
  const reviver = (
    _key: string,
    value: unknown,
    context?: { source?: string },
  ): unknown =>
    typeof value === "number" && !Number.isSafeInteger(value) &&
      context?.source !== undefined && /^-?\d+$/.test(context.source)
      ? BigInt(context.source)
      : value;
  return JSON.parse(text, reviver);
}

const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown };

function exact(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return rawJSON(`${value}`);
  if (Object.is(value, -0)) return rawJSON("-0");
  if (value instanceof Uint8Array) return `0x${value.toHex()}`;
  // JSON has neither NaN nor Infinity; null would say something else.
  if (typeof value !== "number" || Number.isFinite(value)) return value;
  return String(value);
}

/**
 * Writes JSON that loses no digit: integers with all of theirs, bytes as
 * `"0x00ff"`, `NaN` and `Infinity` as texts.
 *
 * @example Usage
 * ```ts
 * import { stringifyExactJson } from "./json.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(stringifyExactJson({ id: 8744736658442914487n }), '{"id":8744736658442914487}');
 * ```
 */
export function stringifyExactJson(value: unknown): string {
  return JSON.stringify(value, exact);
}
