/**
 * What a row costs as the rows grow.
 *
 * @module
 */

import {
  APPENDED,
  MERGED,
  REGISTERED,
  type Results,
  secondsOf,
  type StepName,
} from "./results.ts";

/** Steps whose cost by row is told. */
const GROWING: readonly StepName[] = ["generate", "upload", "ingest"];
/** Cases that are told beside the step's own. */
const CASES: readonly (string | undefined)[] = [
  ...[undefined, APPENDED, MERGED, REGISTERED],
];

/** What a row costs at one number of rows. */
export interface Cost {
  /** The step. */
  step: StepName;
  /** The case, where the step has more than one. */
  case?: string;
  /** The subject. */
  subject: string;
  /** Rows. */
  rows: number;
  /** Microseconds for a row. */
  microseconds: number;
  /** The same as a multiple of the cost at the base; 1 there. */
  relative: number;
  /** The number of rows that costs are relative to. */
  base: number;
}

const BASE = 1_000_000;

/**
 * Costs by row of every subject that was measured with several numbers of rows,
 * relative to a million rows, or to the fewest where a million was not measured.
 */
export function growth({ results }: Pick<Results, "results">): Cost[] {
  const measured = results.filter((result) =>
    GROWING.includes(result.step) && CASES.includes(result.case)
  );
  return measured.flatMap((result) => {
    const same = measured.filter((each) =>
      each.step === result.step && each.subject === result.subject &&
      each.case === result.case
    );
    if (same.length < 2) return [];
    const base = same.find(({ rows }) => rows === BASE) ??
      same.toSorted((a, b) => a.rows - b.rows)[0]!;
    const cost = (each: typeof result) => secondsOf(each) / each.rows * 1e6;
    const { step, subject, rows } = result;
    return {
      ...{ step, subject, rows },
      ...result.case === undefined ? {} : { case: result.case },
      microseconds: cost(result),
      relative: cost(result) / cost(base),
      base: base.rows,
    };
  });
}
