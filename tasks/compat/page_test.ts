import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { CompatResult } from "../../lab/compat/result.ts";
import { compatPage } from "./page.ts";
import { compareText, compatText, scoresMarkdown } from "./summary.ts";

const RESULT: CompatResult = {
  format: 1,
  date: "2026-11-28T12:00:00.000Z",
  seconds: 61,
  machine: "2 cores, 24 GB",
  store: { stack: "remote", name: "A <store>", note: "no result of AIStor" },
  engines: [
    { name: "trino", title: "Trino 483", version: "" },
    { name: "duckdb", title: "DuckDB 1.5.4", version: "iceberg 1" },
  ],
  missing: [{ name: "spark-4.1", why: "it could not be fetched" }],
  capabilities: [{
    id: "delete",
    group: "rows",
    name: "Delete <rows>",
    formatVersion: 2,
    cells: {
      trino: {
        verdict: "works",
        steps: [{ text: "DELETE FROM t", seconds: 0.2, answer: [["<b>"]] }],
        expected: [["1"]],
        came: [["1"]],
        seconds: 0.3,
      },
      duckdb: {
        verdict: "fails",
        reason: "Not <implemented>",
        steps: [{ text: "DELETE", seconds: 0, error: "Not <implemented>" }],
        seconds: 0.1,
      },
    },
  }, {
    id: "merge",
    group: "rows",
    name: "Merge",
    cells: {
      trino: null,
      duckdb: { verdict: "not offered", steps: [], seconds: 0 },
    },
  }],
  errors: [{
    capability: "merge",
    engine: "trino",
    message: "TypeError: x\nat",
  }],
};

Deno.test("the page shows each verdict with sign and words, and links to its evidence", async () => {
  const html = await compatPage(RESULT);
  assertStringIncludes(html, 'href="#delete--trino"');
  assertStringIncludes(html, 'id="delete--trino"');
  assertStringIncludes(html, "Trino 483: works");
  assertStringIncludes(html, "DuckDB 1.5.4: fails: Not &#60;implemented&#62;");
  assertStringIncludes(html, "1 of 1");
  assertStringIncludes(html, "spark-4.1 could not be asked");
  assertStringIncludes(html, "no result of AIStor");
});

Deno.test("the page needs nothing from elsewhere, and takes no text for HTML", async () => {
  const html = await compatPage(RESULT);
  assert(!/<script|https?:\/\/|url\(|@import/i.test(html));
  assertStringIncludes(html, "default-src 'none'");
  assert(!html.includes("<rows>") && !html.includes("<store>"));
  assert(!html.includes("<b>\n") && html.includes("&#60;b&#62;"));
});

Deno.test("the terminal names what fails, what could not be asked and what has no verdict", () => {
  const text = compatText(RESULT);
  assertStringIncludes(text, "Tables: rows  1 of 1     0 of 1");
  assertStringIncludes(
    text,
    "✗ Delete <rows>, DuckDB 1.5.4: Not <implemented>",
  );
  assertStringIncludes(text, "! spark-4.1: it could not be fetched");
  assertStringIncludes(text, "! merge, trino: no verdict: TypeError: x");
});

Deno.test("compareText() shows a line a change", () => {
  assertEquals(compareText([]), "Every cell is the same.");
  const change = {
    ...{ id: "delete", group: "rows" as const, name: "Delete" },
    ...{ engine: "trino" as const, before: "works" as const },
  };
  assertEquals(
    compareText([{ ...change, after: "fails", reason: "gone" }]),
    "✓ → ✗  trino  Delete  gone",
  );
  assertEquals(
    compareText([{ ...change, after: undefined }]),
    "✓ → ·  trino  Delete",
  );
});

Deno.test("scoresMarkdown() is a table of groups and engines", () => {
  assertStringIncludes(
    scoresMarkdown([RESULT]),
    "| Tables: rows             | 1 of 1    | 0 of 1       |",
  );
});
