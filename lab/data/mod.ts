/**
 * Data of one's own: files of any kind as a table, and what is in it.
 *
 * @module
 */

export type { Converted } from "./convert.ts";
export { load, type Loaded, type LoadOptions } from "./load.ts";
export { type ColumnProfile, type Profile, profile } from "./profile.ts";
