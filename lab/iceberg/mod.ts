/**
 * A table read by hand: metadata, manifests, files, objects, without an engine.
 *
 * @module
 */

export { type ColumnHistory, columnHistory } from "./column_history.ts";
export { treeChart, type TreeChartOptions } from "./drawing.ts";
export {
  type ColumnStats,
  type DataFile,
  type FileContent,
  type ManifestFile,
  type PartitionRange,
} from "./files.ts";
export {
  historyChart,
  type HistoryChartOptions,
  type HistoryEntry,
  type Reach,
  tableHistory,
} from "./history.ts";
export {
  type ColumnName,
  type PartitionField,
  type PartitionSpec,
  type Ref,
  type Schema,
  type SortOrder,
  type StatisticsFile,
  type TableMetadata,
  tableMetadata,
} from "./metadata.ts";
export { copyObject, deleteObject } from "./object_store.ts";
export {
  type FileRange,
  fileRangeChart,
  type FileRangeChartOptions,
  fileRanges,
  type ValueRange,
} from "./ranges.ts";
export { readRows, type ReadRowsOptions } from "./rows.ts";
export {
  compareSnapshots,
  filesOf,
  type SnapshotComparison,
  snapshotFiles,
} from "./snapshots.ts";
export {
  compareObjects,
  type ObjectChanges,
  type ObjectRole,
  type TableObject,
  type TableObjects,
  tableObjects,
} from "./table_objects.ts";
export { type TableState, tableState } from "./table_state.ts";
export {
  type ColumnTotal,
  columnTotals,
  compareValues,
  withinBounds,
} from "./totals.ts";
export {
  type ExplorerOptions,
  type Manifest,
  type TableTree,
  tableTree,
  type TreeOptions,
} from "./tree.ts";
export {
  createView,
  dropView,
  listViews,
  loadView,
  type View,
  type ViewDefinition,
} from "./views.ts";
export {
  type BucketShare,
  bucketShares,
  type TableSummary,
  warehouseTables,
} from "./warehouse.ts";
