import {
  assert,
  assertEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { stripVTControlCharacters } from "node:util";
import { check, facts, show, table } from "./display.ts";
import { LakehouseError } from "./errors.ts";
import { DISPLAY, type Displayable, kernel } from "./kernel.ts";

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

Deno.test("table() aligns numbers, shows nulls, and counts the rows", () => {
  const rows = [
    { company: "Flash Cab", trips: 170_482n, tip: 1.5, at: null },
    { company: "Sun", trips: 7n, tip: 12, at: new Date("2024-01-05T13:45Z") },
  ];
  assertEquals(
    text(table(rows, { title: "Trips" })),
    [
      "Trips",
      "company      trips   tip  at",
      "─────────  ───────  ────  ───────────────────",
      "Flash Cab  170,482   1.5  null",
      "Sun              7  12.0  2024-01-05 13:45:00",
      "2 rows",
    ].join("\n"),
  );
});

Deno.test("table() leaves ids, keys and years without separators", () => {
  const shown = text(
    table([{
      snapshot_id: 8_744_736_658_442_914_487n,
      year: 2013,
      idle: 2013,
    }]),
  );
  assertStringIncludes(shown, "8744736658442914487  2013  2,013");
});

Deno.test("table() shows the first 20 rows and says so", () => {
  const rows = Array.from({ length: 1234 }, (_, n) => ({ n }));
  assertStringIncludes(text(table(rows)), "\n19\nshowing 20 of 1,234");
  assertStringIncludes(text(table(rows, { limit: 2 })), "showing 2 of 1,234");
  assertStringIncludes(
    text(table(rows.slice(0, 3), { total: 99, note: "0.3 s" })),
    "showing 3 of 99 · 0.3 s",
  );
});

Deno.test("table() keeps decimals in text exact and to the right", () => {
  const shown = table([{ fare: "1234567890123456789.10" }, { fare: "-1.05" }], {
    types: { fare: "decimal(21,2)" },
  });
  assertStringIncludes(text(shown), "1,234,567,890,123,456,789.10");
  assertStringIncludes(html(shown), `<td style="text-align:right`);
});

Deno.test("table() takes formats by column", () => {
  const row = { a: 1234.5, b: 0.256, c: 14_600_000, d: "2024-01-05", e: 3 };
  const shown = text(table([row], {
    formats: {
      a: "dollars",
      b: "percent",
      c: "bytes",
      d: "date",
      e: (value: number) => "*".repeat(value),
    },
  }));
  for (const part of ["$1,234.50", "25.6 %", "15 MB", "2024-01-05", "***"]) {
    assertStringIncludes(shown, part);
  }
});

Deno.test("table() without rows still names the columns", () => {
  const shown = table([], { types: { company: "varchar" } });
  assertEquals(text(shown), "company\n───────\nno rows");
  assertEquals(text(table([])), "no rows");
});

Deno.test("table() shows HTML as text, cut where it is long", () => {
  const attack = `<img src=x onerror="alert(1)">`;
  const shown = html(table([{ [attack]: attack, long: "x".repeat(100) }], {
    title: attack,
    note: attack,
  }));
  assert(!shown.includes("<img"), shown);
  assertStringIncludes(shown, `title="${"x".repeat(100)}">${"x".repeat(79)}…<`);
});

Deno.test("table() shows nested values and bytes", () => {
  const row = {
    list: [1n, { a: null }],
    bytes: new Uint8Array([1, 255]),
    is: false,
  };
  assertStringIncludes(text(table([row])), `["1",{"a":null}]  0x01ff  false`);
});

Deno.test("facts() shows one fact a line", () => {
  const shown = facts({ stack: "local", rows: 1_000_000, "<b>": null });
  assertEquals(text(shown), "stack  local\nrows   1,000,000\n<b>    null");
  assert(!html(shown).includes("<b>"));
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
