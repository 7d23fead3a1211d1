/**
 * What notebooks 06 and on add to `@lakehouse`, as `@lakehouse/lab`: five rooms, and help.
 *
 * @module
 */

export { help } from "./help.ts";
export * as compat from "./compat/mod.ts";
export * as data from "./data/mod.ts";
export * as engines from "./engines/mod.ts";
export * as iceberg from "./iceberg/mod.ts";
export * as trials from "./trials/mod.ts";
