/**
 * The result of a run: what `reports/compat.json` holds, counted and compared.
 *
 * @module
 */

import { type EngineName, type Group, GROUPS } from "./capability.ts";
import type { CatalogTest } from "./catalog_tests/catalog_tests.ts";

/** What a cell says: a run's outcome, nothing else. */
export type Verdict = "works" | "differs" | "fails" | "not offered";

/** One statement or call of a probe, as it ran. */
export interface Step {
  /** The statement, or what was called. */
  text: string;
  /** Seconds it took. */
  seconds: number;
  /** Its first rows. */
  answer?: unknown[][];
  /** How it was refused. */
  error?: string;
}

/** One engine and one capability. */
export interface Cell {
  /** The outcome. */
  verdict: Verdict;
  /** Why it is no plain "works". */
  reason?: string;
  /** What was run, in order. */
  steps: Step[];
  /** The answer that was expected. */
  expected?: unknown[][];
  /** The answer that came. */
  came?: unknown[][];
  /** Seconds of the whole probe. */
  seconds: number;
}

/** A row of the matrix with its outcomes. */
export interface CapabilityResult {
  id: string;
  group: Group;
  name: string;
  formatVersion?: 2 | 3;
  /**
   * By engine; `null` where a fault of this program came in between. An engine
   * that the row is not about has none.
   */
  cells: Partial<Record<EngineName, Cell | null>>;
}

/** A fault of this program: no verdict on any engine. */
export interface RunError {
  capability: string;
  engine: EngineName;
  message: string;
}

/** Signs of the verdicts, as page, terminal and README show them. */
export const SIGNS: Readonly<Record<Verdict, string>> = {
  works: "✓",
  differs: "≈",
  fails: "✗",
  "not offered": "–",
};

/** The store that was asked. */
export interface StoreFacts {
  /** `docker`, `local` or `remote`. */
  stack: string;
  /** What the object store calls itself in its answers, or how it was started. */
  name: string;
  /** What a reader must know about it, such as that it is no AIStor. */
  note: string;
}

/** An engine of a run. */
export interface EngineFacts {
  name: EngineName;
  /** `Spark 3.5.9`. */
  title: string;
  /** Versions of what it reads Iceberg with. */
  version: string;
}

/** A run of the matrix; the shape of `compat.json`. */
export interface CompatResult {
  /** Version of this shape. */
  format: 1;
  /** When it was made, in UTC. */
  date: string;
  /** Seconds of the whole run. */
  seconds: number;
  /** The machine: cores and memory. */
  machine: string;
  /** The store. */
  store: StoreFacts;
  /** The engines, in the order of the columns. */
  engines: EngineFacts[];
  /** Engines that could not be asked, and why. */
  missing: { name: EngineName; why: string }[];
  /** The rows. */
  capabilities: CapabilityResult[];
  /** Iceberg's own catalog tests, when they ran. */
  catalogTests?: CatalogTest[];
  /** Faults of this program: cells without a verdict. */
  errors: RunError[];
}

/** How many cells have each verdict. */
export type Counts = Record<Verdict, number>;

/** Counts the verdicts of these cells. */
export function countVerdicts(
  cells: Iterable<Cell | null | undefined>,
): Counts {
  const counts: Counts = { works: 0, differs: 0, fails: 0, "not offered": 0 };
  for (const cell of cells) if (cell) counts[cell.verdict]++;
  return counts;
}

/** The groups that a result has rows of, with their rows, in order. */
export function groupsOf(
  { capabilities }: Pick<CompatResult, "capabilities">,
): { group: Group; title: string; rows: CapabilityResult[] }[] {
  return (Object.keys(GROUPS) as Group[]).map((group) => ({
    group,
    title: GROUPS[group],
    rows: capabilities.filter((row) => row.group === group),
  })).filter(({ rows }) => rows.length > 0);
}

/** The engines that the rows are about, in order. */
export function askedOf(
  rows: readonly CapabilityResult[],
  engines: readonly EngineFacts[],
): EngineFacts[] {
  return engines.filter(({ name }) =>
    rows.some(({ cells }) => cells[name] !== undefined)
  );
}

/**
 * `12 of 14`: what works, be it with a difference, of what was asked; `–` where
 * nothing is offered.
 */
export function scoreText(
  rows: readonly CapabilityResult[],
  engine: EngineName,
): string {
  const { works, differs, fails } = countVerdicts(
    rows.map(({ cells }) => cells[engine]),
  );
  const asked = works + differs + fails;
  return asked === 0 ? "–" : `${works + differs} of ${asked}`;
}

/** A cell that is not the same in two results. */
export interface CellChange {
  id: string;
  group: Group;
  name: string;
  engine: EngineName;
  /** Verdict in the first result; `undefined` where it has no such cell. */
  before: Verdict | undefined;
  /** Verdict in the second one. */
  after: Verdict | undefined;
  /** Why the second is no plain "works". */
  reason?: string | undefined;
}

/** What differs between two results, in the order of the second one's rows. */
export function compareResults(
  before: Pick<CompatResult, "capabilities">,
  after: Pick<CompatResult, "capabilities">,
): CellChange[] {
  const old = new Map(before.capabilities.map((row) => [row.id, row]));
  const gone = before.capabilities.filter(({ id }) =>
    !after.capabilities.some((row) => row.id === id)
  );
  const changes: CellChange[] = [];
  for (const row of [...after.capabilities, ...gone]) {
    const was = old.get(row.id)?.cells ?? {};
    const is = gone.includes(row) ? {} : row.cells;
    const names = new Set([...Object.keys(was), ...Object.keys(is)]);
    for (const engine of names as Set<EngineName>) {
      const [one, other] = [was[engine], is[engine]];
      if (one?.verdict === other?.verdict) continue;
      const { id, group, name } = row;
      changes.push({
        ...{ id, group, name, engine },
        before: one?.verdict,
        after: other?.verdict,
        reason: other?.reason,
      });
    }
  }
  return changes;
}

const RANK: readonly (Verdict | undefined)[] = [
  ...[undefined, "fails", "not offered", "differs", "works"] as const,
];

/** Those changes for the worse; a cell that is missing is worse than any verdict. */
export function worse(changes: readonly CellChange[]): CellChange[] {
  return changes.filter(({ before, after }) =>
    RANK.indexOf(after) < RANK.indexOf(before)
  );
}
