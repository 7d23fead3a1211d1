/**
 * The charts of the notebooks, each one call on rows.
 *
 * All take rows as a query returns them: exact integers and decimals become
 * numbers, times in text become times. For any other chart see
 * {@linkcode chart}.
 *
 * @module
 */

export { chart, chartDocument } from "./charts/frame.ts";
export * as Plot from "./charts/plot.ts";
export type { ChartOptions, ChartRows, NumberFormat } from "./charts/values.ts";
export { areaMap, type AreaMapOptions } from "./charts/area_map.ts";
export { barChart, type BarChartOptions } from "./charts/bar.ts";
export { heatMap, type HeatMapOptions } from "./charts/heat_map.ts";
export { histogram, type HistogramOptions } from "./charts/histogram.ts";
export { lineChart, type LineChartOptions } from "./charts/line.ts";
export { scatter, type ScatterOptions } from "./charts/scatter.ts";
