import { assertEquals, assertStringIncludes } from "@std/assert";
import type { Notebook, NotebookCell, Output } from "../notebooks/document.ts";
import {
  contentsOf,
  type ReportPage,
  shownNotebook,
  titleAnchor,
  toPage,
} from "./page.ts";

function code(outputs: Output[], metadata = {}): NotebookCell {
  return { cell_type: "code", metadata, source: "1;", outputs };
}

function text(source: string): NotebookCell {
  return { cell_type: "markdown", metadata: {}, source };
}

function page(
  cells: NotebookCell[],
  metadata: Notebook["metadata"] = {},
): ReportPage {
  return toPage("/run/05-x.ipynb", {
    cells,
    metadata,
    nbformat: 4,
    nbformat_minor: 5,
  });
}

function stdout(text: string): Output {
  return { output_type: "stream", name: "stdout", text };
}

/** What a page shows of these outputs: HTML and texts, in order. */
function shown(...outputs: Output[]): string[] {
  const { cells } = shownNotebook(page([code(outputs)]), new Set());
  return cells[0]!.outputs!.map(({ data, text }) =>
    String(data?.["text/html"] ?? text)
  );
}

Deno.test("toPage() reads title, lead, facts and times", () => {
  const times = {
    execution: {
      "iopub.execute_input": "2024-01-05T10:00:00.000Z",
      "shell.execute_reply": "2024-01-05T10:00:01.500Z",
    },
  };
  const found = page([
    text("# 05 · Who `tips`?\n\nA [link](x.md) and\n`code`.\n\nMore."),
    code([stdout("\x1b[32m✓\x1b[39m Rows: 1,000: all\nlog\n✓ So")], times),
  ]);
  assertEquals(found.name, "05-x");
  assertEquals(found.file, "05-x.html");
  assertEquals(found.title, "05 · Who tips?");
  assertEquals(titleAnchor(found), "05-·-Who-tips?");
  assertEquals(found.lead, "A link and code.");
  assertEquals(found.checks, [
    { claim: "Rows", fact: "1,000: all" },
    { claim: "So", fact: "" },
  ]);
  assertEquals(found.ms, 1500);
  assertEquals(found.date, new Date("2024-01-05T10:00:00Z"));
  assertEquals(found.fault, undefined);
});

Deno.test("toPage() finds where a notebook stopped", () => {
  const error: Output = { output_type: "error", ename: "E", evalue: "no" };
  const failed = page([text("# T"), code([]), code([error])]);
  assertEquals([failed.fault, failed.faultCell], ["cell 2: E: no", "c2"]);
  const note = { lakehouse: { fault: "cell 1: it took too long" } };
  const marked = page([
    code([], { lakehouse: { fault: "it took too long" } }),
  ], note);
  assertEquals(marked.fault, "cell 1: it took too long");
  assertEquals(marked.faultCell, "c0");
  assertEquals(page([code([])], note).faultCell, undefined);
});

Deno.test("contentsOf() leaves out the title and what is only in code", () => {
  const found = contentsOf(
    page([text("# T\n\n## A"), text("```\n## no\n```\n### B\n#### C")]),
  );
  assertEquals(found, [
    { level: 2, text: "A", cell: "c0" },
    { level: 3, text: "B", cell: "c1" },
  ]);
});

Deno.test("shownNotebook() makes facts a list and keeps other lines", () => {
  assertEquals(shown(stdout("one\n✓ A: <1>\n✓ B\ntwo\n")), [
    "one\n",
    `<ul class="checks"><li>A: <b>&#60;1&#62;</b></li><li>B</li></ul>`,
    "two\n",
  ]);
  assertEquals(shown(stdout("\x1b[32mgreen\x1b[39m\n")), [
    "\x1b[32mgreen\x1b[39m\n",
  ]);
});

Deno.test("shownNotebook() drops links to this machine, keeps those to the web", () => {
  const html = (href: string): Output => ({
    output_type: "display_data",
    data: { "text/html": [`<a href="${href}" target="_blank">`, "q</a>"] },
  });
  for (const here of ["http://127.0.0.1:9/ui", "https://localhost/x"]) {
    assertEquals(shown(html(here)), ["q"]);
  }
  const web = "https://trino.example.com/ui";
  assertStringIncludes(shown(html(web))[0]!, `href="${web}"`);
});

Deno.test("shownNotebook() turns links to notebooks into links to pages", () => {
  const { cells } = shownNotebook(
    page([
      text("# T\n[a](04-a.ipynb#B) [b](06-b.ipynb) [c](../README.md) [d](#e)"),
    ]),
    new Set(["04-a.html"]),
  );
  assertEquals(cells[0]!.source, "[a](04-a.html#B) b c [d](#e)");
});
