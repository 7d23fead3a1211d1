/**
 * Engines side by side: Spark sessions, DuckDB, one question to several.
 *
 * @module
 */

export { type Checksum, checksumSql, tableChecksum } from "./checksum.ts";
export {
  checksumEverywhere,
  type ReaderChecksum,
} from "./checksum_everywhere.ts";
export { askBoth, type BothAnswers } from "./comparison.ts";
export { type Duckdb, duckdb, type DuckdbOptions } from "./duckdb/duckdb.ts";
export { type DuckdbSqlOptions } from "./duckdb/instance.ts";
export { type SqlEngine } from "./engines.ts";
export { explain, type ExplainOptions, type Plan } from "./plan.ts";
export * as queries from "./queries.ts";
export { type SparkProgress } from "./spark_connection.ts";
export {
  type JavaException,
  SparkError,
  type SparkFailure,
} from "./spark_error.ts";
export {
  type SparkSession,
  sparkSession,
  type SparkSessionOptions,
  type SparkSqlOptions,
} from "./spark_session.ts";
