/**
 * What rows from before a column was there have in it.
 *
 * @module
 */

import type { Field } from "../../../lib/catalog/tables.ts";
import { LakehouseError } from "../../../lib/core/errors.ts";

/** A field that may have a default. */
export type WithDefault = Pick<Field, "id"> & Partial<Field> & {
  readonly "initial-default"?: unknown;
};

const unscaled = (text: string) => BigInt(text.replace(".", ""));

/** Units of a second's fraction since 1970, with so many digits. */
function sinceEpoch(text: string, digits: number): bigint {
  const [, day, clock, fraction = ""] = text.match(
    /^([-+\d]+)T([\d:]+)(?:\.(\d+))?/,
  )!;
  const seconds = BigInt(Date.parse(`${day}T${clock}Z`)) / 1000n;
  return seconds * 10n ** BigInt(digits) +
    BigInt(fraction.padEnd(digits, "0").slice(0, digits));
}

/** One value from Iceberg's JSON, in the form of `values.ts`. */
function fromJson(type: unknown, json: unknown): unknown {
  if (json === null || json === undefined) return null;
  const text = String(json);
  if (typeof type === "string") {
    if (type.startsWith("decimal")) return unscaled(text);
    if (type.startsWith("fixed")) return Uint8Array.fromHex(text);
  }
  switch (type) {
    case "long":
      return BigInt(text);
    case "boolean":
    case "int":
    case "string":
      return json;
    case "float":
    case "double":
      return Number(text);
    case "date":
      return Number(sinceEpoch(`${text}T00:00:00`, 0) / 86_400n);
    case "time":
      return sinceEpoch(`1970-01-01T${text}`, 6);
    case "timestamp":
    case "timestamptz":
      return sinceEpoch(text, 6);
    case "timestamp_ns":
    case "timestamptz_ns":
      return sinceEpoch(text, 9);
    case "uuid":
      return Uint8Array.fromHex(text.replaceAll("-", ""));
    case "binary":
      return Uint8Array.fromHex(text);
  }
  // deno-lint-ignore no-explicit-any
  const [nested, value] = [type as any, json as any];
  switch (nested.type) {
    case "list":
      return value.map((item: unknown) => fromJson(nested.element, item));
    case "map":
      return value.keys.map((key: unknown, i: number) => [
        fromJson(nested.key, key),
        fromJson(nested.value, value.values[i]),
      ]);
    case "struct":
      return nested.fields.map((field: WithDefault) =>
        String(field.id) in value
          ? fromJson(field.type, value[String(field.id)])
          : initialDefault(field)
      );
  }
  throw new TypeError(`no values of ${nested.type ?? type} are known`);
}

/**
 * A column's default for rows of files that do not have it; null for none.
 *
 * @throws {LakehouseError} When it cannot be understood.
 * @example Usage
 * ```ts
 * import { initialDefault } from "./defaults.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(initialDefault({ id: 1, type: "long", "initial-default": 7 }), 7n);
 * assertEquals(initialDefault({ id: 1, type: "long" }), null);
 * ```
 */
export function initialDefault(field: WithDefault): unknown {
  const { name, type, "initial-default": json } = field;
  try {
    return fromJson(type, json);
  } catch (cause) {
    throw new LakehouseError({
      what: `Cannot read the column "${name}" without an engine`,
      why: `its default of type ${
        typeof type === "string" ? type : "a nested one"
      } is ${JSON.stringify(json)}, which is not known here`,
      next: "leave it out, or ask Trino or Spark",
      cause,
    });
  }
}
