// Snapshots: `deno test -A lib/show/charts/charts_test.ts -- --update` writes them anew.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { areaMap } from "./area_map.ts";
import { barChart } from "./bar.ts";
import { chart } from "./frame.ts";
import { chartDocument } from "./fit.ts";
import { heatMap } from "./heat_map.ts";
import { histogram } from "./histogram.ts";
import { lineChart } from "./line.ts";
import * as Plot from "./plot.ts";
import { scatter } from "./scatter.ts";
import { DISPLAY, type Displayable } from "../../core/kernel.ts";

function svgOf(shown: Displayable): string {
  const data = shown[DISPLAY]()["text/html"]!.match(/base64,([^"]+)"/)![1]!;
  return new TextDecoder().decode(Uint8Array.fromBase64(data));
}

function texts(shown: Displayable): string[] {
  return [...svgOf(shown).matchAll(/<(?:text|tspan)[^>]*>([^<]+)</g)]
    .map((match) => match[1]!);
}

async function assertSnapshot(name: string, shown: Displayable) {
  const svg = svgOf(shown)
    // One element a line, and no digits that differ between machines.
    .replaceAll("><", ">\n<")
    .replace(/\d+\.\d{2,}/g, (number) => String(+Number(number).toFixed(1))) +
    "\n";
  const file = new URL(`./snapshots/${name}.svg`, import.meta.url);
  if (Deno.args.includes("--update")) return Deno.writeTextFile(file, svg);
  assertEquals(svg, await Deno.readTextFile(file));
}

const COMPANIES = [
  { company: "Flash Cab", trips: 170_482n },
  { company: "Taxi Affiliation Services", trips: 180_234n },
  { company: "A&B <Ltd>", trips: null },
];

const YEARS = [
  { year: "2013-01-01", type: "Cash", trips: 9_000_000n },
  { year: "2014-01-01", type: "Cash", trips: 8_000_000n },
  { year: "2013-01-01", type: "Credit Card", trips: 7_000_000n },
  { year: "2014-01-01", type: "Credit Card", trips: 8_000_000n },
];

const PLACES = [
  { name: "Loop", latitude: 41.88, longitude: -87.63, trips: 220_000n },
  {
    name: "Near North Side",
    latitude: 41.9,
    longitude: -87.63,
    trips: 327_000n,
  },
  { name: "O'Hare", latitude: 41.98, longitude: -87.91, trips: 60_000n },
  { name: "Hegewisch", latitude: 41.66, longitude: -87.55, trips: null },
];

Deno.test("barChart() draws bars with their values, longest first", async () => {
  const shown = barChart(COMPANIES, {
    label: "company",
    value: "trips",
    format: "number",
    title: "Two companies drive most",
    subtitle: "Trips by company",
    caption: "Source: generated trips",
  });
  const found = texts(shown).join("|");
  assertStringIncludes(found, "Taxi Affiliation Services|Flash Cab|");
  assertStringIncludes(found, "180,234|170,482|null");
  await assertSnapshot("bar", shown);
});

Deno.test("barChart() leaves standing bars in the rows' order", async () => {
  const rows = [3, 1, 2].map((share, i) => ({ hour: i + 7, share: share / 9 }));
  await assertSnapshot(
    "bar-vertical",
    barChart(rows, {
      label: "hour",
      value: "share",
      vertical: true,
      format: "percent",
    }),
  );
});

Deno.test("charts write years and ids without separators, other numbers with them", () => {
  const rows = [{ year: 2019n, size: 2019 }, { year: 2020n, size: 2020 }];
  for (
    const draw of [
      (x: string) => barChart(rows, { label: x, value: "size" }),
      (x: string) =>
        barChart(rows, { label: x, value: "size", vertical: true }),
      (x: string) => lineChart(rows, { x, y: "size" }),
      (x: string) => heatMap(rows, { x, y: "size", value: "size" }),
      (x: string) => histogram(rows, { x, y: "size" }),
    ]
  ) {
    const of = (x: string) => texts(draw(x)).join("|");
    assertStringIncludes(`|${of("year")}|`, "|2020|");
    assertStringIncludes(`|${of("size")}|`, "|2,020|");
  }
});

Deno.test("charts write small numbers out, unless there are large ones too", () => {
  const bars = (...values: number[]) =>
    texts(barChart(values.map((value) => ({ name: `n${value}`, value })), {
      label: "name",
      value: "value",
    })).filter((text) => !text.startsWith("n"));
  assertEquals(bars(4158, 1000, 337.25), ["4,158", "1,000", "337.3"]);
  assertEquals(bars(252_175, 1000), ["252.2K", "1K"]);
});

Deno.test("lineChart() reads times in text and names the lines", async () => {
  const shown = lineChart(YEARS, { x: "year", y: "trips", series: "type" });
  assert(texts(shown).includes("Credit Card"));
  assert(texts(shown).includes("2014"));
  await assertSnapshot("line", shown);
});

Deno.test("lineChart() moves the names of lines that end together apart", () => {
  const svg = svgOf(
    lineChart(YEARS, { x: "year", y: "trips", series: "type" }),
  );
  const heights = ["Cash", "Credit Card"].map((name) =>
    Number(svg.match(new RegExp(`,([\\d.]+)\\)"[^>]*>${name}<`))![1])
  );
  assert(Math.abs(heights[0]! - heights[1]!) >= 14, `${heights}`);
});

Deno.test("heatMap() keeps the order of names and sorts numbers", async () => {
  const rows = ["Mon", "Tue", "Fri"].flatMap((weekday, i) =>
    [10, 9, 8].map((hour) => ({ weekday, hour, trips: hour * (i + 1) }))
  );
  const shown = heatMap(rows, {
    x: "hour",
    y: "weekday",
    value: "trips",
    valueLabel: "Trips an hour",
  });
  const found = texts(shown).join("|");
  assertStringIncludes(found, "Mon|Tue|Fri");
  assertStringIncludes(found, "8|9|10");
  assertStringIncludes(found, "Trips an hour|8|19|30");
  await assertSnapshot("heat-map", shown);
});

Deno.test("histogram() draws bins that a query counted", async () => {
  const rows = [{ fare: 0, trips: 5n }, { fare: 5, trips: 9n }];
  const shown = histogram(rows, { x: "fare", y: "trips" });
  const bars = svgOf(shown).match(/aria-label="rect">(<rect[^>]*\/>)+/)![0];
  assertEquals(bars.match(/<rect/g)?.length, 2);
  await assertSnapshot("histogram", shown);
});

Deno.test("histogram() counts single values", async () => {
  const rows = [1, 1.2, 2.5, 2.6, 2.7, 9].map((miles) => ({ miles }));
  await assertSnapshot(
    "histogram-values",
    histogram(rows, { x: "miles", binWidth: 1 }),
  );
});

Deno.test("scatter() draws groups with a legend", async () => {
  const rows = [
    { miles: 1, fare: "6.25", type: "Cash", trips: 3 },
    { miles: 9, fare: "24.50", type: "Credit Card", trips: 8 },
  ];
  const shown = scatter(rows, {
    x: "miles",
    y: "fare",
    series: "type",
    size: "trips",
    format: "dollars",
  });
  assertEquals(texts(shown).slice(0, 2), ["Cash", "Credit Card"]);
  await assertSnapshot("scatter", shown);
});

Deno.test("areaMap() names the largest places, north up", async () => {
  const shown = areaMap(PLACES, { value: "trips", valueLabel: "Pickups" });
  const found = texts(shown);
  for (const name of ["Loop", "Near North Side", "O&#39;Hare", "Pickups"]) {
    assert(found.some((text) => text === name || text === "O'Hare"), name);
  }
  assert(!found.includes("Hegewisch"));
  await assertSnapshot("area-map", shown);
});

Deno.test("charts take no rows and a single row", () => {
  const one = { a: "x", b: 1n, name: "x", latitude: 41, longitude: -87 };
  const none = Object.fromEntries(Object.keys(one).map((key) => [key, null]));
  for (const rows of [[], [one], [none]]) {
    for (
      const shown of [
        barChart(rows, { label: "a", value: "b" }),
        barChart(rows, { label: "a", value: "b", vertical: true }),
        lineChart(rows, { x: "b", y: "b" }),
        heatMap(rows, { x: "a", y: "a", value: "b" }),
        histogram(rows, { x: "b", y: "b" }),
        histogram(rows, { x: "b" }),
        scatter(rows, { x: "b", y: "b", size: "b", series: "a" }),
        areaMap(rows, { value: "b" }),
      ]
    ) {
      const svg = svgOf(shown);
      assert(!/NaN|undefined|Infinity/.test(svg), svg);
    }
  }
});

Deno.test("chart() gives long labels the room they need", () => {
  const label = "A name of a company that is far too long for Plot";
  const svg = svgOf(barChart([{ label, value: 1 }], {
    label: "label",
    value: "value",
  }));
  const axis = svg.match(/translate\((\d+),[\d.]+\)" y="0\.32em">A name/)!;
  assert(Number(axis[1]) > 280, axis[0]);
});

Deno.test("chart() keeps title, legend and caption of Plot's own figure", () => {
  const shown = chart(Plot.plot({
    document: chartDocument(),
    title: "Own & <plain>",
    subtitle: "Second line",
    caption: "Source",
    color: { legend: true, label: "Heat" },
    marks: [Plot.dot([[1, 2], [3, 4]], { x: "0", y: "1", fill: "1" })],
  }));
  const found = texts(shown);
  assertEquals(found.slice(0, 3), [
    "Own &#38; &#60;plain&#62;",
    "Second line",
    "Heat",
  ]);
  assertEquals(found.at(-1), "Source");
  assertEquals(shown[DISPLAY]()["text/plain"], "[Own & <plain>]");
});

Deno.test("Plot.plot() shows itself as chart() shows its options", () => {
  const rows = [{ name: "A long name of a company", trips: 3 }];
  const mark = () => Plot.barX(rows, { x: "trips", y: "name" });
  const options = { title: "One", color: { legend: true }, marks: [mark()] };
  const html = (shown: Displayable) => shown[DISPLAY]()["text/html"];
  assertEquals(html(Plot.plot(options)), html(chart(options)));
  const { marks: _, ...rest } = options;
  const fromMark = mark().plot(rest) as unknown as Displayable;
  assertEquals(html(fromMark), html(chart(options)));
});

Deno.test("chart() gives facets the room that their names need", async () => {
  const rows = ["Cash", "Credit Card"].flatMap((type) =>
    ["O'Hare", "the rest of the city"].flatMap((origin) =>
      [1, 2].map((x) => ({ type, origin, x, y: x * type.length }))
    )
  );
  await assertSnapshot(
    "facets",
    chart({
      fx: { label: "Payment" },
      fy: { label: "Origin" },
      marks: [
        Plot.frame({ stroke: "#d9dee4" }),
        Plot.dot(rows, { fx: "type", fy: "origin", x: "x", y: "y" }),
      ],
    }),
  );
});

Deno.test("chart() makes XML from text that HTML would take", () => {
  const svg = svgOf(chart({
    title: "Nul \u0000 and space \u00a0 & more",
    marks: [Plot.text(["a\u00a0b\u0001<c>&d"], { frameAnchor: "middle" })],
  }));
  assertStringIncludes(svg, `xmlns="http://www.w3.org/2000/svg"`);
  assertStringIncludes(svg, "a&#160;b\ufffd&lt;c&gt;&amp;d");
  assertEquals(svg.match(/&(?!(amp|lt|gt|quot|#\d+);)/), null);
});
