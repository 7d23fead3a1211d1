import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { areaMap } from "./area_map.ts";
import { barChart } from "./bar.ts";
import { chart, Plot } from "./frame.ts";
import { heatMap } from "./heat_map.ts";
import { histogram } from "./histogram.ts";
import { lineChart } from "./line.ts";
import { scatter } from "./scatter.ts";
import { DISPLAY, type Displayable } from "../../core/kernel.ts";

const htmlOf = (shown: Displayable) => shown[DISPLAY]()["text/html"]!;

function hints(shown: Displayable) {
  const found = htmlOf(shown).matchAll(
    /<a class="hint" tabindex="(-?\d)" title="([^"]*)" style="position:absolute;left:([\d.-]+)%;top:([\d.-]+)%;width:([\d.]+)%;height:([\d.]+)%" role="img"><\/a>/g,
  );
  return [...found].map(([, stop, text, ...place]) => ({
    ...{ stop: Number(stop), text: text! },
    place: place.map(Number) as [number, number, number, number],
  }));
}

const texts = (shown: Displayable) => hints(shown).map(({ text }) => text);

const COMPANIES = [
  { company: "Flash Cab", trips: 170_482n },
  { company: `A&B "<Ltd>"`, trips: 3n },
  { company: "Sun Taxi", trips: null },
];

Deno.test("a mark of every chart says what it stands for, with all digits", () => {
  assertEquals(
    texts(barChart(COMPANIES, { label: "company", value: "trips" })),
    [
      "Flash Cab: 170,482",
      "A&#38;B &#34;&#60;Ltd&#62;&#34;: 3",
      "Sun Taxi: null",
    ],
  );
  const hours = [{ hour: 8, day: "Mon", fare: 12.345678 }];
  assertEquals(
    texts(
      heatMap(hours, { x: "hour", y: "day", value: "fare", format: "dollars" }),
    ),
    ["Mon, 8: $12.35"],
  );
  const fares = [{ fare: 5, trips: 120 }, { fare: 10, trips: 12_345 }];
  assertEquals(texts(histogram(fares, { x: "fare", y: "trips" })), [
    "5 to 10: 120",
    "10 to 15: 12,345",
  ]);
  assertEquals(
    texts(histogram([{ x: 1 }, { x: 2 }, { x: 2 }], { x: "x", binWidth: 1 })),
    ["1 to 2: 1", "2 to 3: 2"],
  );
  const years = [
    { year: "2013-01-01", type: "Cash", trips: 9_000_000n },
    { year: "2014-01-01", type: "Cash", trips: 8_000_001n },
  ];
  assertEquals(texts(lineChart(years, { x: "year", y: "trips" })), [
    "2013-01-01: 9,000,000",
    "2014-01-01: 8,000,001",
  ]);
  assertEquals(
    texts(lineChart(years, { x: "year", y: "trips", series: "type" }))[0],
    "Cash · 2013-01-01: 9,000,000",
  );
  const dots = [{ miles: 2.5, fare: 10, by: "Cash" }];
  assertEquals(
    texts(
      scatter(dots, { x: "miles", y: "fare", series: "by", format: "dollars" }),
    ),
    ["Cash · 2.5 · $10"],
  );
  const places = [
    { name: "Loop", latitude: 41.88, longitude: -87.63, trips: 220_123n },
    { name: "O'Hare", latitude: 41.98, longitude: -87.91, trips: 60_000n },
  ];
  assertEquals(texts(areaMap(places, { value: "trips" })), [
    "Loop: 220,123",
    "O&#39;Hare: 60,000",
  ]);
});

Deno.test("hints lie over their marks, and small ones can be hit", () => {
  const [long, short] = hints(
    barChart(COMPANIES, { label: "company", value: "trips", title: "Trips" }),
  );
  const [left, top, width, height] = long!.place;
  assert(left > 5 && left < 40 && width > 40 && left + width <= 100);
  assert(top > 0 && height > 0);
  assert(short!.place[1] > top + height / 2, "the second bar lies below");
  assert(short!.place[2] * 7.2 > 7.9, "eight pixels of 720");
  const facets = hints(chart({
    marks: [
      Plot.dot([{ a: 1, b: 1, f: "one" }, { a: 1, b: 1, f: "two" }], {
        ...{ x: "a", y: "b", fx: "f", title: "f" },
      }),
    ],
  }));
  assert(facets[1]!.place[0] > facets[0]!.place[0] + 20, "in its own facet");
});

Deno.test("of many marks none is a stop for the keyboard, of too many none answers", () => {
  const bars = (count: number) =>
    hints(barChart(
      Array.from({ length: count }, (_, i) => ({ label: `${i}`, value: i })),
      { label: "label", value: "value", limit: 1_000 },
    ));
  assertEquals(new Set(bars(40).map(({ stop }) => stop)), new Set([0]));
  assertEquals(new Set(bars(41).map(({ stop }) => stop)), new Set([-1]));
  assertEquals(bars(401), []);
});

Deno.test("a chart's rows stand in a fold below it, the first hundred", () => {
  const html = htmlOf(
    barChart(COMPANIES, { label: "company", value: "trips" }),
  );
  const [, fold] = html.split(`<details class="chart-rows">`);
  assertStringIncludes(fold!, "Data</summary>");
  assertStringIncludes(fold!, "170,482");
  assertStringIncludes(fold!, "A&#38;B");
  const rows = Array.from({ length: 101 }, (_, a) => ({ a, b: a }));
  const own = htmlOf(chart({ marks: [Plot.dot(rows, { x: "a", y: "b" })] }));
  assertStringIncludes(own, "showing 100 of 101");
  assert(!htmlOf(chart({ marks: [Plot.ruleY([0])] })).includes("<details"));
});
