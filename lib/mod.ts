/**
 * All that notebooks import, as `@lakehouse`.
 *
 * @module
 */

export {
  cacheDir,
  parseMillions,
  PROJECT_DIR,
  type Settings,
  settings,
  type StackName,
  stateDir,
} from "./config.ts";
export { LakehouseError, type LakehouseErrorParts } from "./errors.ts";
export { abortable, interruptSignal, withLimit } from "./interrupt.ts";
export { parseExactJson, stringifyExactJson } from "./json.ts";
export {
  formatBytes,
  formatCompact,
  formatDate,
  formatDuration,
  formatNumber,
} from "./format.ts";
export {
  DISPLAY,
  type Displayable,
  kernel,
  type MediaBundle,
} from "./kernel.ts";
export * from "./display.ts";
export * from "./progress.ts";
export * from "./charts.ts";
export * from "./sigv4.ts";
export * from "./catalog.ts";
export * from "./staging.ts";
export * from "./spark.ts";
export * from "./trino.ts";
export * from "./trino_catalog.ts";
export {
  type Column,
  exactValue,
  plainValue,
  type TypeSignature,
} from "./trino_types.ts";
export {
  QueryResult,
  type QueryResultParts,
  type Row,
} from "./query_result.ts";
export * from "./taxi.ts";
export * from "./steps.ts";
export { COMMUNITY_AREAS, type CommunityArea } from "./taxi/areas.ts";
