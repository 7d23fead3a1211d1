/**
 * Names of namespaces, and of what is in them.
 *
 * @module
 */

/** A namespace by its levels; a text stands for one level. */
export type Namespace = string | readonly string[];

/** The levels of a namespace. */
export const levels = (namespace: Namespace): string[] =>
  typeof namespace === "string" ? [namespace] : [...namespace];

/** A namespace, or a table in it, as messages name it. */
export const label = (namespace: Namespace, ...names: string[]): string =>
  `"${[...levels(namespace), ...names].join(".")}"`;
