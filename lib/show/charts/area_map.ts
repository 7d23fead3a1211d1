/**
 * Places as circles on a map without a ground.
 *
 * @module
 */

import { chart, COLORS, Plot, textWidth } from "./frame.ts";
import {
  type ChartOptions,
  type ChartRows,
  column,
  formatter,
  frame,
  numbers,
} from "./values.ts";
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

interface Place {
  name: string;
  value: number;
  x: number;
  y: number;
  r: number;
}

interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

interface Label {
  x: number;
  y: number;
  text: string;
  anchor: "start" | "end" | "middle";
}

const LARGEST = 34;
// What would be smaller is a dot of one size.
const SMALLEST = 2;
const EDGE = 46;

// One degree of longitude is shorter than one of latitude by the cosine.
function project(
  rows: ChartRows,
  value: number[],
  width: number,
): { places: Place[]; height: number } {
  const latitude = numbers(rows, "latitude");
  const longitude = numbers(rows, "longitude");
  const [south, north] = [Math.min(...latitude), Math.max(...latitude)];
  const [west, east] = [Math.min(...longitude), Math.max(...longitude)];
  const shrink = Math.cos((south + north) / 2 * Math.PI / 180);
  const span = Math.max((east - west) * shrink, 1e-6);
  const scale = (width - 2 * EDGE) / span;
  const largest = Math.max(...value.filter((v) => v > 0), 0);
  if (rows.length === 0) return { places: [], height: 2 * EDGE };
  const names = column(rows, "name").map(String);
  const places = rows.map((_, i) => ({
    name: names[i]!,
    value: value[i]!,
    x: EDGE + (longitude[i]! - west) * shrink * scale,
    y: EDGE + (north - latitude[i]!) * scale,
    r: value[i]! > 0 ? LARGEST * Math.sqrt(value[i]! / largest) : 0,
  }));
  return { places, height: (north - south) * scale + 2 * EDGE };
}

function overlap(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom &&
    b.top < a.bottom;
}

function boxOf({ x, y, text, anchor }: Label): Box {
  const wide = textWidth(text, 12);
  const left = anchor === "start"
    ? x
    : anchor === "end"
    ? x - wide
    : x - wide / 2;
  return { left, right: left + wide, top: y - 8, bottom: y + 8 };
}

function covers({ x, y, r }: Place, box: Box): boolean {
  const dx = x - Math.min(Math.max(x, box.left), box.right);
  const dy = y - Math.min(Math.max(y, box.top), box.bottom);
  return Math.hypot(dx, dy) < r;
}

// Largest first, each on the first free side; on its own circle when none is.
function placeLabels(places: Place[], count: number, width: number): Label[] {
  const labels: Label[] = [];
  const named = places.filter((place) => place.value > 0)
    .toSorted((a, b) => b.value - a.value).slice(0, count);
  for (const place of named) {
    const { x, y, r, name: text } = place;
    const sides: Label[] = [
      { x: x + r + 4, y, text, anchor: "start" },
      { x: x - r - 4, y, text, anchor: "end" },
      { x, y: y + r + 9, text, anchor: "middle" },
      { x, y: y - r - 9, text, anchor: "middle" },
    ];
    const isFree = (label: Label) => {
      const box = boxOf(label);
      return box.left >= 4 && box.right <= width - 4 &&
        !labels.some((other) => overlap(box, boxOf(other)));
    };
    const isClear = (label: Label) =>
      isFree(label) && !named.some((other) => covers(other, boxOf(label)));
    const inside: Label = { x, y, text, anchor: "middle" };
    const label = sides.find(isClear) ?? [inside, ...sides].find(isFree);
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
 * places without a value show as small dots.
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
  const [latitude, longitude] = [
    numbers(rows, "latitude"),
    numbers(rows, "longitude"),
  ];
  const placed = rows.filter((_, i) =>
    Number.isFinite(latitude[i]) && Number.isFinite(longitude[i])
  );
  const measures = numbers(placed, value);
  const { places, height } = project(placed, measures, width);
  const text = formatter(options.format, measures);
  const largest = Math.max(0, ...places.map((place) => place.value || 0));
  const fill = options.color ?? COLORS.main;
  const key = largest > 0
    ? sizes(largest).map((size, i) => ({
      size,
      r: LARGEST * Math.sqrt(size / largest),
      x: EDGE,
      y: height - 40 - i * 2,
    }))
    : [];
  const bottom = Math.ceil(height);
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
      Plot.dot(places.filter((place) => place.r <= SMALLEST), {
        x: "x",
        y: "y",
        r: SMALLEST,
        fill: "#9aa5b1",
      }),
      Plot.dot(places.filter((place) => place.r > SMALLEST), {
        x: "x",
        y: "y",
        r: "r",
        fill,
        fillOpacity: 0.6,
        stroke: "#fff",
      }),
      ...placeLabels(places, labels, width).map((label) =>
        Plot.text([label], {
          x: "x",
          y: "y",
          text: "text",
          textAnchor: label.anchor,
          stroke: "#fff",
          strokeWidth: 3,
          fill: COLORS.text,
        })
      ),
      Plot.dot(key, {
        x: "x",
        y: (d) => height - 18 - d.r,
        r: "r",
        stroke: COLORS.faint,
      }),
      Plot.text(key, {
        x: (d) => d.x + LARGEST + 8,
        y: (d) => height - 18 - 2 * d.r,
        text: (d) => text(d.size),
        textAnchor: "start",
        fill: COLORS.faint,
      }),
      Plot.text([options.valueLabel ?? value], {
        x: EDGE - LARGEST,
        y: height - 8,
        textAnchor: "start",
        fill: COLORS.faint,
      }),
    ],
  });
}
