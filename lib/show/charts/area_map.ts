/**
 * Places as circles on a map without a ground.
 *
 * @module
 */

import { ChartData, inOrder } from "./data.ts";
import type { ChartColumn, ChartRows } from "./data.ts";
import { chart, clipped, COLORS, Plot, textWidth } from "./frame.ts";
import { type ChartOptions, formatter, frame } from "./values.ts";
import type { Displayable } from "../../core/kernel.ts";

/** Options of {@linkcode areaMap}; the columns have the names it expects. */
export interface AreaMapOptions
  extends Omit<ChartOptions, "xLabel" | "yLabel"> {
  /** Column with the circles' areas. @default {"value"} */
  value?: string;
  /** What the circles measure, with the unit. @default {the column's name} */
  valueLabel?: string;
  /** How many of the largest places are named. @default {10} */
  labels?: number;
}

type Place = ReturnType<typeof project>["places"][number];
type Label = ReturnType<typeof labelAt>;

// The part of a label that stands before its x.
const BEFORE = { start: 0, middle: 0.5, end: 1 };
const LARGEST = 34;
// What would be smaller is a dot of one size.
const SMALLEST = 2;
const EDGE = 46;
const GREY = "#9aa5b1";

// One degree of longitude is shorter than one of latitude by the cosine.
function project(
  data: ChartData,
  measure: string,
  width: number,
) {
  const names = data.labels("name");
  const value = data.measure(measure, "area");
  const up = data.measure("latitude");
  const across = data.measure("longitude");
  data.complete(up, across, value);
  const ends = (column: ChartColumn) => {
    const all = inOrder(column) as number[];
    return [all[0] ?? 0, all.at(-1) ?? 0] as const;
  };
  const [[south, north], [west, east]] = [ends(up), ends(across)];
  const shrink = Math.cos((south + north) / 2 * Math.PI / 180);
  // Twice as high as wide at most; places at one point are in the middle.
  const span = Math.max((east - west) * shrink, (north - south) / 2, 1e-6);
  const scale = (width - 2 * EDGE) / span;
  const [, largest] = ends(value);
  const places = names.flatMap((name, i) => {
    const [size, y, x] = [value, up, across].map(({ values }) => values[i]);
    if (typeof x !== "number" || typeof y !== "number") return [];
    return {
      name: clipped(name, width / 2),
      value: Number(size),
      x: width / 2 + (x - (west + east) / 2) * shrink * scale,
      y: EDGE + (north - y) * scale,
      r: LARGEST * Math.sqrt(Number(size) / (largest || 1)),
    };
  });
  return { places, height: (north - south) * scale + 2 * EDGE };
}

function labelAt(
  text: string,
  x: number,
  y: number,
  textAnchor: keyof typeof BEFORE,
) {
  const wide = textWidth(text, 12);
  const left = x - wide * BEFORE[textAnchor];
  return { text, x, y, textAnchor, left, right: left + wide };
}

// Labels are 16 pixels high.
function overlap(a: Label, b: Label): boolean {
  return a.left < b.right && b.left < a.right && Math.abs(a.y - b.y) < 16;
}

function covers({ x, y, r }: Place, label: Label): boolean {
  const dx = x - Math.min(Math.max(x, label.left), label.right);
  const dy = y - Math.min(Math.max(y, label.y - 8), label.y + 8);
  return Math.hypot(dx, dy) < r;
}

// Largest first, each on the first free side; on its own circle when none is.
function placeLabels(places: Place[], count: number, width: number): Label[] {
  const labels: Label[] = [];
  const named = places.filter((place) => place.value > 0)
    .toSorted((a, b) => b.value - a.value).slice(0, count);
  for (const { x, y, r, name: text } of named) {
    const sides = [
      labelAt(text, x + r + 4, y, "start"),
      labelAt(text, x - r - 4, y, "end"),
      labelAt(text, x, y + r + 9, "middle"),
      labelAt(text, x, y - r - 9, "middle"),
    ];
    const isFree = (label: Label) =>
      label.left >= 4 && label.right <= width - 4 &&
      !labels.some((other) => overlap(label, other));
    const isClear = (label: Label) =>
      isFree(label) && !named.some((other) => covers(other, label));
    const label = sides.find(isClear) ??
      [labelAt(text, x, y, "middle"), ...sides].find(isFree);
    if (label) labels.push(label);
  }
  return labels;
}

// Two round sizes that tell what the circles mean.
function sizes(largest: number): number[] {
  const step = 10 ** Math.floor(Math.log10(largest));
  const top = Math.floor(largest / step) * step;
  return top >= 2 * step ? [top, step] : [top, step / 5];
}

/**
 * Places as circles at their coordinates, sized by a measure, the largest
 * named: the community areas of Chicago by trips, for instance.
 *
 * The rows have the columns `name`, `latitude`, `longitude` and the measure;
 * places without a value above zero show as small dots.
 *
 * @example Usage
 * ```ts
 * import { areaMap } from "@lakehouse";
 *
 * areaMap([
 *   { name: "Loop", latitude: 41.88, longitude: -87.63, trips: 220_000n },
 *   { name: "O'Hare", latitude: 41.98, longitude: -87.91, trips: 60_000n },
 * ], { value: "trips", title: "Most trips start in the Loop" });
 * ```
 */
export function areaMap(
  rows: ChartRows,
  options: AreaMapOptions = {},
): Displayable {
  const { value = "value", labels = 10, width = 560 } = options;
  const { color = COLORS.main } = options;
  const data = new ChartData(rows);
  const { places, height } = project(data, value, width);
  const measures = places.map((place) => place.value);
  const text = formatter(options.format, measures);
  const exact = formatter(options.format ?? "number", measures);
  const largest = measures.reduce((a, b) => Math.max(a, b), 0);
  const key = (largest > 0 ? sizes(largest) : []).map((size) => ({
    text: text(size),
    r: LARGEST * Math.sqrt(size / largest),
  }));
  const isTaken = places.some(({ x, y, r }) =>
    r > SMALLEST && x - r < EDGE + 2 * LARGEST && y + r > height - 2 * EDGE
  );
  const bottom = Math.ceil(height + (isTaken ? 2 * EDGE : 0));
  return chart({
    ...frame(options),
    width,
    height: options.height ?? bottom,
    margin: 0,
    marginLeft: 0,
    marginRight: 0,
    x: { axis: null, domain: [0, width], range: [0, width] },
    y: { axis: null, domain: [0, bottom], range: [0, bottom] },
    r: { type: "identity" },
    marks: [
      Plot.dot(places, {
        x: "x",
        y: "y",
        r: ({ r }) => Math.max(r, SMALLEST),
        fill: ({ r }) => r > SMALLEST ? color : GREY,
        fillOpacity: 0.6,
        stroke: ({ r }) => r > SMALLEST ? "#fff" : GREY,
        title: ({ name, value }) => `${name}: ${exact(value)}`,
      }),
      ...placeLabels(places, labels, width).map((label) =>
        Plot.text([label], {
          x: "x",
          y: "y",
          text: "text",
          textAnchor: label.textAnchor,
          stroke: "#fff",
          strokeWidth: 3,
          fill: COLORS.text,
        })
      ),
      Plot.dot(key, {
        x: () => EDGE,
        y: ({ r }) => bottom - 18 - r,
        r: "r",
        stroke: COLORS.faint,
      }),
      Plot.text(key, {
        x: () => EDGE + LARGEST + 8,
        y: ({ r }) => bottom - 18 - 2 * r,
        text: "text",
        textAnchor: "start",
        fill: COLORS.faint,
      }),
      Plot.text([options.valueLabel ?? value], {
        x: EDGE - LARGEST,
        y: bottom - 8,
        textAnchor: "start",
        fill: COLORS.faint,
      }),
    ],
  }, { note: data.note, rows });
}
