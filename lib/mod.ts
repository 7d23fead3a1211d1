/**
 * All that notebooks 01 to 05 import, and most of what the others need, as
 * `@lakehouse`.
 *
 * @module
 */

import defer * as Plot from "./show/charts/plot.ts";

export { LakehouseError } from "./core/errors.ts";
export { formatBytes, formatDuration, formatNumber } from "./core/format.ts";
export { interruptSignal } from "./core/interrupt.ts";
export { type Displayable } from "./core/kernel.ts";
export { type Settings, settings, type StackName } from "./core/settings.ts";
export { areaMap, type AreaMapOptions } from "./show/charts/area_map.ts";
export { barChart, type BarChartOptions } from "./show/charts/bar.ts";
export { chart } from "./show/charts/frame.ts";
export { heatMap, type HeatMapOptions } from "./show/charts/heat_map.ts";
export { histogram, type HistogramOptions } from "./show/charts/histogram.ts";
export { lineChart, type LineChartOptions } from "./show/charts/line.ts";
export { Plot };
export { scatter, type ScatterOptions } from "./show/charts/scatter.ts";
export { type ChartOptions } from "./show/charts/values.ts";
export { type ChartRows } from "./show/charts/data.ts";
export { check, facts, show } from "./show/display.ts";
export { errorDetails } from "./show/error_details.ts";
export { type Progress, progress } from "./show/progress.ts";
export { table, type TableOptions } from "./show/table.ts";
export { COMMUNITY_AREAS, type CommunityArea } from "./trips/data_set.ts";
export { TRIP_COLUMNS, type TripColumn } from "./trips/data_set.ts";
export { generate } from "./trips/generate.ts";
export type { GenerateOptions, GenerateResult } from "./trips/generate.ts";
export { type ListedObject, s3Client } from "./store/s3.ts";
export { stagedFiles, upload } from "./store/staging.ts";
export type { UploadOptions, UploadResult } from "./store/staging.ts";
export { type CallOptions, type Catalog } from "./catalog/call.ts";
export { CatalogError, type Namespace } from "./catalog/call.ts";
export { catalog, getConfig, offers } from "./catalog/config.ts";
export type { CatalogConfig } from "./catalog/config.ts";
export { loadTable } from "./catalog/tables.ts";
export type { Identifier, Snapshot, Table } from "./catalog/tables.ts";
export { ensureWarehouse, listWarehouses } from "./catalog/warehouses.ts";
export type { Warehouse } from "./catalog/warehouses.ts";
export { ingest } from "./spark/ingest.ts";
export type { IngestOptions, IngestResult } from "./spark/ingest.ts";
export { ensureTrinoCatalog, trinoCatalogSql } from "./trino/catalog.ts";
export { type QueryOptions, TrinoError, trinoSession } from "./trino/client.ts";
export { type FrameOptions } from "./trino/frames.ts";
export { identifier, literal, type SqlValue } from "./trino/literal.ts";
export { ask, type AskOptions } from "./trino/ask.ts";
export { QueryResult, type WrittenFile } from "./trino/result.ts";
export { type Row } from "./trino/rows.ts";
export { Sql, sql, type Statement } from "./trino/sql.ts";
export { type Column } from "./trino/types.ts";
