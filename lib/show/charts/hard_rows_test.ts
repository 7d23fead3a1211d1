// What charts make of rows that are hard to draw, each chart with each of them.
import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { areaMap } from "./area_map.ts";
import { barChart } from "./bar.ts";
import { heatMap } from "./heat_map.ts";
import { histogram } from "./histogram.ts";
import { lineChart } from "./line.ts";
import { scatter } from "./scatter.ts";
import { LakehouseError } from "../../core/errors.ts";
import { DISPLAY, type Displayable } from "../../core/kernel.ts";
import type { ChartRows } from "./data.ts";
import type { NumberFormat } from "./values.ts";

interface Read {
  svg: string;
  texts: string[];
  alt: string;
  plain: string;
}

function read(shown: Displayable): Read {
  const data = shown[DISPLAY]();
  const html = data["text/html"]!;
  const svg = new TextDecoder().decode(
    Uint8Array.fromBase64(html.match(/base64,([^"]+)"/)![1]!),
  );
  const texts = [...svg.matchAll(/<(?:text|tspan)[^>]*>([^<]+)</g)]
    .map((match) => match[1]!);
  const alt = html.match(/alt="([^"]*)"/)![1]!;
  return { svg, texts, alt, plain: data["text/plain"]! };
}

/** Elements of the marks with this label that are there to be seen. */
function marks(svg: string, label: string, element: string): number {
  const groups = svg.matchAll(
    new RegExp(`<g [^>]*aria-label="${label}"[^>]*>(.*?)</g>`, "gs"),
  );
  const shapes = new RegExp(`<${element} [^>]*>`, "g");
  return [...groups].flatMap(([, inside]) => inside!.match(shapes) ?? [])
    .filter((shape) => !/ (width|height|r)="0"/.test(shape)).length;
}

/** Places of dots, in the order of the rows. */
function dots(svg: string): number[] {
  const [, inside] = svg.match(/<g [^>]*aria-label="dot"[^>]*>(.*?)<\/g>/s)!;
  return [...inside!.matchAll(/cx="([-\d.]+)"/g)].map(([, x]) => Number(x));
}

const CHARTS: Record<
  string,
  { draw: (rows: ChartRows) => Displayable; seen: (svg: string) => number }
> = {
  "lying bars": {
    draw: (rows) => barChart(rows, { label: "name", value: "n" }),
    seen: (svg) => marks(svg, "bar", "rect"),
  },
  "standing bars": {
    draw: (rows) =>
      barChart(rows, { label: "name", value: "n", vertical: true }),
    seen: (svg) => marks(svg, "bar", "rect"),
  },
  "a line": {
    draw: (rows) => lineChart(rows, { x: "at", y: "n" }),
    seen: (svg) => [...svg.matchAll(/[ML][-\d.]+,[-\d.]+/g)].length,
  },
  "a line for each name": {
    draw: (rows) => lineChart(rows, { x: "at", y: "n", series: "name" }),
    seen: (svg) => marks(svg, "line", "path") + marks(svg, "dot", "circle"),
  },
  "a heat map": {
    draw: (rows) => heatMap(rows, { x: "at", y: "name", value: "n" }),
    seen: (svg) => marks(svg, "cell", "rect"),
  },
  "a histogram of values": {
    draw: (rows) => histogram(rows, { x: "n" }),
    seen: (svg) => marks(svg, "rect", "rect"),
  },
  "a histogram of counts": {
    draw: (rows) => histogram(rows, { x: "at", y: "n" }),
    seen: (svg) => marks(svg, "rect", "rect"),
  },
  "a scatter": {
    draw: (rows) => scatter(rows, { x: "at", y: "n" }),
    seen: (svg) => marks(svg, "dot", "circle"),
  },
  "a scatter of sizes": {
    draw: (rows) => scatter(rows, { x: "at", y: "at", size: "n" }),
    seen: (svg) => marks(svg, "dot", "circle"),
  },
  "a scatter of groups": {
    draw: (rows) => scatter(rows, { x: "at", y: "n", series: "name" }),
    seen: (svg) => marks(svg, "dot", "circle"),
  },
  "a map": {
    draw: (rows) => areaMap(rows, { value: "n" }),
    seen: (svg) => marks(svg, "dot", "circle"),
  },
};

function rowsOf(values: unknown[], name = (i: number) => `name ${i}`) {
  return values.map((n, i) => ({
    name: name(i),
    n,
    at: i + 1,
    latitude: 41.7 + (i % 17) / 50,
    longitude: -87.8 + (i % 13) / 50,
  }));
}

const MANY = Array.from({ length: 10_000 }, (_, i) => (i * 7919) % 10_007 + 1);

interface Case {
  rows: ChartRows;
  /** What the foot says, and the alternative text. */
  said?: RegExp;
  /** What a chart has to show at least. @default {1} */
  seen?: number;
}

const CASES: Record<string, Case> = {
  "infinities": {
    rows: rowsOf([40, Infinity, 10, -Infinity, 90]),
    said: /\b2 of 5 rows not drawn: n infinite \(2\)/,
    seen: 2,
  },
  "NaN": {
    rows: rowsOf([40, NaN, 10, 90]),
    said: /\b1 of 4 rows not drawn: n not a number \(1\)/,
    seen: 2,
  },
  "nulls": {
    rows: rowsOf([40, null, 10, undefined, 90, 3]),
    said: /\b2 of 6 rows not drawn: n null \(2\)/,
    seen: 2,
  },
  "nulls alone": {
    rows: rowsOf([null, null]),
    said: /\b2 of 2 rows not drawn: n null \(2\)/,
    seen: 0,
  },
  "no rows": { rows: [], said: /No rows/, seen: 0 },
  "no rows of a result": {
    rows: {
      rows: [],
      columns: Object.keys(rowsOf([1])[0]!).map((name) => ({ name })),
    },
    said: /No rows/,
    seen: 0,
  },
  "one row": { rows: rowsOf([7]) },
  "negative values": { rows: rowsOf([-5, 3, -8, 6]), seen: 2 },
  "negative values alone": { rows: rowsOf([-5, -3, -8, -6]), seen: 0 },
  "10,000 categories": { rows: rowsOf(MANY), seen: 15 },
  "labels of 200 characters": {
    rows: rowsOf([4, 5, 6], (i) => `${i}${"Cab company ".repeat(17)}`),
  },
  "words of 200 characters": {
    rows: rowsOf([4, 5, 6], (i) => `${i}${"W".repeat(199)}`),
  },
  "all-equal values": { rows: rowsOf([5, 5, 5, 5]) },
  "zeros": { rows: rowsOf([0, 0, 0]), seen: 0 },
  "decimals and bigints": { rows: rowsOf(["4.50", "10.25", 7n, "-1.00"]) },
};

for (const [what, { draw, seen }] of Object.entries(CHARTS)) {
  for (const [of, { rows, said, seen: least = 1 }] of Object.entries(CASES)) {
    Deno.test(`${what} of ${of}`, () => {
      const { svg, texts, alt, plain } = read(draw(rows));
      const bad = svg.match(/.{30}(NaN|undefined|Infinity|\[object).{30}/);
      assertEquals(bad, null);
      const [, width, height] = svg.match(/width="(\d+)" height="(\d+)"/)!
        .map(Number);
      assert(width! <= 720 && height! <= 3_200, `${width} × ${height}`);
      assert(seen(svg) >= least, `${seen(svg)} of ${least} are seen`);
      const longest = Math.max(0, ...texts.map(({ length }) => length));
      assert(longest <= 120, `a text of ${longest} characters`);
      if (!said) return;
      // Lines of the foot may break anywhere.
      for (const text of [texts.join(" "), alt, plain]) assertMatch(text, said);
    });
  }
}

Deno.test("bars of zeros and of nothing have no length", () => {
  for (const n of [0, null, Infinity]) {
    const rows = rowsOf([n, n]);
    const bars = (shown: Displayable, mark: string) =>
      marks(read(shown).svg, mark, "rect");
    for (const vertical of [true, false]) {
      const options = { label: "name", value: "n", vertical };
      assertEquals(bars(barChart(rows, options), "bar"), 0, `${n}`);
    }
    assertEquals(bars(histogram(rows, { x: "at", y: "n" }), "rect"), 0);
  }
});

Deno.test("no chart writes a small number as zero, or a large one in hundreds of digits", () => {
  const texts = (format: NumberFormat | undefined, ...n: number[]) => {
    const rows = n.map((n) => ({ name: "a", n }));
    const options = { label: "name", value: "n", ...format && { format } };
    return read(barChart(rows, options)).texts.slice(n.length);
  };
  assertEquals(texts(undefined, 2e-9, 1e-9, 0), ["2e-9", "1e-9", "0"]);
  assertEquals(texts(undefined, 2e300, -5), ["2e+300", "-5"]);
  assertEquals(texts("number", 1.5e-9, 1), ["1", "1.5e-9"]);
  assertEquals(texts("dollars", 0.003, 0, 2), ["$2", "$0.003", "$0"]);
  assertEquals(texts("percent", 0.0004, 0), ["0.04 %", "0 %"]);
  // Its ticks stand along an axis, from naught on.
  const tiny = [1, 2, 3].map((n) => ({ n: n * 1e-12 }));
  const ticks = read(histogram(tiny, { x: "n" })).texts
    .filter((text) => /e-12$/.test(text));
  assertEquals(new Set(ticks).size, ticks.length);
  assert(ticks.length > 2, String(ticks));
});

Deno.test("names are ids with all their digits, and lines of two ids stay two", () => {
  const rows = [2n ** 53n, 2n ** 53n + 1n].flatMap((id, i) =>
    [1, 2].map((x) => ({ id, x, n: x + i, ratio: 0.1 + i * 2e-17, m: "1.10" }))
  );
  const bars = read(barChart(rows, { label: "id", value: "n" }));
  assertEquals(
    new Set(bars.texts.filter((text) => /^9007/.test(text))).size,
    2,
  );
  const money = read(barChart(rows, { label: "m", value: "n" }));
  assert(money.texts.includes("1.10"), String(money.texts));
  for (const series of ["id", "ratio"]) {
    const { svg } = read(lineChart(rows, { x: "x", y: "n", series }));
    assertEquals(marks(svg, "line", "path"), 2, series);
  }
});

Deno.test("what is counted has no tick at a half", () => {
  const n = [10, 10, 20, 50];
  const { texts } = read(histogram(n.map((n) => ({ n })), { x: "n" }));
  assert(texts.includes("2"), String(texts));
  assertEquals(texts.filter((text) => /\d\.\d/.test(text)), []);
});

Deno.test("ticks of large numbers that lie close together differ", () => {
  const n = [1_000_000_001, 1_000_000_004];
  const { texts } = read(
    lineChart(n.map((y, x) => ({ x, y })), { x: "x", y: "y", zero: false }),
  );
  const ticks = texts.filter((text) => text.startsWith("1,000,000,00"));
  assert(ticks.length > 2, String(texts));
  assertEquals(new Set(ticks).size, ticks.length);
  const bars = read(
    barChart(n.map((y, x) => ({ x, y })), { label: "x", value: "y" }),
  );
  assert(bars.texts.includes("1,000,000,004"), String(bars.texts));
  // A null among them is no zero.
  const some = [...n, null].map((y, x) => ({ x, y }));
  assert(
    read(barChart(some, { label: "x", value: "y" })).texts
      .includes("1,000,000,001"),
  );
});

Deno.test("charts say what they do not show of 10,000 categories", () => {
  const said = (what: string) => read(CHARTS[what]!.draw(rowsOf(MANY))).plain;
  assertMatch(said("lying bars"), /100 of 10,000 bars, the largest/);
  assertMatch(said("standing bars"), /of 10,000 bars, the first/);
  assertMatch(said("a line for each name"), /20 of 10,000 lines, the largest/);
  assertMatch(said("a heat map"), /of 10,000 columns/);
  assertMatch(said("a heat map"), /of 10,000 rows, the first/);
  assertMatch(said("a scatter of groups"), /groups/);
});

Deno.test("bars are sorted before the limit, nulls last, whichever way", () => {
  const rows = [40, null, 10, NaN, 90, 20].map((n, i) => ({
    name: "ABCDEF"[i],
    n,
  }));
  const shown = (options: object) => {
    const { texts, plain } = read(
      barChart(rows, { label: "name", value: "n", ...options }),
    );
    const names = texts.filter((text) => /^[A-F]$/.test(text)).join("");
    return { names, plain };
  };
  assertEquals(shown({}).names, "EAFCBD");
  assertEquals(shown({ sort: "ascending" }).names, "CFAEBD");
  assertEquals(shown({ sort: "none" }).names, "ABCDEF");
  assertEquals(shown({ vertical: true, sort: "descending" }).names, "EAFCBD");
  const { names, plain } = shown({ limit: 2 });
  assertEquals(names, "EA");
  assertStringIncludes(plain, "2 of 6 bars, the largest");
  assertStringIncludes(plain, "2 of 6 rows not drawn");
});

Deno.test("bars of one name, of null and of the text null stay apart", () => {
  const rows = ["a", "a", null, "null"].map((name, i) => ({ name, n: i + 1 }));
  const { svg, texts } = read(barChart(rows, { label: "name", value: "n" }));
  assertEquals(marks(svg, "bar", "rect"), 4);
  const places = [
    ...svg.matchAll(/<rect height="[\d.]+" y="([\d.]+)" width/g),
  ]
    .map(([, y]) => y);
  assertEquals(new Set(places).size, 4);
  assertEquals(texts.filter((text) => text === "a").length, 2);
});

const COLUMNS = {
  company: "Flash Cab",
  trips: 5,
  day: "2024-01-01",
  name: "Loop",
  latitude: 41.8,
  longitude: -87.6,
};

Deno.test("a column that is not in the rows is named, with those that are", () => {
  const rows = [COLUMNS];
  const all: Record<string, (name: string) => Displayable> = {
    "bar label": (label) => barChart(rows, { label, value: "trips" }),
    "bar value": (value) => barChart(rows, { label: "company", value }),
    "line x": (x) => lineChart(rows, { x, y: "trips" }),
    "line y": (y) => lineChart(rows, { x: "day", y }),
    "line series": (series) =>
      lineChart(rows, { x: "day", y: "trips", series }),
    "heat map x": (x) => heatMap(rows, { x, y: "company", value: "trips" }),
    "heat map y": (y) => heatMap(rows, { x: "day", y, value: "trips" }),
    "heat map value": (value) =>
      heatMap(rows, { x: "day", y: "company", value }),
    "histogram x": (x) => histogram(rows, { x }),
    "histogram edges": (x) => histogram(rows, { x, y: "trips" }),
    "histogram y": (y) => histogram(rows, { x: "trips", y }),
    "scatter x": (x) => scatter(rows, { x, y: "trips" }),
    "scatter y": (y) => scatter(rows, { x: "trips", y }),
    "scatter size": (size) => scatter(rows, { x: "trips", y: "trips", size }),
    "scatter series": (series) =>
      scatter(rows, { x: "trips", y: "trips", series }),
    "map value": (value) => areaMap(rows, { value }),
  };
  for (const [channel, draw] of Object.entries(all)) {
    const { message } = assertThrows(() => draw("compny"), LakehouseError);
    assertStringIncludes(message, `"compny"`, channel);
    assertStringIncludes(message, "company, trips, day, name", channel);
    assertStringIncludes(message, `"company"`, channel);
  }
  for (const name of ["name", "latitude", "longitude"]) {
    const { [name]: _, ...rest } = COLUMNS as Record<string, unknown>;
    const draw = () => areaMap([rest], { value: "trips" });
    assertStringIncludes(assertThrows(draw, LakehouseError).message, name);
  }
  const empty = { rows: [], columns: [{ name: "company", type: "varchar" }] };
  const draw = () => barChart(empty, { label: "company", value: "trips" });
  assertStringIncludes(assertThrows(draw, LakehouseError).message, "company");
});

Deno.test("a column that only some rows have is no error", () => {
  const rows = [{ name: "a", n: 1 }, { name: "b" }];
  const { plain } = read(barChart(rows, { label: "name", value: "n" }));
  assertStringIncludes(plain, "1 of 2 rows not drawn");
});

Deno.test("texts and times are no measures", () => {
  const rows = [COLUMNS];
  const why = (draw: () => Displayable) =>
    assertThrows(draw, LakehouseError).message;
  for (const value of ["company", "day"]) {
    const held = value === "day" ? "times" : `"Flash Cab"`;
    for (
      const draw of [
        () => barChart(rows, { label: "company", value }),
        () => heatMap(rows, { x: "day", y: "company", value }),
        () => histogram(rows, { x: "trips", y: value }),
        () => scatter(rows, { x: "trips", y: "trips", size: value }),
        () => areaMap(rows, { value }),
      ]
    ) assertStringIncludes(why(draw), held);
  }
  assertStringIncludes(
    why(() => histogram(rows, { x: "company" })),
    "Flash Cab",
  );
});

Deno.test("decimals in text stand along axes by their size", () => {
  const rows = ["9.50", "10.25", "100.00", "-2.00"].map((x) => ({ x, n: 1n }));
  const drawn = read(scatter(rows, { x: "x", y: "n" }));
  const [a, b, c, d] = dots(drawn.svg);
  assert(d! < a! && a! < b! && b! < c! && c! - b! > 5 * (b! - a!));
  const line = read(lineChart(rows, { x: "x", y: "n" }));
  assert(line.texts.includes("80") || line.texts.includes("100"));
  assert(!line.texts.includes("10.25"), "a line's axis is one of numbers");
  const heat = read(heatMap(rows, { x: "x", y: "n", value: "n" }));
  const across = heat.texts.filter((text) => /^-?[\d.]+$/.test(text));
  assertEquals(across.slice(-4), ["-2", "9.5", "10.25", "100"]);
});

Deno.test("codes and ids in text stay texts, unless the result says otherwise", () => {
  const rows = ["02134", "60601", "10001"].map((zip) => ({ zip, n: 1 }));
  const of = (rows: ChartRows, y: string) =>
    read(heatMap(rows, { x: "n", y, value: "n" })).texts
      .filter((text) => /^[\d,]{5,}$/.test(text));
  assertEquals(of(rows, "zip"), ["02134", "60601", "10001"]);
  const ids = ["60601", "10001"].map((zip_code) => ({ zip_code, n: 1 }));
  assertEquals(of(ids, "zip_code"), ["60601", "10001"]);
  const long = ["12345678901234567", "9234567890123456"];
  assertEquals(of(long.map((a) => ({ a, n: 1 })), "a"), long);
  const texts = ["20000", "10000"].map((a) => ({ a, n: 1 }));
  const typed = (type: string) => ({
    rows: texts,
    columns: [{ name: "a", type }, { name: "n" }],
  });
  assertEquals(of(texts, "a"), ["10,000", "20,000"]);
  assertEquals(of(typed("varchar"), "a"), ["20000", "10000"]);
  assertEquals(of(typed("decimal(38,0)"), "a"), ["10,000", "20,000"]);
});

const DAYS: Record<string, unknown[]> = {
  "of a named zone": [1, 2, 3, 4, 5].map((day) =>
    `2024-11-0${day} 00:00:00.000 America/Chicago`
  ),
  "of UTC": [1, 2, 3, 4, 5].map((day) => `2024-11-0${day} 00:00:00.000 UTC`),
  "of an offset": [1, 2, 3, 4, 5].map((day) =>
    `2024-11-0${day} 00:00:00 -05:00`
  ),
  "in ISO 8601": [1, 2, 3, 4, 5].map((day) => `2024-11-0${day}T00:00:00Z`),
  "with picoseconds": [1, 2, 3, 4, 5].map((day) =>
    `2024-11-0${day} 00:00:00.000000000000`
  ),
  "of dates": [1, 2, 3, 4, 5].map((day) => `2024-11-0${day}`),
  "of Dates": [1, 2, 3, 4, 5].map((day) => new Date(Date.UTC(2024, 10, day))),
};

for (const [how, days] of Object.entries(DAYS)) {
  Deno.test(`every chart has days ${how} on its axis`, () => {
    const rows = days.map((day, i) => ({ day, n: [3, 1, 2, 5, 4][i] }));
    // Shuffled, so that order is the chart's.
    const mixed = [3, 0, 4, 1, 2].map((i) => rows[i]!);
    const charts = {
      line: lineChart(mixed, { x: "day", y: "n" }),
      scatter: scatter(mixed, { x: "day", y: "n" }),
      upright: scatter(mixed, { x: "n", y: "day" }),
      counted: histogram(mixed, { x: "day", y: "n" }),
      values: histogram(mixed, { x: "day" }),
      wide: histogram(mixed, { x: "day", binWidth: 86_400_000 }),
      "line of times": lineChart(mixed, { x: "n", y: "day" }),
    };
    for (const [name, shown] of Object.entries(charts)) {
      const { texts } = read(shown);
      assert(texts.some((text) => /Nov/.test(text)), `${name}: ${texts}`);
      assert(
        !texts.some((text) => /\d,\d{3}|[BT]$/.test(text)),
        `${name}: ${texts}`,
      );
    }
    const wide = read(charts.wide);
    assertEquals(marks(wide.svg, "rect", "rect"), 5);
    const { texts } = read(heatMap(mixed, { x: "day", y: "n", value: "n" }));
    assertEquals(
      texts.filter((text) => text.startsWith("2024")),
      [1, 2, 3, 4, 5].map((day) => `2024-11-0${day}`),
    );
    const bars = read(barChart(mixed, { label: "day", value: "n" })).texts;
    assertEquals(
      bars.filter((text) => text.startsWith("2024"))[0],
      "2024-11-04",
    );
    const zone = how === "of a named zone" ? "America/Chicago" : "-05:00";
    const said = read(charts.line).plain.includes(zone);
    assertEquals(said, /zone|offset/.test(how));
  });
}

Deno.test("times of several zones stand in UTC, and it is said", () => {
  const rows = ["2024-06-01 00:00:00 -05:00", "2024-12-01 00:00:00 -06:00"]
    .map((t) => ({ t, n: 1 }));
  const { texts, plain } = read(barChart(rows, { label: "t", value: "n" }));
  assert(texts.includes("2024-06-01 05:00:00"), `${texts}`);
  assertStringIncludes(plain, "UTC");
});

Deno.test("the hour that clocks have twice is refused", () => {
  const rows = [{ t: "2024-11-03 01:30:00.000 America/Chicago", n: 1 }];
  assertThrows(
    () => lineChart(rows, { x: "t", y: "n" }),
    LakehouseError,
    "clocks in America/Chicago are changed then",
  );
});

Deno.test("dates that are none are left out, and counted", () => {
  const rows = ["2024-01-01", "2024-13-01", "2024-03-01"].map((t) => ({
    t,
    n: 1,
  }));
  const { texts, plain } = read(lineChart(rows, { x: "t", y: "n" }));
  assert(texts.some((text) => /Feb|Mar|2024/.test(text)), `${texts}`);
  assertStringIncludes(plain, "1 of 3 rows not drawn: t no date (1)");
});

Deno.test("a result's types tell times and numbers where values cannot", () => {
  const rows = [{ t: "infinity", n: "7" }, { t: "2024-01-01", n: "12" }];
  const columns = [{ name: "t", type: "date" }, {
    name: "n",
    type: "decimal(5,0)",
  }];
  const { plain } = read(lineChart({ rows, columns }, { x: "t", y: "n" }));
  assertStringIncludes(plain, "1 of 2 rows not drawn");
});

Deno.test("a line keeps the order of names", () => {
  const rows = ["Mon", "Tue", "Fri"].map((day, n) => ({ day, n }));
  const { texts } = read(lineChart(rows, { x: "day", y: "n" }));
  const days = texts.filter((text) => /^[MTF]..$/.test(text));
  assertEquals(days, ["Mon", "Tue", "Fri"]);
});

Deno.test("a histogram survives an outlier with its bins' width", () => {
  const rows = [1, 2, 2.5, 1e12].map((n) => ({ n }));
  const { svg, plain } = read(histogram(rows, { x: "n", binWidth: 1 }));
  assertEquals(marks(svg, "rect", "rect"), 2);
  assertStringIncludes(plain, "Bins wider than asked for");
});

Deno.test("charts take more rows than a call takes arguments", () => {
  const rows = rowsOf(Array.from({ length: 200_000 }, (_, i) => i % 9 + 1));
  read(histogram(rows, { x: "n" }));
  read(histogram(rows, { x: "at", y: "n" }));
  read(barChart(rows, { label: "name", value: "n" }));
});

Deno.test("a heat map says how many values lie under others of their cell", () => {
  const rows = [["Mon", 1, 7], ["Mon", 1, 8], ["Tue", 1, 9], ["Mon", 1, 3]]
    .map(([day, hour, n]) => ({ day, hour, n }));
  const drawn = (rows: ChartRows) =>
    read(heatMap(rows, { x: "hour", y: "day", value: "n" }));
  const said = /2 values under others of a cell/;
  for (const text of [drawn(rows).plain, drawn(rows).texts.join(" ")]) {
    assertMatch(text, said);
  }
  assertEquals(drawn(rows.slice(1, 3)).plain, "[chart]");
});

Deno.test("large numbers along an axis stand aslant where they would overlap", () => {
  const drawn = (factor: number) => {
    const rows = [1, 2, 3, 4, 5].map((n) => ({ x: n * factor, n }));
    return [
      scatter(rows, { x: "x", y: "n" }),
      lineChart(rows, { x: "x", y: "n" }),
      histogram(rows, { x: "x" }),
    ].map((shown) => read(shown).svg.includes("rotate(-40)"));
  };
  assertEquals(drawn(1_000), [false, false, false]);
  assertEquals(drawn(1e15), [true, true, true]);
});
