/**
 * What notebook 90 imports: results, tables, charts, targets, and the bench.
 *
 * @module
 */

export * from "./charts.ts";
export * from "./growth.ts";
export * from "./report.ts";
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
} from "./results.ts";
export { evaluate, type Evaluated, type Target, TARGETS } from "./targets.ts";
export { runBench, runSmallBench } from "./run.ts";
