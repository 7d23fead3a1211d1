import { assert, assertEquals, assertThrows } from "@std/assert";
import { stripVTControlCharacters } from "node:util";
import { check, facts, show } from "./display.ts";
import { LakehouseError } from "../core/errors.ts";
import { DISPLAY, type Displayable, kernel } from "../core/kernel.ts";

const text = (shown: Displayable) => shown[DISPLAY]()["text/plain"]!;
const html = (shown: Displayable) => shown[DISPLAY]()["text/html"]!;

/** What `fn` prints to standard output. */
async function printed(fn: () => unknown): Promise<string> {
  const lines: unknown[] = [];
  const log = console.log;
  console.log = (...args: unknown[]) => lines.push(args.join(" "));
  try {
    await fn();
  } finally {
    console.log = log;
  }
  return lines.join("\n");
}

Deno.test("kernel() is undefined outside a notebook", () => {
  assertEquals(kernel(), undefined);
});

Deno.test("facts() shows one fact a line", () => {
  const shown = facts({ stack: "local", rows: 1_000_000, "<b>": null });
  assertEquals(text(shown), "stack  local\nrows   1,000,000\n<b>    null");
  assert(!html(shown).includes("<b>"));
});

Deno.test("facts() leaves ids and years without separators", () => {
  const snapshotId = 9007199254740993n;
  assertEquals(
    text(facts({ snapshotId, year: 2020, trips: 2020 })),
    "snapshotId  9007199254740993\nyear        2020\ntrips       2,020",
  );
});

Deno.test("show() prints the plain text in a terminal", async () => {
  assertEquals(await printed(() => show(facts({ a: 1 }))), "a  1");
});

Deno.test("check() shows the claim with its fact", async () => {
  const shown = await printed(() =>
    check("Every trip arrived", true, 1_000_000)
  );
  assertEquals(
    stripVTControlCharacters(shown),
    "✓ Every trip arrived: 1,000,000",
  );
});

Deno.test("check() fails with the fact when the claim is false", () => {
  assertThrows(
    () => check("Every trip arrived", 1 + 1 === 3, 999),
    LakehouseError,
    `Check failed: "Every trip arrived" is not so: it is 999`,
  );
});

Deno.test("check() refuses a promise, which would always pass", () => {
  const promise = Promise.resolve(false) as unknown as boolean;
  assertThrows(() => check("x", promise), LakehouseError, "await");
  assertThrows(
    () => check("x", 1 as unknown as boolean),
    LakehouseError,
    "1 is",
  );
});
