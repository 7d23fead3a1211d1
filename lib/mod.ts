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
export { errorDetails } from "./error_details.ts";
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
export * from "./claims.ts";
export * from "./progress.ts";
export * from "./charts.ts";
export * from "./sigv4.ts";
export * from "./catalog.ts";
export * from "./staging.ts";
export * from "./spark.ts";
export {
  type SparkProgress,
  type SparkSession,
  sparkSession,
  type SparkSessionOptions,
  type SparkSqlOptions,
} from "./spark_session.ts";
export {
  type JavaException,
  SparkError,
  type SparkFailure,
} from "./spark_error.ts";
export {
  StatementResult,
  type StatementResultParts,
} from "./statement_result.ts";
export {
  type RemovedScratch,
  removeScratch,
  scratchNamespace,
} from "./scratch.ts";
export { askBoth, type BothAnswers } from "./both_engines.ts";
export { during } from "./during.ts";
export { type ScannedFiles, scannedFiles } from "./scanned_files.ts";
export {
  isCommitConflict,
  runWriters,
  type RunWritersOptions,
} from "./writers.ts";
export { type Attempt, Ledger, type LedgerEntry } from "./ledger.ts";
export * from "./readers.ts";
export * from "./object_watch.ts";
export * from "./change_cost.ts";
export * from "./explorer.ts";
export { type TableState, tableState } from "./table_state.ts";
export * from "./query_cost.ts";
export * from "./duckdb.ts";
export * from "./checksum.ts";
export * from "./timing.ts";
export {
  checksumEverywhere,
  type ReaderChecksum,
} from "./checksum_everywhere.ts";
export * from "./objects.ts";
export {
  identifier,
  literal,
  Sql,
  sql,
  type SqlTag,
  sqlText,
  type SqlValue,
  type Statement,
} from "./sql.ts";
export * as queries from "./queries.ts";
export * from "./trino.ts";
export {
  explain,
  type ExplainOptions,
  type Plan,
  type TableScan,
} from "./explain.ts";
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
  type WrittenFile,
} from "./query_result.ts";
export type { FrameOptions } from "./frames.ts";
export type { Frame } from "./frame_rows.ts";
export * from "./taxi.ts";
export * from "./download.ts";
export * from "./steps.ts";
export { COMMUNITY_AREAS, type CommunityArea } from "./taxi/areas.ts";
