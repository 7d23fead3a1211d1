/**
 * Results as charts.
 *
 * @module
 */

import { barChart } from "../../lib/show/charts/bar.ts";
import { lineChart } from "../../lib/show/charts/line.ts";
import { formatNumber } from "../../lib/core/format.ts";
import type { Displayable } from "../../lib/core/kernel.ts";
import { growth } from "./growth.ts";
import {
  PRODUCT,
  type Result,
  type Results,
  secondsOf,
  type StepName,
} from "./results.ts";
import { ALL } from "../measure/scans.ts";

/** Numbers of rows with which a step was measured, ascending. */
export function sizesOf({ results }: Results, step: StepName): number[] {
  const sizes = results.filter((each) => each.step === step && each.rows > 0)
    .map(({ rows }) => rows);
  return [...new Set(sizes)].sort((a, b) => a - b);
}

/** What all subjects did of a step, and at which size: the largest that all of them did. */
function beside(
  results: Results,
  step: StepName,
  name?: string,
): { rows: number; of: Result[] } {
  const at = (rows: number) =>
    results.results.filter((each) =>
      each.step === step && each.rows === rows && each.case === name
    );
  const sizes = sizesOf(results, step);
  const most = Math.max(...sizes.map((rows) => at(rows).length));
  const rows = sizes.findLast((rows) => at(rows).length === most) ?? 0;
  return { rows, of: at(rows) };
}

/** Rows a second of the product and its peers, at the largest size all of them did. */
export function speedChart(
  results: Results,
  step: "generate" | "upload" | "ingest",
): Displayable {
  const { rows, of } = beside(results, step);
  return barChart(
    of.map(({ subject, rowsPerSecond = 0 }) => ({ subject, rowsPerSecond })),
    {
      ...{ label: "subject", value: "rowsPerSecond" },
      title: `Rows a second: ${step}`,
      subtitle: `${formatNumber(rows)} rows, longer is better`,
    },
  );
}

/** The ten questions of each engine and client, at the largest size all of them did. */
export function questionsChart(results: Results): Displayable {
  const { rows, of } = beside(results, "query", ALL);
  return barChart(
    of.map((each) => ({
      subject: each.subject === PRODUCT ? "product on Trino" : each.subject,
      seconds: Number(secondsOf(each).toPrecision(3)),
    })),
    {
      ...{ label: "subject", value: "seconds", sort: "ascending" },
      title: "Seconds for the ten questions",
      subtitle: `${formatNumber(rows)} rows, shorter is better`,
    },
  );
}

/** The product's cost of a row as the rows grow; `undefined` for one number of rows. */
export function growthChart(results: Results): Displayable | undefined {
  const costs = growth(results).filter(({ subject }) => subject === PRODUCT);
  if (costs.length === 0) return undefined;
  return lineChart(
    costs.map(({ step, rows, relative }) => ({
      ...{ step, millions: rows / 1e6, relative },
    })),
    {
      ...{ x: "millions", y: "relative", series: "step" },
      title: "Cost of a row as the rows grow",
      subtitle: `Relative to ${formatNumber(costs[0]!.base)} rows`,
      ...{ xLabel: "Million rows", yLabel: "Cost of a row" },
    },
  );
}
