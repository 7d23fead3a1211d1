/**
 * Answers of different engines in one form, so that they can be compared to the
 * last value.
 *
 * @module
 */

/** Rows of a result: values in the order of the columns. */
export type Answer = readonly (readonly unknown[])[];

const TIME =
  /^([+-]?\d{4,})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?(Z|[ ]?UTC|[+-]00:?00)?$/;

/** A time as every engine could have written it: `T`, no final zeros, `Z`. */
function timeText(text: string): string {
  return text.replace(
    TIME,
    (_, year, month, day, hour, minute, second = "00", rest = "", zone) => {
      const fraction = rest.replace(/0+$/, "");
      return `${year}-${month}-${day}T${hour}:${minute}:${second}${
        fraction ? `.${fraction}` : ""
      }${zone ? "Z" : ""}`;
    },
  );
}

/**
 * A value in the form in which answers are compared and shown: numbers and
 * decimals as text without final zeros, times in one notation, bytes as
 * hexadecimal digits, records as lists of `[name, value]`.
 *
 * @example Usage
 * ```ts
 * import { canonical } from "./answer.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(canonical(10n), canonical("10"));
 * assertEquals(canonical("2024-01-01 00:00:00.000 UTC"), "2024-01-01T00:00:00Z");
 * ```
 */
export function canonical(value: unknown): unknown {
  if (value === undefined || value === null) return null;
  if (typeof value === "boolean") return value;
  if (typeof value === "bigint" || typeof value === "number") {
    return Object.is(value, -0) ? "-0" : String(value);
  }
  if (typeof value === "string") {
    if (/^-?\d+\.\d*0+$/.test(value)) {
      return value.replace(/0+$/, "").replace(/\.$/, "");
    }
    return timeText(value);
  }
  if (value instanceof Uint8Array) return value.toHex();
  if (Array.isArray(value)) return value.map(canonical);
  if (value instanceof Map) {
    return [...value].map(([key, item]) => [canonical(key), canonical(item)]);
  }
  return Object.entries(value).map(([key, item]) => [key, canonical(item)]);
}

/** All values of an answer in the form in which they are compared. */
export function canonicalAnswer(answer: Answer): unknown[][] {
  return answer.map((row) => row.map(canonical));
}

/** Whether two answers hold the same rows in the same order. */
export function sameAnswer(one: Answer, other: Answer): boolean {
  return JSON.stringify(canonicalAnswer(one)) ===
    JSON.stringify(canonicalAnswer(other));
}

const LONGEST = 160;

/** An answer in a line: `1, a; 2, b`. */
export function answerText(answer: Answer): string {
  const text = canonicalAnswer(answer).map((row) =>
    row.map((value) =>
      typeof value === "string" ? value : JSON.stringify(value)
    ).join(", ")
  ).join("; ");
  if (text === "") return "no rows";
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
}
