/**
 * JSON with 64-bit integers as they are in the text: `JSON.parse` rounds them.
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

/**
 * Writes JSON; a `bigint` becomes an integer with all its digits.
 *
 * @example Usage
 * ```ts
 * import { stringifyExactJson } from "./json.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(stringifyExactJson({ id: 8744736658442914487n }), '{"id":8744736658442914487}');
 * ```
 */
export function stringifyExactJson(
  value: unknown,
  space?: number,
): string {
  return JSON.stringify(
    value,
    (_key, item) =>
      typeof item === "bigint"
        ? (JSON as unknown as { rawJSON(text: string): unknown })
          .rawJSON(String(item))
        : item,
    space,
  );
}
