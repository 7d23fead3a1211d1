/**
 * The table of `docs/figures.md`, made from a results file.
 *
 * @module
 */

import { dirname, relative } from "node:path";
import { formatBytes, formatNumber } from "../../lib/core/format.ts";
import { secondsText } from "./report.ts";
import {
  find,
  MERGED,
  peersOf,
  PRODUCT,
  type Result,
  type Results,
  secondsOf,
} from "./results.ts";
import { ALL, FIRST, MONTH } from "../measure/scans.ts";
import { median } from "../../lab/trials/statistics.ts";
import { markdownTable, withMarked, wrap } from "../../tasks/dev/markdown.ts";

const peerText = (peer: Result) =>
  `${peer.subject} ${secondsText(secondsOf(peer))}`;

function productText(result: Result): string {
  const parts = [secondsText(secondsOf(result))];
  if (result.step !== "query" && result.rss) {
    parts.push(`${formatBytes(result.rss)} of memory`);
  }
  return parts.join(", ");
}

/** A line for one of the product's results, with its peers. */
function line(what: string, results: Results, result: Result): string[] {
  const { step, rows } = result;
  // Peers have one way to ingest, and none of them merges.
  const peers = result.case === MERGED ? [] : peersOf(results, {
    ...{ step, rows },
    ...result.case === undefined || step === "ingest"
      ? {}
      : { case: result.case },
  });
  return [what, productText(result), peers.map(peerText).join("; ")];
}

const WORDS: Record<string, string> = {
  generate: "generate",
  upload: "upload",
  ingest: "ingest, from `spark-submit` to the commit",
};

/** The rows of the table: what was measured, the product, its peers. */
export function figureRows(results: Results): string[][] {
  const rows: string[][] = [];
  const add = (what: string, result: Result | undefined) => {
    if (result) rows.push(line(what, results, result));
  };
  for (const [step, words] of Object.entries(WORDS)) {
    for (const result of results.results) {
      if (result.step !== step || result.subject !== "product") continue;
      if (result.case) continue;
      add(`${words}, ${formatNumber(result.rows)} rows`, result);
    }
  }
  for (const result of results.results) {
    if (result.step !== "ingest" || !result.case) continue;
    add(`ingest, ${result.case}, ${formatNumber(result.rows)} rows`, result);
  }
  for (const { step, case: name, rss, seconds } of results.results) {
    if (step !== "upload" || !name) continue;
    const text = `${secondsText(median(seconds))}, ${
      formatBytes(rss ?? 0)
    } of memory`;
    rows.push([`upload, ${name}`, text, ""]);
  }
  const sizes = new Set(
    results.results.filter(({ step }) => step === "query")
      .map(({ rows }) => rows),
  );
  for (const size of sizes) {
    const at = `${formatNumber(size)} rows`;
    const of = (name: string) =>
      find(results, { step: "query", case: name, rows: size });
    add(`the ten questions of notebook 05, ${at}`, of(ALL));
    add(`the first question in a new catalog, ${at}`, of(FIRST));
    const month = of(MONTH);
    if (month) {
      rows.push([
        `a question about one month, ${at}`,
        `${secondsText(secondsOf(month))}, ${
          formatBytes(month.read ?? 0)
        } read`,
        "",
      ]);
    }
  }
  add(
    "`up` from nothing running",
    find(results, {
      ...{ step: "startup", case: "up" },
    }),
  );
  add("`demo` again", find(results, { step: "demo" }));
  add("the first set-up, with all downloads", find(results, { step: "setup" }));
  return rows;
}

/**
 * What stands between the marks: where and when, and the table.
 *
 * @param file The results file, relative to the project.
 * @param page The page that gets the text, relative to the project.
 */
export function figuresText(
  results: Results,
  file: string,
  page: string,
): string {
  const { machine, note, rounds, made, stack } = results;
  const isOnce = results.results.some(({ subject, step, seconds }) =>
    subject === PRODUCT && step in WORDS && seconds.length < rounds
  );
  const about = [
    `Medians of ${rounds} rounds${
      isOnce ? ", sizes without peers once," : ""
    } on ${machine.cores} cores (${machine.cpu}),`,
    `${formatBytes(machine.memory)} of memory, ${machine.os}, on ${
      made.slice(0, 10)
    };`,
    `stack: ${stack}.${note ? ` ${note}.` : ""}`,
    `All figures are in [${file}](${relative(dirname(page), file)}).`,
  ].join(" ");
  const head = ["what", "this product", "peers in the same run"];
  return `${wrap(about)}\n\n${markdownTable(head, figureRows(results))}`;
}

/** A Markdown text with the table between its marks replaced. */
export function withFigures(markdown: string, table: string): string {
  return withMarked(markdown, "bench", table);
}
