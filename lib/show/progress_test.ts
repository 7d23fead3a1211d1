import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { progress, progressHtml, progressView } from "./progress.ts";

/** What `fn` prints to standard error. */
async function printed(fn: () => Promise<void>): Promise<string[]> {
  const lines: string[] = [];
  const log = console.error;
  console.error = (line: string) => lines.push(line);
  try {
    await fn();
  } finally {
    console.error = log;
  }
  return lines;
}

Deno.test("progressView() tells share, count, rate and remaining time", () => {
  assertEquals(
    progressView({ done: 5e6, total: 2e7, unit: "bytes", detail: "a" }, 2000),
    {
      status: "running",
      share: 0.25,
      text: "25 % · 5.0 MB of 20 MB · 2.5 MB/s · 6 s left · a",
    },
  );
});

Deno.test("progressView() tells no rate at the start and no share without a total", () => {
  assertEquals(
    progressView({ done: 3, total: 4 }, 100).text,
    "75 % · 3 of 4",
  );
  assertEquals(
    progressView({ done: 3000, unit: "rows" }, 2000).text,
    "3,000 rows · 1.5K rows/s",
  );
});

Deno.test("progressView() counts down while lumpy work goes on, and never up", () => {
  const left = (elapsed: number, idle: number) =>
    progressView({ done: 2, total: 8, unit: "tasks" }, elapsed, idle).text;
  assertEquals(
    left(4_000, 0),
    "25 % · 2 of 8 tasks · 0.5 tasks/s · 12 s left",
  );
  assertMatch(left(9_000, 5_000), / · 7 s left$/);
  // Overdue: nobody knows any more.
  assertEquals(
    left(40_000, 36_000),
    "25 % · 2 of 8 tasks · 3.0 tasks/min",
  );
});

Deno.test("progressView() shows what is under way where nothing is counted yet", () => {
  assertEquals(
    progressView({ done: 0, detail: "Spark is starting" }, 5000).text,
    "Spark is starting",
  );
});

Deno.test("progressView() takes an empty and an exceeded total", () => {
  assertEquals(progressView({ done: 0, total: 0 }, 5000).share, undefined);
  assertEquals(progressView({ done: 9, total: 8 }, 5000).share, 1);
});

Deno.test("progressHtml() shows its title as text", () => {
  const view = progressView({ done: 1, total: 2, detail: "<b>" }, 0);
  const html = progressHtml("<i>", view);
  assert(!/<[bi]>/.test(html.replace("<b>&", "&")), html);
  assertStringIncludes(html, "width:50%");
});

Deno.test("progress() prints a line for every tenth where there is no terminal", async () => {
  if (Deno.stderr.isTerminal()) return;
  const lines = await printed(async () => {
    const bar = progress("Upload");
    for (let done = 0; done <= 100; done++) {
      bar.update({ done, total: 100 });
      if (done % 25 === 0) await new Promise((r) => setTimeout(r, 110));
    }
    await bar.done("100 files");
  });
  assertEquals(lines[0], "Upload: 0 % · 0 of 100");
  assert(lines.length <= 12, lines.join("\n"));
  assertMatch(lines.at(-1)!, /^Upload: 100 files · \d+ ms$/);
});

Deno.test("progress() shows the last of several quick updates", async () => {
  if (Deno.stderr.isTerminal()) return;
  const lines = await printed(async () => {
    const bar = progress("Upload");
    for (const done of [1, 50, 90]) bar.update({ done, total: 100 });
    await new Promise((r) => setTimeout(r, 150));
    await bar.fail("stopped");
  });
  assertEquals(lines.slice(0, 2), [
    "Upload: 1 % · 1 of 100",
    "Upload: 90 % · 90 of 100",
  ]);
  assertStringIncludes(lines[2]!, "Upload: stopped · ");
});

Deno.test("progress() measures the rate from the first count on, and nothing follows its end", async () => {
  if (Deno.stderr.isTerminal()) return;
  const lines = await printed(async () => {
    const bar = progress("Ingest");
    bar.update({ done: 0, detail: "Spark is starting" });
    await new Promise((r) => setTimeout(r, 1_200));
    bar.update({ done: 0, total: 4 });
    await new Promise((r) => setTimeout(r, 120));
    bar.update({ done: 2, total: 4 });
    await bar.fail("stopped");
    bar.update({ done: 4, total: 4 });
    await new Promise((r) => setTimeout(r, 150));
  });
  assertEquals(lines.slice(0, 2), [
    "Ingest: Spark is starting",
    "Ingest: 50 % · 2 of 4",
  ]);
  assertMatch(lines[2]!, /^Ingest: stopped · 1\.\d s$/);
  assertEquals(lines.length, 3);
});
