/**
 * What the pages of a report have in common, and its index.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { formatDuration } from "../../lib/core/format.ts";
import { escapeHtml } from "../../lib/core/kernel.ts";
import { answersOf, checksHtml, type ReportPage } from "./page.ts";
import { NOT_RECORDED } from "./run_facts.ts";

/** By what a page is known as one that a report wrote. */
export const GENERATOR = "AIStor Tables Analysis report";

/**
 * The policy by which the browser itself refuses whatever a page would ask the
 * network for, and every script but the page's own.
 */
export function policy(script?: string): string {
  const hash = script &&
    createHash("sha256").update(script).digest("base64");
  return "default-src 'none'; img-src data:; style-src 'unsafe-inline'; " +
    (hash ? `script-src 'sha256-${hash}'; ` : "") +
    "base-uri 'none'; form-action 'none'";
}

function minute(date: Date): string {
  return date.toISOString().replace("T", " ").slice(0, 16);
}

/** A time, or the first and the last of several, to the minute. */
export function periodOf(dates: readonly Date[]): string {
  if (dates.length === 0) return "not recorded";
  const sorted = dates.map(minute).sort();
  const [first = "", last = ""] = [sorted[0], sorted.at(-1)];
  if (first === last) return `${first} UTC`;
  const isSameDay = first.slice(0, 10) === last.slice(0, 10);
  return `${first} – ${isSameDay ? last.slice(11) : last} UTC`;
}

/** Facts as a list of names and values. */
export function factsHtml(
  facts: readonly (readonly [string, string])[],
): string {
  return `<dl class="facts">${
    facts.map(([name, value]) =>
      `<div><dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd></div>`
    ).join("")
  }</dl>`;
}

/** What a reader must know first, or nothing. */
export function noteHtml(note: string): string {
  return note && `<p class="note">${escapeHtml(note)}.</p>`;
}

function noteOf({ run }: ReportPage): string {
  return run ? run.note : NOT_RECORDED;
}

/** What stands below a page's title. */
export function headHtml(page: ReportPage): string {
  const { run, date, ms, checks, fault, faultCell } = page;
  const facts: [string, string][] = [
    ["Date", periodOf(date ? [date] : [])],
    ...run?.facts ?? [],
    ["Run time", formatDuration(ms)],
    ["Facts checked", String(checks.length)],
  ];
  const at = faultCell
    ? ` <a href="#${
      escapeHtml(encodeURIComponent(faultCell.toWellFormed()))
    }">Go there</a>`
    : "";
  return noteHtml(noteOf(page)) + factsHtml(facts) +
    (fault
      ? `<p class="fault"><b>This notebook stopped at ${
        escapeHtml(fault)
      }.</b> What comes after it did not run.${at}</p>`
      : "");
}

/** The facts on which all pages that state them agree, and for each page the rest. */
export function sharedFacts(
  pages: readonly ReportPage[],
): {
  shared: [string, string][];
  own: (page: ReportPage) => [string, string][];
} {
  const values = new Map<string, Set<string>>();
  for (const [name, value] of pages.flatMap(({ run }) => run?.facts ?? [])) {
    values.set(name, (values.get(name) ?? new Set()).add(value));
  }
  return {
    shared: [...values].flatMap(([name, [value, other]]) =>
      value !== undefined && other === undefined ? [[name, value]] : []
    ),
    own: ({ run }) =>
      (run?.facts ?? []).filter(([name]) => (values.get(name)?.size ?? 0) > 1),
  };
}

/** A notebook that has no page, and why. */
export interface MissingPage {
  /** Its title. */
  title: string;
  /** Why it has none, as a clause. */
  why: string;
}

function articleHtml(
  page: ReportPage,
  facts: readonly [string, string][],
  note: string,
): string {
  const { file, title, lead, fault, faultCell, ms, checks } = page;
  const href = encodeURI(file.toWellFormed());
  const status = fault
    ? `<p class="status bad">✗ <a href="${href}${
      faultCell
        ? `#${escapeHtml(encodeURIComponent(faultCell.toWellFormed()))}`
        : ""
    }">stopped</a> after ${formatDuration(ms)} at ${escapeHtml(fault)}</p>`
    : `<p class="status ok">✓ ran to its end in ${formatDuration(ms)}</p>`;
  return `<article>
<h2><a href="${href}">${escapeHtml(title)}</a></h2>
${status}
<p>${escapeHtml(lead)}</p>
${note && noteHtml(note)}${facts.length ? factsHtml(facts) : ""}
${checks.length ? checksHtml(checks) : ""}
</article>`;
}

function summaryHtml(
  pages: readonly ReportPage[],
  missing: readonly MissingPage[],
) {
  const failed = pages.filter(({ fault }) => fault).length;
  const good = pages.length - failed;
  const ms = pages.reduce((sum, page) => sum + page.ms, 0);
  const checks = pages.reduce((sum, page) => sum + page.checks.length, 0);
  const text = [
    `${good} of ${pages.length + missing.length} notebooks ran to their end`,
    `${checks} facts checked`,
    `cells ran for ${formatDuration(ms)}`,
  ].join(", ");
  return failed + missing.length > 0
    ? `<p class="fault"><b>${text}.</b></p>`
    : `<p class="summary">${text}.</p>`;
}

/** A page's questions with their answers, and the two charts that tell most. */
function answersHtml(page: ReportPage): string {
  const answers = answersOf(page);
  if (answers.length < 3) return "";
  const file = encodeURI(page.file.toWellFormed());
  const at = (cell: string) =>
    `${file}#${escapeHtml(encodeURIComponent(cell.toWellFormed()))}`;
  // What is drawn of most values tells most at one look.
  const telling = answers.filter(({ image }) => image)
    .toSorted((a, b) => b.image!.length - a.image!.length).slice(0, 2);
  return `<section class="answers">
<h2><a href="${file}">${escapeHtml(page.title.replace(/^\d+ · /, ""))}</a></h2>
<ol>${
    answers.map(({ question, answer, cell }) =>
      `<li><a href="${at(cell)}">${escapeHtml(question)}</a> ${answer}</li>`
    ).join("\n")
  }</ol>
${
    telling.map(({ image, answer }) =>
      `<p><img src="${image}" alt="${answer}"></p>`
    ).join("\n")
  }
</section>`;
}

/** The page that leads to the others. */
export function indexHtml(
  pages: readonly ReportPage[],
  missing: readonly MissingPage[],
  css: string,
): string {
  const { shared, own } = sharedFacts(pages);
  const notes = new Set(pages.map(noteOf));
  const [note = ""] = notes.size === 1 ? notes : [];
  const date = periodOf(pages.flatMap(({ date }) => date ?? []));
  const articles = [
    ...pages.map((page) =>
      articleHtml(page, own(page), notes.size > 1 ? noteOf(page) : "")
    ),
    ...missing.map(({ title, why }) =>
      `<article><h2>${escapeHtml(title)}</h2>` +
      `<p class="status bad">✗ ${escapeHtml(why)}</p></article>`
    ),
  ];
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="${policy()}">
<meta name="generator" content="${GENERATOR}">
<title>Lakehouse report</title>
<style>${css}</style>
</head>
<body>
<header>
<h1>Lakehouse report</h1>
${noteHtml(note)}${factsHtml([["Date", date], ...shared])}
</header>
<main>
${summaryHtml(pages, missing)}
${pages.map(answersHtml).join("")}
${articles.join("\n")}
</main>
</body>
</html>
`;
}
