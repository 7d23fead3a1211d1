/**
 * Rows by name: every value of them, in the order of the query.
 *
 * @module
 */

/** A row by column name. */
export type Row = Record<string, unknown>;

/**
 * Names that differ, for an object with one value by name. A name that was there
 * gets a number, `id_2`; what has no name is called by its place, `field0`.
 *
 * @example Usage
 * ```ts
 * import { distinctNames } from "./rows.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(distinctNames(["id", "id", undefined]), ["id", "id_2", "field2"]);
 * ```
 */
export function distinctNames(
  names: readonly (string | undefined)[],
): string[] {
  const given = new Set(names);
  const used = new Set<string>();
  return names.map((name, place) => {
    const wanted = name ?? `field${place}`;
    let own = wanted;
    // Who was given a name keeps it, whoever comes before.
    for (let n = 2; used.has(own) || given.has(own) && own !== name; n++) {
      own = `${wanted}_${n}`;
    }
    used.add(own);
    return own;
  });
}

/**
 * Makes rows of values in the order of these names.
 *
 * JavaScript puts names such as `2023` before all others of an object. Rows with
 * such names are proxies that list theirs as they are given here, so that
 * `Object.keys()`, JSON and tables have the query's order.
 *
 * @example Usage
 * ```ts
 * import { rowMaker } from "./rows.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const row = rowMaker(["company", "2023"])(["Flash Cab", 7]);
 * assertEquals(JSON.stringify(row), '{"company":"Flash Cab","2023":7}');
 * ```
 */
export function rowMaker(
  names: readonly string[],
): (values: readonly unknown[]) => Row {
  const plain = (values: readonly unknown[]): Row =>
    Object.fromEntries(names.map((name, place) => [name, values[place]]));
  if (!names.some((name) => /^(0|[1-9]\d*)$/.test(name))) return plain;
  const inOrder: ProxyHandler<Row> = {
    ownKeys: (row) => [...new Set([...names, ...Reflect.ownKeys(row)])],
  };
  return (values) => new Proxy(plain(values), inOrder);
}
