/**
 * Results as tables: what was measured, how costs grow, what is missing, and
 * the targets.
 *
 * @module
 */

import { formatBytes, formatNumber } from "../../lib/core/format.ts";
import type { Displayable } from "../../lib/core/kernel.ts";
import { table } from "../../lib/show/table.ts";
import { growth } from "./growth.ts";
import {
  find,
  PRODUCT,
  type Result,
  type Results,
  secondsOf,
  type StepName,
  STEPS,
} from "./results.ts";
import { ALL } from "../measure/scans.ts";
import { median, spread } from "../../lab/trials/statistics.ts";
import { evaluate } from "./targets.ts";

const MANY = 1000;

/** Seconds with as many digits as they are worth. */
export function secondsText(seconds: number): string {
  return `${formatNumber(seconds, seconds < 9.95 ? 2 : 1)} s`;
}

const times = (value: number) => `${formatNumber(value, 2)} ×`;

/** How much faster or slower the product was: 2 × is twice the speed of the subject. */
export function speedOver(results: Results, result: Result): string {
  if (result.subject === PRODUCT) return "";
  const { step, rows } = result;
  const mine = find(results, {
    ...{ step, rows },
    ...result.case === undefined ? {} : { case: result.case },
  });
  return mine ? times(secondsOf(result) / secondsOf(mine)) : "";
}

/** One result as a row of the table. */
function row(results: Results, result: Result): Record<string, string> {
  const { step, subject, rows, seconds } = result;
  const sized = result.case === undefined && result.rowsPerSecond !== undefined;
  const trino = result.figures?.["Trino ms"];
  const added = trino &&
    seconds.map((each, i) => each * 1000 - trino[i]!);
  return {
    step,
    case: result.case ?? "",
    rows: rows > 0 ? formatNumber(rows) : "",
    subject,
    seconds: secondsText(secondsOf(result)),
    spread: seconds.length > 1
      ? `${formatNumber(100 * spread(seconds), 0)} %`
      : "",
    "rows/s": sized ? formatNumber(result.rowsPerSecond!) : "",
    CPU: result.cpu ? secondsText(median(result.cpu)) : "",
    RSS: result.rss ? formatBytes(result.rss) : "",
    read: result.read === undefined ? "" : formatBytes(result.read),
    written: result.written === undefined ? "" : formatBytes(result.written),
    "client adds": added ? `${formatNumber(median(added), 0)} ms` : "",
    "product is": speedOver(results, result),
  };
}

/** A number and its unit stay on one line. */
const unbroken = (text: string) =>
  text.replace(/(?<=^[\d.,]+) (?=\S+$)/, "\u00a0");

/** Columns that say something in at least one row. */
function filled(rows: Record<string, string>[]): Record<string, string>[] {
  const names = Object.keys(rows[0] ?? {}).filter((name) =>
    rows.some((each) => each[name] !== "")
  );
  return rows.map((each) =>
    Object.fromEntries(
      names.map((name) => [name, unbroken(each[name]!) || NOTHING]),
    )
  );
}

/** Steps whose results make a table together: what one has to say, the others have. */
export const TABLES: Record<string, readonly StepName[]> = {
  "Long steps": ["generate", "upload", "ingest"],
  "Questions": ["query"],
  "Starts": ["startup", "demo", "setup"],
};

/** Whether it is one of several questions that a case of its own sums up. */
const isSummedUp = ({ results }: Results, { step, subject, ...rest }: Result) =>
  step === "query" && subject !== PRODUCT && rest.case !== ALL &&
  results.some((other) =>
    other.step === step && other.subject === subject &&
    other.rows === rest.rows && other.case === ALL
  );

/**
 * What was measured: medians, spread, memory, bytes, and how the product
 * compares. Of a peer's questions the sum is shown.
 *
 * @param steps Only these steps. @default {all}
 * @returns `undefined` when none of them was measured.
 */
export function resultsTable(
  results: Results,
  steps: readonly StepName[] = STEPS,
): Displayable | undefined {
  const rows = results.results
    .filter(({ step }) => steps.includes(step))
    .filter((result) => !isSummedUp(results, result))
    .map((result) => row(results, result));
  if (rows.length === 0) return undefined;
  return table(filled(rows), {
    limit: MANY,
    note: `Medians of ${results.rounds} round${
      results.rounds === 1 ? "" : "s"
    }; spread is from the fastest to the slowest; "product is" 2 × where it is twice as fast`,
  });
}

/** What a row costs at each number of rows; `undefined` when there is one number only. */
export function growthTable(results: Results): Displayable | undefined {
  const costs = growth(results);
  if (costs.length === 0) return undefined;
  return table(
    costs.map(({ step, case: way, subject, rows, ...cost }) => ({
      ...{ step, subject: way ? `${subject}, ${way}` : subject, rows },
      "cost of a row": `${formatNumber(cost.microseconds, 2)} µs`,
      relative: times(cost.relative),
    })),
    {
      limit: MANY,
      note: `Relative to ${formatNumber(costs[0]!.base)} rows`,
    },
  );
}

/** What was not measured, and why; `undefined` when all was. */
export function missingTable({ missing }: Results): Displayable | undefined {
  if (missing.length === 0) return undefined;
  return table(
    missing.map(({ step, subject, rows, reason }) => ({
      ...{ step, subject },
      rows: rows === undefined ? "any" : formatNumber(rows),
      reason,
    })),
    { limit: MANY, note: "Not measured, and not estimated" },
  );
}

/** Stands where there is nothing to say. */
const NOTHING = "–";
const MARKS = { met: "✓", missed: "✗", "not measured": "–" };

/**
 * The targets, each met (✓), missed (✗) or not measured (–).
 *
 * @param options.all Whether those that were not measured have rows too. @default {true}
 */
export function targetsTable(
  results: Results,
  options: { all?: boolean } = {},
): Displayable {
  const { all = true } = options;
  const targets = evaluate(results);
  const shown = all
    ? targets
    : targets.filter(({ state }) => state !== "not measured");
  const count = (state: string) =>
    targets.filter((target) => target.state === state).length;
  return table(
    shown.map(({ step, claim, state, text }) => ({
      ...{ met: MARKS[state], step, target: claim, measured: text },
    })),
    {
      limit: MANY,
      note: `${count("met")} met, ${count("missed")} missed, ${
        count("not measured")
      } not measured`,
    },
  );
}

/** Machine, stack and versions in facts. */
export function benchFacts(results: Results): Record<string, string> {
  const { made, machine, stack, note, versions, rounds } = results;
  const { Stack: _, ...rest } = versions;
  return {
    made: made.slice(0, 16).replace("T", " ") + " UTC",
    machine: `${machine.cpu}, ${machine.cores} cores, ${
      formatBytes(machine.memory)
    }, ${machine.os}`,
    load: `${formatNumber(machine.load, 2)} before the bench`,
    stack: note ? `${stack} (${note})` : stack,
    rounds: String(rounds),
    ...rest,
  };
}
