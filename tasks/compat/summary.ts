/**
 * The result of `deno task compat` on a terminal and in the README.
 *
 * @module
 */

import {
  type CellChange,
  type CompatResult,
  groupsOf,
  scoreText,
  SIGNS,
} from "../../lab/compat/result.ts";
import { formatDuration } from "../../lib/core/format.ts";
import { markdownTable, wrap } from "../dev/markdown.ts";
import { OUTCOMES } from "../../lab/compat/catalog_tests/catalog_tests.ts";

/** Lines of cells in columns as wide as they need. */
function columns(lines: readonly (readonly string[])[]): string {
  const widths = (lines[0] ?? []).map((_, index) =>
    Math.max(...lines.map((line) => line[index]?.length ?? 0))
  );
  return lines.map((line) =>
    line.map((cell, index) => cell.padEnd(widths[index]!)).join("  ").trimEnd()
  ).join("\n");
}

/** Groups × engines: what works of what was asked. */
function scores(result: CompatResult): string[][] {
  const { engines } = result;
  return [
    ["", ...engines.map(({ title }) => title)],
    ...groupsOf(result).map(({ title, rows }) => [
      title,
      ...engines.map(({ name }) => scoreText(rows, name)),
    ]),
  ];
}

/** What a terminal shows: scores, and each cell that fails with its reason. */
export function compatText(result: CompatResult): string {
  const failures = result.capabilities.flatMap(({ name, cells }) =>
    result.engines.flatMap((engine) => {
      const cell = cells[engine.name];
      return cell?.verdict === "fails"
        ? [`${SIGNS.fails} ${name}, ${engine.title}: ${cell.reason}`]
        : [];
    })
  );
  const missing = result.missing.map(({ name, why }) => `! ${name}: ${why}`);
  const errors = result.errors.map(({ capability, engine, message }) =>
    `! ${capability}, ${engine}: no verdict: ${message.split("\n")[0]}`
  );
  const tests = result.catalogTests;
  const own = tests
    ? [
      `Iceberg's own catalog tests: of ${tests.length} ${
        Object.entries(OUTCOMES).map(([outcome, words]) => {
          const ended = tests.filter((test) => test.outcome === outcome);
          return `${ended.length} ${words}`;
        }).join(", ")
      }`,
    ]
    : [];
  return [
    columns(scores(result)),
    "",
    ...failures,
    ...missing,
    ...errors,
    ...own,
  ].join("\n").trimEnd();
}

const sign = (verdict: CellChange["after"]) => verdict ? SIGNS[verdict] : "·";

/** What differs between two results, a line a cell. */
export function compareText(changes: readonly CellChange[]): string {
  if (changes.length === 0) return "Every cell is the same.";
  return columns(
    changes.map(({ name, engine, before, after, reason }) => [
      `${sign(before)} → ${sign(after)}`,
      engine,
      name,
      reason ?? "",
    ]),
  );
}

/** Groups × engines of results, one table a store, for a Markdown page. */
export function scoresMarkdown(results: readonly CompatResult[]): string {
  return results.map((result) => {
    const [[, ...titles] = [], ...rows] = scores(result);
    const { store, machine, date, seconds } = result;
    const about = `**${store.name}**${store.note ? ` (${store.note})` : ""}, ` +
      `${date.slice(0, 10)}, ${machine}, ${formatDuration(seconds * 1000)}:`;
    return `${wrap(about)}\n\n${
      markdownTable(["works, of what was asked", ...titles], rows)
    }`;
  }).join("\n\n");
}
