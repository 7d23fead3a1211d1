// Hostile values × the places that show them: as text, within bounds, on the
// lines that they have; nothing is executed, and a terminal obeys none.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { parseHTML } from "linkedom";
import type { CompatResult } from "../lab/compat/result.ts";
import { LakehouseError } from "../lib/core/errors.ts";
import { DISPLAY, type Displayable } from "../lib/core/kernel.ts";
import { barChart } from "../lib/show/charts/bar.ts";
import { check, facts } from "../lib/show/display.ts";
import { errorDetails } from "../lib/show/error_details.ts";
import { progressHtml } from "../lib/show/progress.ts";
import { table } from "../lib/show/table.ts";
import { HOSTILE, UNSEEN } from "../tests/attacks/hostile_values.ts";
import { errorText } from "./terminal/cli.ts";
import { compatPage } from "./compat/page.ts";
import { compatText } from "./compat/summary.ts";
import { resultText } from "./doctor/lines.ts";
import { printable } from "./terminal/printable.ts";
import { headHtml, indexHtml } from "./report/html.ts";
import { type ReportPage, shownNotebook, toPage } from "./report/page.ts";

/** What a place makes of a value. */
interface Shown {
  html?: string;
  text?: string;
}

const shown = (value: Displayable): Shown => {
  const { "text/html": html, "text/plain": text } = value[DISPLAY]();
  return { ...html === undefined ? {} : { html }, text: text ?? "" };
};

/** What the function prints. */
function printed(print: () => void): Shown {
  const lines: string[] = [];
  const { log } = console;
  console.log = (line: string) => lines.push(line);
  try {
    print();
  } finally {
    console.log = log;
  }
  return { text: lines.join("\n") };
}

function page(text: string): ReportPage {
  return toPage("05-analyze.ipynb", {
    cells: [
      { cell_type: "markdown", id: "a", metadata: {}, source: "# Title" },
      {
        cell_type: "code",
        id: text,
        metadata: {},
        source: "x",
        execution_count: 1,
        outputs: [
          { output_type: "stream", name: "stdout", text: `✓ It is so: x\n` },
          {
            output_type: "error",
            ename: text,
            evalue: text,
            traceback: [text],
          },
        ],
      },
    ],
    metadata: {
      lakehouse: {
        run: {
          date: "2024-01-05T10:00:00Z",
          note: text,
          facts: [[text, text]],
        },
      },
    },
    nbformat: 4,
    nbformat_minor: 5,
  });
}

const compat = (text: string): CompatResult => ({
  format: 1,
  date: "2026-11-28T12:00:00.000Z",
  seconds: 61,
  machine: text,
  store: { stack: "remote", name: text, note: text },
  engines: [{ name: "trino", title: text, version: text }],
  missing: [{ name: "spark-4.1", why: text }],
  capabilities: [{
    id: "delete",
    group: "rows",
    name: text,
    cells: {
      trino: {
        verdict: "fails",
        reason: text,
        steps: [{ text, seconds: 0, error: text, answer: [[text]] }],
        expected: [[text]],
        came: [[text]],
        seconds: 0.1,
      },
    },
  }],
  errors: [{ capability: "merge", engine: "trino", message: text }],
});

const error = (text: string) =>
  Object.assign(
    new LakehouseError({
      what: text,
      why: text,
      next: text,
      cause: new Error(text),
    }),
    { text, line: 1, column: 1, queryId: text, infoUri: text },
  );

const PLACES: Record<string, (text: string) => Shown | Promise<Shown>> = {
  "a cell": (text) => shown(table([{ a: text, b: 1 }])),
  "a nested cell": (text) =>
    shown(table([{ a: [text, { [text]: [[text]] }], b: new Map() }])),
  "a column's name and type": (text) =>
    shown(table({
      rows: [Object.fromEntries([[text, 1]])],
      columns: [{ name: text, type: text }],
    })),
  "a table's title, note and link": (text) =>
    shown(table([{ a: 1 }], {
      title: text,
      note: text,
      link: { text, href: text },
    })),
  "a fact": (text) => shown(facts({ stack: text, nested: { a: [text] } })),
  "a fact's name": (text) => shown(facts(Object.fromEntries([[text, 1]]))),
  "a check": (text) => printed(() => check("It is so", true, text)),
  "an error's details": (text) => shown(errorDetails(error(text))),
  "a bar": (text) => ({
    html: progressHtml("Upload", { status: "running", share: 0.5, text }),
  }),
  "a chart": (text) =>
    shown(
      barChart([{ company: text, trips: 1 }], {
        label: "company",
        value: "trips",
        title: text,
      }),
    ),
  "a report's index": (text) => ({
    html: indexHtml([page(text)], [{ title: text, why: text }], ""),
  }),
  "a report's head": (text) => ({ html: headHtml(page(text)) }),
  "the page of compat": async (text) => ({
    html: await compatPage(compat(text)),
  }),
  "compat on a terminal": (text) => ({
    text: printable(compatText(compat(text))),
  }),
  "a line of doctor": (text) => ({
    text: printable(resultText({
      ...{ name: "Trino", group: "Trino", ms: 3, status: "failed" },
      ...{ text, next: text },
    })),
  }),
  "an error's message, which a kernel writes into the notebook": (text) => ({
    text: new LakehouseError({ what: text, why: text }).message,
  }),
  "an error of a task": (text) => ({ text: printable(errorText(error(text))) }),
  "a line of a log": (text) => ({ text: printable(text) }),
};

Deno.test("5,000 columns are a table of the first, and say so", () => {
  const names = Array.from({ length: 5_000 }, (_, i) => `column_${i}`);
  const rows = Array.from(
    { length: 20 },
    () => Object.fromEntries(names.map((name) => [name, name])),
  );
  const { html = "", text = "" } = shown(table(rows));
  assertStringIncludes(text, "the first 500 of 5,000 columns");
  assert(html.length < 3_000_000 && text.length < 1_000_000);
});

Deno.test("what a value says is no claim of its own in a report", () => {
  const { text = "" } = printed(() =>
    check("Trips", true, "1\n✓ Every trip arrived: 1,000,000")
  );
  assertEquals(text.split("\n").length, 1);
});

Deno.test("a report's page keeps its policy whatever its outputs hold", () => {
  for (const [name, value] of Object.entries(HOSTILE)) {
    const { cells } = shownNotebook(page(value), new Set());
    assertEquals(cells.length, 2, name);
    assertEquals(page(value).checks.length, 1, name);
    const html = indexHtml([page(value)], [], "");
    const policies = html.match(/Content-Security-Policy/g) ?? [];
    assertEquals(policies.length, 1, name);
    assert(html.indexOf("Content-Security-Policy") < 400, name);
  }
});

// What a page is made of: names of elements and attributes, but for what only
// depends on how long a text is.
function skeleton(html: string): string {
  const { document } = parseHTML(`<html><body>${html}</body></html>`);
  return [...document.querySelectorAll("*")].map((element) =>
    [
      element.localName,
      ...[...element.attributes].map(({ name }) => name)
        .filter((name) => name !== "title"),
    ].join(" ")
  ).join("\n");
}

const MOST_HTML = 10_000_000;
const MOST_TEXT = 1_000_000;

for (const [place, show] of Object.entries(PLACES)) {
  Deno.test(`${place} shows hostile text as text, and not too much of it`, async () => {
    const plain = await show("plain");
    const expected = plain.html === undefined ? "" : skeleton(plain.html);
    for (const [name, value] of Object.entries(HOSTILE)) {
      const { html, text } = await show(value);
      if (html !== undefined) {
        assert(html.length < MOST_HTML, `${name}: ${html.length} characters`);
        // Long ones are made of the same letters as the others.
        if (html.length < 1_000_000) {
          assertEquals(skeleton(html), expected, name);
        }
      }
      if (text !== undefined) {
        assert(text.length < MOST_TEXT, `${name}: ${text.length} characters`);
        assertEquals(text.match(UNSEEN)?.[0], undefined, name);
      }
    }
  });
}
