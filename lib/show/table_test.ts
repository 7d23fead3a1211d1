import {
  assert,
  assertEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import pl from "nodejs-polars";
import { LakehouseError } from "../core/errors.ts";
import { DISPLAY, type Displayable } from "../core/kernel.ts";
import { table } from "./table.ts";

const text = (shown: Displayable) => shown[DISPLAY]()["text/plain"]!;
const html = (shown: Displayable) => shown[DISPLAY]()["text/html"]!;

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
  const shown = table({
    rows: [{ fare: "1234567890123456789.10" }, { fare: "-1.05" }],
    columns: [{ name: "fare", type: "decimal(21,2)" }],
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

Deno.test("table() reads dates as results have them", () => {
  const at = ["2024-01-05 13:45:00.123456 UTC", "2024-01-05 13:45:00.5 +01:00"];
  const shown = text(
    table(at.map((at) => ({ at })), { formats: { at: "date" } }),
  );
  assertStringIncludes(shown, "2024-01-05 13:45:00.123\n");
  assertStringIncludes(shown, "2024-01-05 12:45:00.500\n");
});

Deno.test("table() without rows still names the columns", () => {
  const shown = table({
    rows: [],
    columns: [{ name: "company", type: "varchar" }],
  });
  assertEquals(text(shown), "company\nvarchar\n───────\nno rows");
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
  assertStringIncludes(text(table([row])), `[1,{"a":null}]  0x01ff  false`);
});

Deno.test("table() shows the types below the names", () => {
  const shown = table({
    rows: [{ company: "Sun", trips: 7n }],
    columns: [
      { name: "company", type: "varchar" },
      { name: "trips", type: "bigint" },
      { name: "a.b", type: "row(<i> bigint)" },
    ],
  });
  assertEquals(text(shown).split("\n").slice(0, 2), [
    "company   trips  a.b",
    "varchar  bigint  row(<i> bigint)",
  ]);
  assertStringIncludes(html(shown), ">bigint</span></th>");
  assert(!html(shown).includes("<i> bigint"), html(shown));
  const wide = table({
    rows: [],
    columns: [{ name: "a", type: `row(${"x bigint, ".repeat(9)})` }],
  });
  assertStringIncludes(text(wide), "x bigint, x big…");
});

Deno.test("table() tells null from the texts null and empty", () => {
  const rows = [{ a: null }, { a: "null" }, { a: "" }, {}];
  const shown = table(rows);
  assertEquals(text(shown).split("\n").slice(2, 6), [
    "null",
    '"null"',
    '""',
    "null",
  ]);
  const cells = html(shown).match(/<td[^>]*>.*?<\/td>/g)!;
  assertStringIncludes(cells[0]!, ">null</i>");
  assertStringIncludes(cells[1]!, ">&#34;null&#34;</td>");
});

Deno.test("table() tells texts apart that differ in spaces, or in what has no width", () => {
  const texts = ["Sun Taxi", "Sun Taxi ", " Sun Taxi", " ", "Sun  Taxi"]
    .concat("Sun Taxi\u00a0", "Sun\u200bTaxi", "\ufeffSun", "Sun\n");
  const shown = table(texts.map((a) => ({ a })));
  assertEquals(text(shown).split("\n").slice(2, 2 + texts.length), [
    "Sun Taxi",
    '"Sun Taxi "',
    '" Sun Taxi"',
    '" "',
    "Sun  Taxi",
    '"Sun Taxi\u00a0"',
    "Sun\\u200bTaxi",
    '"\\ufeffSun"',
    "Sun\\n",
  ]);
  // A page would make one space of two.
  assertStringIncludes(html(shown), "white-space:pre-wrap");
});

Deno.test("table() shows control characters and cuts between characters", () => {
  assertStringIncludes(text(table([{ a: "x\ny\t\0" }])), "x\\ny\\t\\u0000");
  const taxis = "🚕".repeat(50);
  assert(html(table([{ a: `x${taxis}` }])).isWellFormed());
  assertStringIncludes(text(table([{ a: `x${taxis}` }])), "🚕…");
});

Deno.test("table() does not show a small number as nothing", () => {
  const shown = table({
    rows: [{ a: 1.5e-7 }, { a: 0 }, { a: 1e300 }, { a: NaN }],
    columns: [{ name: "a", type: "double" }],
  });
  assertEquals(text(shown).split("\n").slice(3, 7).map((line) => line.trim()), [
    "1.5e-7",
    "0",
    "1e+300",
    "NaN",
  ]);
  const rounded = html(table([{ a: 1234.123456 }, { a: 2000 }]));
  assertStringIncludes(rounded, `title="1234.123456">1,234.1235<`);
  assertEquals(rounded.match(/title=/g)?.length, 1);
});

Deno.test("table() adds a link, with its address where nothing can be clicked", () => {
  const href = "http://localhost:9999/ui#/queries/1";
  const shown = table([], { link: { text: "query 1", href } });
  assertStringIncludes(
    html(shown),
    `no rows · <a href="${href}" target="_blank" rel="noopener">query 1</a>`,
  );
  assertEquals(text(shown), `no rows · query 1 · ${href}`);
  const evil = { text: "<b>", href: `javascript:alert("1")` };
  assert(!html(table([], { link: evil })).includes("<a"));
  const quote = { text: "<b>", href: `http://x/"><script>` };
  assert(!/<b>|<script>/.test(html(table([], { link: quote }))));
});

Deno.test("table() takes columns of any name, in the order they are given", () => {
  const columns = ["b", "constructor", "10", "9", "__proto__"];
  const row = Object.fromEntries(columns.map((name, i) => [name, i]));
  const shown = text(table({
    rows: [row],
    columns: columns.map((name) => ({ name })),
  }));
  const [names, , values] = shown.split("\n").map((line) =>
    line.trim().split(/\s+/)
  );
  assertEquals([names, values], [columns, ["0", "1", "2", "3", "4"]]);
});

Deno.test("table() takes its colours from the page", () => {
  const shown = html(table([{ a: null, b: 1 }], { title: "t" }));
  assert(!/color|background|#[0-9a-f]{3}\b/i.test(shown), shown);
});

Deno.test("table() takes a result, with its types", () => {
  const result = {
    rows: [{ trips: 7n }],
    columns: [{ name: "trips", type: "bigint" }],
  };
  assertStringIncludes(text(table(result)), "bigint");
  assertStringIncludes(text(table({ rows: [{ a: 1 }] })), "1 row");
});

Deno.test("table() says what to do with what has no rows", () => {
  const cases: [unknown, string][] = [
    [undefined, "it is undefined, not rows"],
    [null, "it is null, not rows"],
    [5, "it is number, not rows"],
    ["text", "it is string, not rows"],
    [Promise.resolve([]), "await it first"],
  ];
  for (const [value, part] of cases) {
    assertThrows(() => table(value as object[]), LakehouseError, part);
  }
});

Deno.test("table() shows a polars DataFrame exactly", () => {
  const texts = (name: string, values: (string | null)[]) =>
    pl.Series(name, values, pl.Utf8);
  const frame = pl.DataFrame([
    texts("trips", ["9007199254740993", null]).cast(pl.Int64),
    texts("bits", ["18446744073709551615", "0"]).cast(pl.UInt64),
    texts("fare", ["12.10", null]).cast(pl.Decimal(38, 2)),
    texts("at", ["1577836800123456", null]).cast(pl.Int64)
      .cast(pl.Datetime("us", "UTC")),
    pl.Series("share", [0.5, NaN]),
    pl.Series("company", ["Sun", "null"]),
    pl.Series("list", [[1.5], [2.5]]),
  ]);
  for (
    const part of [
      "9,007,199,254,740,993",
      "18,446,744,073,709,551,615",
      "12.10",
      "2020-01-01T00:00:00.123456",
      "NaN",
      `"null"`,
      "[1.5]",
      "Datetime(us,UTC)",
      "2 rows",
    ]
  ) {
    assertStringIncludes(text(table(frame)), part);
  }
  const long = pl.DataFrame({ n: Array.from({ length: 1234 }, (_, n) => n) });
  assertStringIncludes(text(table(long)), "showing 20 of 1,234");
  assertStringIncludes(text(table(pl.DataFrame({ n: [] }))), "no rows");
});

Deno.test("table() breaks words that are too long, and no others", () => {
  const of = (text: string) => html(table([{ text }]));
  assert(of("a".repeat(33)).includes("overflow-wrap:anywhere"));
  assert(!of(`${"a".repeat(32)} ${"b".repeat(32)}`).includes("anywhere"));
});

Deno.test("table() shows rows beside a value that is nested too deeply, or in a circle", () => {
  let [list, object]: unknown[] = [1, 1];
  for (let i = 0; i < 10_000; i++) [list, object] = [[list], { a: object }];
  const circle: Record<string, unknown> = {};
  circle.self = circle;
  const shown = text(table([{ list, object, circle, trips: 7 }]));
  assertStringIncludes(shown, "(nested too deeply to show, or in a circle)");
  assertStringIncludes(shown, "7");
});
