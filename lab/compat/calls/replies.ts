/**
 * What replies of a catalog or a store say, in the rows of an answer.
 *
 * @module
 */

import { type Answer, sameAnswer } from "../answer.ts";
import type { Difference } from "../capability.ts";
import { isDone, type Reply } from "./http.ts";

/** A value within JSON, or `undefined` where there is none. */
export function at(json: unknown, ...names: (string | number)[]): unknown {
  return names.reduce<unknown>(
    (value, name) => (value as Record<string, unknown> | null)?.[name],
    json,
  );
}

/** The body's JSON, or `undefined` when it is none. */
export function jsonOf({ text }: Reply): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Error type of a catalog's reply, or code of a store's; `undefined` for others. */
export const typeOf = (reply: Reply): unknown =>
  at(jsonOf(reply), "error", "type") ??
    reply.text.match(/<Error>.*<Code>([^<]+)<\/Code>/s)?.[1];

/** Names in a list of tables, views or namespaces, the last level of each. */
export function listedNames(items: unknown): string[] {
  if (!Array.isArray(items)) return [];
  return items.map((item) =>
    String(Array.isArray(item) ? item.at(-1) : at(item, "name"))
  ).sort();
}

/** The id of a table or view as it was created, renamed or loaded. */
export const uuidOf = (json: unknown): unknown =>
  at(json, "metadata", "table-uuid") ?? at(json, "metadata", "view-uuid");

/** Whether both are tables, and the same one. */
export const isSame = (one: unknown, other: unknown): boolean =>
  typeof uuidOf(one) === "string" && uuidOf(one) === uuidOf(other);

const isReply = (value: unknown): value is Reply =>
  typeof value === "object" && value !== null && "asked" in value;

function row(what: unknown, came: unknown): unknown[] {
  if (!isReply(came)) return [what, came];
  const { status } = came;
  return isDone(came) ? [what, status] : [what, status, typeOf(came)];
}

/**
 * An answer from replies and values: of an error its status and type, of another
 * reply its status, each behind the first value of the row expected. With the
 * right status, a type other than the expected is a difference.
 */
export function replied(
  expected: Answer,
  came: readonly unknown[],
): Answer | Difference {
  const answer = expected.map(([what], i) => row(what, came[i]));
  const others: string[] = [];
  const pardoned = answer.map(([what, status, type], i) => {
    const [, , wanted] = expected[i]!;
    if (typeof type !== "string" || wanted === undefined || type === wanted) {
      return answer[i]!;
    }
    others.push(`${type} instead of ${wanted}`);
    return [what, status, wanted];
  });
  if (others.length === 0 || !sameAnswer(pardoned, expected)) return answer;
  return { answer, says: `its error is ${[...new Set(others)].join(", ")}` };
}
