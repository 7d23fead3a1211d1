/**
 * Trials: claims, scratch namespaces, writers and readers at once, costs.
 *
 * @module
 */

export {
  type ChangeCost,
  changeCost,
  type ChangedFiles,
  changedFiles,
  totalFiles,
} from "./change_cost.ts";
export { type Claims, claims } from "./claims.ts";
export {
  type Anomalies,
  anomalies,
  type BatchCounts,
  type Observation,
  observe,
  type ObserveOptions,
} from "./isolation.ts";
export { type Attempt, Ledger, type LedgerEntry } from "./ledger.ts";
export { copyObject, deleteObject } from "./object_faults.ts";
export {
  type NextObjectOptions,
  type ObjectWatch,
  watchObjects,
} from "./object_watch.ts";
export {
  type ComparedCost,
  type QueryCost,
  queryCost,
  queryCosts,
} from "./query_cost.ts";
export { type ScannedFiles, scannedFiles } from "./scanned_files.ts";
export {
  type RemovedScratch,
  removeScratch,
  scratchNamespace,
} from "./scratch.ts";
export { timeEach, type Timing } from "./timing.ts";
export {
  isCommitConflict,
  runWriters,
  type RunWritersOptions,
} from "./writers.ts";
