/**
 * The charts of the notebooks, each one call on rows.
 *
 * All take rows as a query returns them: exact integers and decimals become
 * numbers, times in text become times. For any other chart see
 * {@linkcode chart}.
 *
 * @module
 */

export { chart, chartDocument } from "./frame.ts";
export * as Plot from "./plot.ts";
export type { ChartOptions, ChartRows, NumberFormat } from "./values.ts";
export { areaMap, type AreaMapOptions } from "./area_map.ts";
export { barChart, type BarChartOptions } from "./bar.ts";
export { heatMap, type HeatMapOptions } from "./heat_map.ts";
export { histogram, type HistogramOptions } from "./histogram.ts";
export { lineChart, type LineChartOptions } from "./line.ts";
export { scatter, type ScatterOptions } from "./scatter.ts";
