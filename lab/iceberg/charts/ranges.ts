/**
 * Which values the files of a table hold, and which files a condition leaves.
 *
 * @module
 */

import defer * as Plot from "@observablehq/plot";
import { chart, COLORS } from "../../../lib/show/charts/frame.ts";
import { ChartData } from "../../../lib/show/charts/data.ts";
import { formatNumber } from "../../../lib/core/format.ts";
import type { Displayable } from "../../../lib/core/kernel.ts";
import type { DataFile } from "../files.ts";

/** A stretch of values, its end not included. */
export interface ValueRange {
  /** Name of the column. */
  column: string;
  /** The lowest value. */
  from: Date | number;
  /** What all values are below. */
  to: Date | number;
}

/** What a file says of the values of one column. */
export interface FileRange {
  /** The file. */
  file: DataFile;
  /** Its partition, or the end of its name when it has none. */
  label: string;
  /** No value is lower; `null` when the file does not say, or has none. */
  lower: Date | number | null;
  /** No value is higher. */
  upper: Date | number | null;
  /** Whether it may hold a value of the range: its bounds do not rule it out. */
  mayHold: boolean;
}

function labelOf({ partition, path }: DataFile): string {
  const parts = Object.entries(partition).map(([name, value]) =>
    `${name}=${value}`
  );
  return parts.join(", ") || path.slice(-20);
}

/**
 * Of each file, how far the values of a column of times or numbers go, and
 * whether it may hold one of the range.
 *
 * @example Usage
 * ```ts ignore
 * import { iceberg } from "@lakehouse/lab";
 *
 * const ranges = iceberg.fileRanges(await iceberg.snapshotFiles("chicago", "taxi_trips"), {
 *   column: "trip_start_timestamp",
 *   from: new Date("2019-03-01"),
 *   to: new Date("2019-04-01"),
 * });
 * console.log(ranges.filter(({ mayHold }) => mayHold).length);
 * ```
 */
export function fileRanges(
  files: readonly DataFile[],
  range: ValueRange,
): FileRange[] {
  return files.map((file) => {
    const stats = file.columns.find(({ name }) => name === range.column);
    const bounds = new ChartData([{
      lower: stats?.lower,
      upper: stats?.upper,
    }]);
    const plain = (name: "lower" | "upper") =>
      bounds.column(name).values[0] as Date | number | null;
    const [lower, upper] = [plain("lower"), plain("upper")];
    const isEmpty = stats?.values !== undefined && stats.nulls === stats.values;
    return {
      ...{ file, label: labelOf(file), lower, upper },
      mayHold: !isEmpty &&
        (lower === null || lower < range.to) &&
        (upper === null || upper >= range.from),
    };
  });
}

/** Options of {@linkcode fileRangeChart}. */
export interface FileRangeChartOptions extends ValueRange {
  /** What the drawing says, in one line. @default {how many files the range leaves} */
  title?: string;
  /** Line below the title. @default {the column} */
  subtitle?: string;
  /** How many files to draw, those nearest to the range. @default {24} */
  limit?: number;
}

const INSET = { insetTop: 3, insetBottom: 3 };
const MAY_HOLD = "may hold such values";
const RULED_OUT = "ruled out by its bounds";

/**
 * Draws the files of a table as bars from their lowest to their highest value,
 * with the range that is asked for: what pruning sees.
 *
 * @example Usage
 * ```ts ignore
 * import { iceberg } from "@lakehouse/lab";
 *
 * iceberg.fileRangeChart(await iceberg.snapshotFiles("chicago", "taxi_trips"), {
 *   column: "trip_start_timestamp",
 *   from: new Date("2019-03-01"),
 *   to: new Date("2019-04-01"),
 * });
 * ```
 */
export function fileRangeChart(
  files: readonly DataFile[],
  options: FileRangeChartOptions,
): Displayable {
  const { column: name, from, to, limit = 24 } = options;
  const ranges = fileRanges(files, options);
  const distance = ({ lower, upper }: FileRange) =>
    Math.max(Number(lower) - Number(to), Number(from) - Number(upper), 0);
  const shown = ranges.filter(({ lower, upper }) =>
    lower !== null && upper !== null
  )
    .toSorted((a, b) => distance(a) - distance(b)).slice(0, limit)
    .sort((a, b) =>
      a.file.specId - b.file.specId || Number(a.lower) - Number(b.lower)
    )
    // Files of one partition are bars of their own.
    .map((each, place) => ({ ...each, place: String(place) }));
  const labels = new Map(shown.map(({ place, label }) => [place, label]));
  const left = ranges.filter(({ mayHold }) => mayHold).length;
  const isTime = from instanceof Date;
  const state = ({ mayHold }: FileRange) => mayHold ? MAY_HOLD : RULED_OUT;
  return chart({
    title: options.title ??
      `${formatNumber(left)} of ${formatNumber(ranges.length)} files are left`,
    subtitle: options.subtitle ?? name,
    height: 40 + 22 * Math.max(1, shown.length),
    x: { label: null, grid: true, ...isTime ? { type: "utc" } : {} },
    y: {
      ...{ label: null, tickSize: 0, domain: [...labels.keys()] },
      tickFormat: (place: string) => labels.get(place) ?? "",
    },
    color: {
      legend: true,
      domain: [MAY_HOLD, RULED_OUT],
      range: [COLORS.series[0], "#b8c2cf"],
    },
    marks: [
      Plot.rectX([0], {
        ...{ x1: () => from, x2: () => to },
        ...{ fill: COLORS.series[1], fillOpacity: 0.18 },
      }),
      Plot.barX(shown, {
        ...{ x1: "lower", x2: "upper", y: "place", fill: state, ...INSET },
      }),
      // A bar of one value has no width, and would not show.
      Plot.tickX(shown, {
        ...{ x: "lower", y: "place", stroke: state, strokeWidth: 2, ...INSET },
      }),
    ],
  });
}
