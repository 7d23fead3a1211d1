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
} from "./core/settings.ts";
export { LakehouseError, type LakehouseErrorParts } from "./core/errors.ts";
export { errorDetails } from "./show/error_details.ts";
export { abortable, interruptSignal, withLimit } from "./core/interrupt.ts";
export { parseExactJson, stringifyExactJson } from "./core/json.ts";
export {
  formatBytes,
  formatCompact,
  formatDate,
  formatDuration,
  formatNumber,
} from "./core/format.ts";
export {
  DISPLAY,
  type Displayable,
  kernel,
  type MediaBundle,
} from "./core/kernel.ts";
export * from "./show/display.ts";
export * from "../lab/trials/claims.ts";
export * from "./show/progress.ts";
export * from "./show/charts/mod.ts";
export * from "./catalog/sigv4.ts";
export * from "./catalog/mod.ts";
export * from "./store/staging.ts";
export * from "./spark/ingest.ts";
export {
  type SparkProgress,
  type SparkSession,
  sparkSession,
  type SparkSessionOptions,
  type SparkSqlOptions,
} from "../lab/engines/spark_session.ts";
export {
  type JavaException,
  SparkError,
  type SparkFailure,
} from "../lab/engines/spark_error.ts";
export {
  StatementResult,
  type StatementResultParts,
} from "../lab/engines/statement_result.ts";
export {
  type RemovedScratch,
  removeScratch,
  scratchNamespace,
} from "../lab/trials/scratch.ts";
export { askBoth, type BothAnswers } from "../lab/engines/comparison.ts";
export { during } from "../lab/trials/polling.ts";
export {
  type ScannedFiles,
  scannedFiles,
} from "../lab/trials/scanned_files.ts";
export {
  isCommitConflict,
  runWriters,
  type RunWritersOptions,
} from "../lab/trials/writers.ts";
export {
  type Attempt,
  Ledger,
  type LedgerEntry,
} from "../lab/trials/ledger.ts";
export * from "../lab/trials/isolation.ts";
export * from "../lab/trials/object_watch.ts";
export * from "../lab/trials/change_cost.ts";
export * from "../lab/iceberg/mod.ts";
export { type TableState, tableState } from "../lab/iceberg/table_state.ts";
export * from "../lab/trials/query_cost.ts";
export * from "../lab/engines/duckdb/duckdb.ts";
export * from "../lab/engines/checksum.ts";
export * from "../lab/trials/timing.ts";
export {
  checksumEverywhere,
  type ReaderChecksum,
} from "../lab/engines/checksum_everywhere.ts";
export * from "../lab/trials/object_faults.ts";
export {
  identifier,
  literal,
  Sql,
  sql,
  type SqlTag,
  sqlText,
  type SqlValue,
  type Statement,
} from "./trino/sql.ts";
export * as queries from "./trino/queries.ts";
export * from "./trino/client.ts";
export {
  explain,
  type ExplainOptions,
  type Plan,
  type TableScan,
} from "./trino/explain.ts";
export * from "./trino/catalog.ts";
export {
  type Column,
  exactValue,
  plainValue,
  type TypeSignature,
} from "./trino/types.ts";
export {
  QueryResult,
  type QueryResultParts,
  type Row,
  type WrittenFile,
} from "./trino/result.ts";
export type { FrameOptions } from "./trino/frames.ts";
export type { Frame } from "./show/frame_rows.ts";
export * from "./trips/generate.ts";
export * from "../tasks/download/download.ts";
export * from "./show/steps.ts";
export { COMMUNITY_AREAS, type CommunityArea } from "./trips/areas.ts";
