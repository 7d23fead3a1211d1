/**
 * What concurrent writers were told of their commits.
 *
 * @module
 */

import { chart, COLORS, Plot } from "../../lib/show/charts/frame.ts";
import { formatDuration, formatNumber } from "../../lib/core/format.ts";
import {
  DISPLAY,
  type Displayable,
  type MediaBundle,
} from "../../lib/core/kernel.ts";
import { table } from "../../lib/show/table.ts";

/** One try of a writer to commit one job. */
export interface Attempt {
  /** When it began, by `performance.now()`. */
  startMs: number;
  /** When its answer came. */
  endMs: number;
  /** What the writer was told; after `failed` it does not know what happened. */
  outcome: "committed" | "conflict" | "failed";
}

/** One job of a writer, and what became of it. */
export interface LedgerEntry<T> {
  /** The writer. */
  writer: string;
  /** The job. */
  job: T;
  /** Its tries in order; only the last one may be committed. */
  attempts: Attempt[];
  /** Why it was given up, when it was. */
  error?: unknown;
}

const OUTCOMES = ["committed", "conflict", "failed"] as const;
const OUTCOME_COLORS: Record<Attempt["outcome"], string> = {
  committed: COLORS.main,
  conflict: COLORS.series[1],
  failed: COLORS.faint,
};

const lastOf = <T>({ attempts }: LedgerEntry<T>) => attempts.at(-1);
const isCommitted = <T>(entry: LedgerEntry<T>) =>
  lastOf(entry)?.outcome === "committed";
const conflictsOf = <T>({ attempts }: LedgerEntry<T>) =>
  attempts.filter(({ outcome }) => outcome === "conflict").length;

const counted = (count: number, what: string) =>
  `${formatNumber(count)} ${what}${count === 1 ? "" : "s"}`;

const mean = (values: readonly number[]) =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/**
 * What the writers of `runWriters()` were told. In a notebook it shows
 * itself as a table, a row for each writer.
 */
export class Ledger<T> {
  /** Every job in the order in which the jobs ended. */
  readonly entries: readonly LedgerEntry<T>[];

  /** Takes entries; those of several ledgers make one. */
  constructor(entries: readonly LedgerEntry<T>[]) {
    this.entries = entries;
  }

  get #attempts(): Attempt[] {
    return this.entries.flatMap(({ attempts }) => attempts);
  }

  /** Why the first of the failed jobs was given up. */
  get #why(): string {
    const [first] = this.failed;
    return first ? `: ${(first.error as Error)?.message ?? first.error}` : "";
  }

  /** Jobs whose commit was acknowledged. */
  get committed(): T[] {
    return this.entries.filter(isCommitted).map(({ job }) => job);
  }

  /** Jobs that were given up; some of them may be committed nevertheless. */
  get failed(): LedgerEntry<T>[] {
    return this.entries.filter((entry) => !isCommitted(entry));
  }

  /** How many commits were refused because another came in between. */
  get conflicts(): number {
    return this.entries.reduce((sum, entry) => sum + conflictsOf(entry), 0);
  }

  /** A row for each writer. */
  toTable(): Displayable {
    const writers = [...Map.groupBy(this.entries, ({ writer }) => writer)]
      .sort(([a], [b]) => a < b ? -1 : 1)
      .map(([writer, entries]) => ({ writer, own: new Ledger(entries) }));
    return table(
      writers.map(({ writer, own }) => ({
        writer,
        committed: own.committed.length,
        "conflicts, tried again": own.conflicts,
        "given up": own.failed.length,
        "mean time of a try": formatDuration(mean(
          own.#attempts.map(({ startMs, endMs }) => endMs - startMs),
        )),
      })),
      {
        limit: 100,
        note: [
          counted(this.committed.length, "commit"),
          counted(this.conflicts, "conflict"),
          counted(this.failed.length, "job") + " given up" + this.#why,
        ].join(", "),
      },
    );
  }

  /** Every try as a bar over time, a line for each writer. */
  toChart(title: string): Displayable {
    const first = Math.min(...this.#attempts.map(({ startMs }) => startMs));
    const bars = this.entries.flatMap(({ writer, attempts }) =>
      attempts.map(({ startMs, endMs, outcome }) => ({
        ...{ writer, outcome },
        from: (startMs - first) / 1000,
        to: (endMs - first) / 1000,
      }))
    );
    const writers = [...new Set(bars.map(({ writer }) => writer))].sort();
    const outcomes = OUTCOMES.filter((each) =>
      bars.some(({ outcome }) => outcome === each)
    );
    return chart({
      title,
      height: 60 + writers.length * 30,
      x: { label: "Seconds", grid: true, tickSize: 0 },
      y: { label: null, domain: writers, tickSize: 0, padding: 0.25 },
      color: {
        domain: outcomes,
        range: outcomes.map((outcome) => OUTCOME_COLORS[outcome]),
        legend: true,
      },
      marks: [
        Plot.barX(bars, {
          ...{ x1: "from", x2: "to", y: "writer", fill: "outcome" },
          ...{ insetLeft: 0.5, insetRight: 0.5 },
        }),
      ],
    });
  }

  /** What a notebook shows for it. */
  [DISPLAY](): MediaBundle {
    return this.toTable()[DISPLAY]();
  }
}
