/**
 * What is to be reached, as data, and whether it is.
 *
 * Ratios compare the product with a peer of the same run, so they hold on any
 * machine; times are meant for two cores. A target whose measurement is not in
 * the results is neither met nor missed.
 *
 * @module
 */

import { formatBytes, formatNumber } from "../../lib/core/format.ts";
import { growth } from "./growth.ts";
import {
  AGAIN,
  APPENDED,
  find,
  MERGED,
  peersOf,
  PRODUCT,
  REGISTERED,
  type Result,
  type Results,
  secondsOf,
  type StepName,
  type Wanted,
} from "./results.ts";
import { ALL, FIRST, FULL, MONTH } from "../measure/scans.ts";
import { median } from "../../lab/trials/statistics.ts";

/** What a target is measured in. */
export type Unit = "×" | "s" | "%" | "bytes";

/** A target. */
export interface Target {
  /** Its step. */
  step: StepName;
  /** What is to be so, as a claim. */
  claim: string;
  /** Whether the measured value may not be less or not be more than the limit. */
  bound: "at least" | "at most";
  /** The limit, in `unit`. */
  limit: number;
  /** The unit of limit and value. */
  unit: Unit;
  /** The measured value, or `undefined` when it was not measured. */
  measure(results: Results): number | undefined;
}

/** A target with what was measured. */
export interface Evaluated extends Omit<Target, "measure"> {
  /** Whether it is reached. */
  state: "met" | "missed" | "not measured";
  /** The measured value. */
  value: number | undefined;
  /** Value and limit in words: `1.24 × (at least 1.00 ×)`. */
  text: string;
}

const MILLION = 1_000_000;

const rate = (result: Result | undefined) =>
  result && result.rows / secondsOf(result);

const over = (a: number | undefined, b: number | undefined) =>
  a === undefined || b === undefined ? undefined : a / b;

/** The product's rows a second as a multiple of a peer's. */
const ofPeer = (step: StepName, subject: string) => (results: Results) =>
  over(
    rate(find(results, { step, rows: MILLION })),
    rate(find(results, { step, subject, rows: MILLION })),
  );

function ofFastestPeer(results: Results): number | undefined {
  const wanted = { step: "upload", rows: MILLION } as const;
  const peers = peersOf(results, wanted).map((peer) => rate(peer)!);
  return peers.length === 0
    ? undefined
    : over(rate(find(results, wanted)), Math.max(...peers));
}

const seconds = (step: StepName) => (results: Results) => {
  const found = find(results, { step });
  return found && secondsOf(found);
};

/**
 * What a client adds to Trino's time for a question, in milliseconds: the median
 * of the ten questions at a million rows.
 */
function clientAdds(
  { results }: Results,
  client: string,
): number | undefined {
  const adds = results.filter(({ step, subject, rows, case: name }) =>
    step === "query" && subject === client && rows === MILLION && name !== FIRST
  ).flatMap(({ seconds, figures }) => {
    const trino = figures?.["Trino ms"];
    return trino
      ? median(seconds.map((each, i) => each * 1000 - trino[i]!))
      : [];
  });
  return adds.length === 0 ? undefined : median(adds);
}

function monthShare(results: Results): number | undefined {
  const found = find(results, { step: "query", case: MONTH, rows: MILLION });
  const share = found?.figures?.["share of the table's bytes"];
  return share && 100 * median(share);
}

const fullScan = (subject?: string) => (results: Results) => {
  const found = find(results, {
    ...{ step: "query", case: FULL, rows: MILLION },
    ...subject === undefined ? {} : { subject },
  });
  return found && secondsOf(found);
};

function bigFileMemory({ results }: Results): number | undefined {
  const memory = results.filter(({ step, case: name }) =>
    step === "upload" && name?.startsWith("one file of ")
  ).map(({ rss = NaN }) => rss);
  return memory.length < 2 ? undefined : over(memory.at(-1), memory[0]);
}

const memory = (rows: number): Target => ({
  step: "generate",
  claim: `Generating ${formatNumber(rows)} rows takes 400 MB of memory at most`,
  ...{ bound: "at most", limit: 400e6, unit: "bytes" },
  measure: (results) => find(results, { step: "generate", rows })?.rss,
});

/** The seconds of one result as a multiple of another's. */
const ofSeconds = (one: Wanted, other: Wanted) => (results: Results) => {
  const [of, to] = [find(results, one), find(results, other)];
  return of && to && over(secondsOf(of), secondsOf(to));
};

/** An ingest beside PyIceberg's, which starts no JVM and holds the table in memory. */
const ofPyIceberg = (
  what: string,
  wanted: { case?: string; rows: number },
): Target => ({
  step: "ingest",
  claim: `${what} as fast as PyIceberg, nearly`,
  ...{ bound: "at most", limit: 1.2, unit: "×" },
  measure: ofSeconds(
    { step: "ingest", ...wanted },
    { step: "ingest", subject: "PyIceberg", rows: wanted.rows },
  ),
});

/** Files that are taken as they are, beside those that are written anew. */
const registered = (rows: number, limit: number): Target => ({
  step: "ingest",
  claim: `Registers ${formatNumber(rows)} rows as a multiple of rewriting them`,
  ...{ bound: "at least", limit, unit: "×" },
  measure: (results) =>
    over(
      rate(find(results, { step: "ingest", case: REGISTERED, rows })),
      rate(find(results, { step: "ingest", rows })),
    ),
});

/** What is done with rows, each with its step and its case. */
const DOINGS: Record<string, { step: StepName; case?: string }> = {
  generate: { step: "generate" },
  upload: { step: "upload" },
  ingest: { step: "ingest" },
  "add to a table": { step: "ingest", case: APPENDED },
  "merge into one": { step: "ingest", case: MERGED },
  register: { step: "ingest", case: REGISTERED },
};

const costs = Object.entries(DOINGS).flatMap(([what, wanted]) =>
  [5, 20, 50].map((millions): Target => ({
    step: wanted.step,
    claim:
      `A row of ${millions} million costs as much as one of a million to ${what}`,
    ...{ bound: "at most", limit: 1.2, unit: "×" },
    measure: (results) =>
      growth(results).find((cost) =>
        cost.step === wanted.step && cost.case === wanted.case &&
        cost.subject === "product" &&
        cost.rows === millions * MILLION && cost.base === MILLION
      )?.relative,
  }))
);

/** Memory is bounded in each mode: what it is with many rows beside fewer. */
const bounded = Object.entries(DOINGS).filter(([, { step }]) =>
  step === "ingest"
).map(([what, wanted]): Target => ({
  step: "ingest",
  claim: `50 million rows take the memory of 5 million to ${what}`,
  ...{ bound: "at most", limit: 1.2, unit: "×" },
  measure: (results) =>
    over(
      find(results, { ...wanted, rows: 50 * MILLION })?.rss,
      find(results, { ...wanted, rows: 5 * MILLION })?.rss,
    ),
}));

/** The targets. */
export const TARGETS: readonly Target[] = [
  {
    step: "generate",
    claim: "Generates as fast as DuckDB",
    ...{ bound: "at least", limit: 1, unit: "×" },
    measure: ofPeer("generate", "DuckDB"),
  },
  {
    step: "generate",
    claim: "Generates ten times as fast as numpy and pyarrow",
    ...{ bound: "at least", limit: 10, unit: "×" },
    measure: ofPeer("generate", "numpy and pyarrow"),
  },
  memory(MILLION),
  memory(50 * MILLION),
  {
    step: "upload",
    claim: "Uploads nearly as fast as the fastest peer",
    ...{ bound: "at least", limit: 0.8, unit: "×" },
    measure: ofFastestPeer,
  },
  {
    step: "upload",
    claim: "A file of 2 GB takes no more memory than one of 256 MB",
    ...{ bound: "at most", limit: 1.2, unit: "×" },
    measure: bigFileMemory,
  },
  {
    step: "ingest",
    claim: "Ingests a million rows in a part of a plain Spark job's time",
    ...{ bound: "at most", limit: 0.45, unit: "×" },
    measure: ofSeconds(
      { step: "ingest", rows: MILLION },
      { step: "ingest", subject: "bare spark-submit", rows: MILLION },
    ),
  },
  ofPyIceberg("Ingests 5,000,000 rows", { rows: 5 * MILLION }),
  ofPyIceberg("Ingests 20,000,000 rows", { rows: 20 * MILLION }),
  ofPyIceberg("Ingests 1,000,000 rows again in a session that stays", {
    ...{ case: AGAIN, rows: MILLION },
  }),
  registered(5 * MILLION, 5),
  registered(50 * MILLION, 10),
  ...bounded,
  {
    step: "ingest",
    claim: "The table is no larger than its staged files",
    ...{ bound: "at most", limit: 1, unit: "×" },
    measure: (results) => {
      const found = find(results, { step: "ingest", rows: MILLION });
      return over(found?.written, found?.read);
    },
  },
  {
    step: "query",
    claim: "The client adds no more to Trino's time than Trino's own client",
    ...{ bound: "at most", limit: 1, unit: "×" },
    measure: (results) =>
      over(clientAdds(results, PRODUCT), clientAdds(results, "Trino CLI")),
  },
  {
    step: "query",
    claim: "The first question after a catalog is made, beside the same warm",
    ...{ bound: "at most", limit: 3, unit: "×" },
    measure: ofSeconds(
      { step: "query", case: FIRST, rows: MILLION },
      { step: "query", case: "tripsByCompany", rows: MILLION },
    ),
  },
  {
    step: "query",
    claim: "All ten questions, beside DuckDB on copies of the files",
    ...{ bound: "at most", limit: 2.5, unit: "×" },
    measure: ofSeconds(
      { step: "query", case: ALL, rows: MILLION },
      { step: "query", case: ALL, subject: "DuckDB", rows: MILLION },
    ),
  },
  {
    step: "query",
    claim: "A question about one month reads little of the table's bytes",
    ...{ bound: "at most", limit: 10, unit: "%" },
    measure: monthShare,
  },
  {
    step: "query",
    claim:
      "Reading all columns takes no longer than of a plain Spark job's table",
    ...{ bound: "at most", limit: 1.1, unit: "×" },
    measure: (results) =>
      over(fullScan()(results), fullScan("bare spark-submit's table")(results)),
  },
  {
    step: "startup",
    claim: "up takes little longer than Trino, its slowest service",
    ...{ bound: "at most", limit: 1.25, unit: "×" },
    measure: ofSeconds(
      { step: "startup", case: "up" },
      { step: "startup", case: "trino" },
    ),
  },
  {
    step: "demo",
    claim: "demo again",
    ...{ bound: "at most", limit: 60, unit: "s" },
    measure: seconds("demo"),
  },
  {
    step: "setup",
    claim: "The first set-up, with all downloads",
    ...{ bound: "at most", limit: 300, unit: "s" },
    measure: seconds("setup"),
  },
  ...costs,
];

/** A value in its unit, as people read it. */
function inUnit(value: number, unit: Unit): string {
  if (unit === "bytes") return formatBytes(value);
  return `${formatNumber(value, unit === "%" ? 0 : 2)} ${unit}`;
}

/** Every target with what was measured. */
export function evaluate(
  results: Results,
  targets: readonly Target[] = TARGETS,
): Evaluated[] {
  return targets.map(({ measure, ...target }) => {
    const { bound, limit, unit } = target;
    const value = measure(results);
    const wanted = `${bound} ${inUnit(limit, unit)}`;
    if (value === undefined) {
      return { ...target, value, state: "not measured", text: wanted };
    }
    const isMet = bound === "at least" ? value >= limit : value <= limit;
    return {
      ...target,
      value,
      state: isMet ? "met" : "missed",
      text: `${inUnit(value, unit)} (${wanted})`,
    };
  });
}
