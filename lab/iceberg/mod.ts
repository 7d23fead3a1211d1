/**
 * A table read by hand: metadata, manifests, files, objects, without an engine.
 *
 * @module
 */

export { listNamespaces } from "../catalog/namespaces.ts";
export { listTables } from "../catalog/tables.ts";
export {
  historyChart,
  type HistoryChartOptions,
  type HistoryEntry,
  type Reach,
  tableHistory,
} from "./charts/history.ts";
export {
  type FileRange,
  fileRangeChart,
  type FileRangeChartOptions,
  fileRanges,
  type ValueRange,
} from "./charts/ranges.ts";
export { treeChart, type TreeChartOptions } from "./charts/tree.ts";
export {
  type ColumnHistory,
  columnHistory,
  type ColumnName,
} from "./columns.ts";
export { type Compaction, compaction } from "./compaction.ts";
export {
  type ColumnStats,
  type DataFile,
  type FileContent,
  type ManifestFile,
  type PartitionRange,
} from "./files.ts";
export {
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
export { readRows, type ReadRowsOptions } from "./rows.ts";
export {
  compareSnapshots,
  type ReadOptions,
  type SnapshotComparison,
  snapshotFiles,
  tableTree,
  type TreeOptions,
} from "./snapshots.ts";
export {
  compareObjects,
  type ObjectChanges,
  type ObjectRole,
  type TableObject,
  type TableObjects,
  tableObjects,
  type TableState,
  tableState,
} from "./table_objects.ts";
export { type ColumnTotal, columnTotals, withinBounds } from "./totals.ts";
export { filesOf, type Manifest, type TableTree } from "./tree.ts";
export {
  createView,
  dropView,
  hasViews,
  listViews,
  loadView,
  type View,
  type ViewDefinition,
} from "../catalog/views.ts";
export {
  type BucketShare,
  bucketShares,
  type TableSummary,
  warehouseTables,
} from "./warehouse.ts";
