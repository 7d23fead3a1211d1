/**
 * Trials: claims, scratch namespaces, writers and readers at once, costs.
 *
 * @module
 */

export { type Claims, claims } from "./claims.ts";
export {
  type ChangeCost,
  changeCost,
  type ChangedFiles,
  type QueryCost,
  queryCosts,
  type ScannedFiles,
  scannedFiles,
  timeEach,
  type Timing,
  totalFiles,
} from "./costs.ts";
export {
  type Anomalies,
  anomalies,
  type BatchCounts,
  type Observation,
  observe,
  type ObserveOptions,
} from "./isolation.ts";
export { type Attempt, Ledger, type LedgerEntry } from "./ledger.ts";
export {
  type NextObjectOptions,
  type ObjectWatch,
  watchObjects,
} from "./object_watch.ts";
export {
  type RemovedScratch,
  removeScratch,
  scratchNamespace,
} from "./scratch.ts";
export {
  isCommitConflict,
  runWriters,
  type RunWritersOptions,
} from "./writers.ts";
