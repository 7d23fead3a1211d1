/**
 * What notebook 90 imports: results, tables, charts, targets, and the bench.
 *
 * @module
 */

export * from "./report/charts.ts";
export * from "./report/growth.ts";
export * from "./report/report.ts";
export {
  find,
  newestResults,
  PRODUCT,
  readResults,
  type Result,
  type Results,
  resultsDir,
  secondsOf,
  type StepName,
  STEPS,
} from "./report/results.ts";
export {
  evaluate,
  type Evaluated,
  type Target,
  TARGETS,
} from "./report/targets.ts";
export { runBench, runSmallBench } from "./measure/run.ts";
