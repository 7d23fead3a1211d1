/**
 * A table's history drawn: which snapshot came from which, and what names them.
 *
 * @module
 */

import defer * as Plot from "@observablehq/plot";
import { chart, COLORS } from "../../../lib/show/charts/frame.ts";
import { formatCompact, formatNumber } from "../../../lib/core/format.ts";
import { displayable, seen } from "../../../lib/core/kernel.ts";
import { DISPLAY, type Displayable } from "../../../lib/core/kernel.ts";
import type { Snapshot, Table } from "../../../lib/catalog/tables.ts";
import { tableMetadata } from "../metadata.ts";

/**
 * How a snapshot can be reached: `main` for those that led to the table as it
 * is, `named` for those of other branches and tags, `left` for those that only
 * an id or a time finds.
 */
export type Reach = "main" | "named" | "left";

/** A snapshot in the history of a table. */
export interface HistoryEntry {
  /** The snapshot. */
  snapshot: Snapshot;
  /** Its place in the order of commits, from 1. */
  place: number;
  /** Rows of the table in it, as its summary counts them: rows in data files less deletes by position. */
  rows: number;
  /** How it can be reached. */
  reach: Reach;
  /** Branches and tags that name it. */
  names: string[];
}

const count = ({ summary }: Snapshot, name: string) =>
  Number(summary[name] ?? 0);

/**
 * Snapshots of a table in the order of commits, with what names them, and
 * whether they led to the table as it is.
 *
 * @example Usage
 * ```ts ignore
 * import { catalog, loadTable } from "@lakehouse";
 * import { iceberg } from "@lakehouse/lab";
 *
 * for (const { snapshot, reach, names } of iceberg.tableHistory(await loadTable(catalog(), "chicago", "taxi_trips"))) {
 *   console.log(snapshot.id, reach, names);
 * }
 * ```
 */
export function tableHistory(table: Table): HistoryEntry[] {
  const { refs } = tableMetadata(table);
  const byId = new Map(table.snapshots.map((each) => [each.id, each]));
  const line = (head: bigint | undefined): Set<bigint> => {
    const ids = new Set<bigint>();
    for (
      let each = byId.get(head ?? -1n);
      each && !ids.has(each.id);
      each = byId.get(each.parentId ?? -1n)
    ) ids.add(each.id);
    return ids;
  };
  const main = line(table.currentSnapshot?.id);
  const named = new Set(
    refs.flatMap(({ snapshotId }) => [...line(snapshotId)]),
  );
  return table.snapshots.map((snapshot, index) => ({
    snapshot,
    place: index + 1,
    rows: count(snapshot, "total-records") -
      count(snapshot, "total-position-deletes"),
    reach: main.has(snapshot.id)
      ? "main"
      : named.has(snapshot.id)
      ? "named"
      : "left",
    names: refs.filter(({ snapshotId }) => snapshotId === snapshot.id)
      .map(({ name }) => name),
  }));
}

/** Options of {@linkcode historyChart}. */
export interface HistoryChartOptions {
  /** What the drawing says, in one line. @default {the table's name} */
  title?: string;
  /** Line below the title. @default {the number of snapshots} */
  subtitle?: string;
}

const REACHED: Record<Reach, string> = {
  main: "on main",
  named: "on another branch or tag",
  left: "found by id or time only",
};
const COLOR: Record<Reach, string> = {
  main: COLORS.series[0],
  named: COLORS.series[1],
  left: "#a0aec0",
};
// Keeps a text readable where a line runs through it.
const HALO = { stroke: "#fff", strokeWidth: 4 } as const;
// More than these have no room for their operations.
const MOST_NAMED = 16;

// More dots than these have no room beside each other.
const MOST_DRAWN = 500;
// A name may be of megabytes.
const MOST_LETTERS = 100;

const short = (text: string) =>
  seen(text, MOST_LETTERS).replaceAll("\n", "\\n");

const asText = ({ snapshot, rows, reach, names }: HistoryEntry) =>
  [
    ...[snapshot.id, short(snapshot.operation ?? "commit")],
    ...[`${formatNumber(rows)} rows`, REACHED[reach]],
    ...names.map(short),
  ].join(" · ");

/**
 * Draws a table's history: a dot for each snapshot at the height of its rows, a
 * line to the one it came from, names of branches and tags where they stand. Of
 * more than 500 snapshots the last ones are drawn.
 *
 * @example Usage
 * ```ts ignore
 * import { catalog, loadTable } from "@lakehouse";
 * import { iceberg } from "@lakehouse/lab";
 *
 * iceberg.historyChart(await loadTable(catalog(), "chicago", "taxi_trips"));
 * ```
 */
export function historyChart(
  table: Table,
  options: HistoryChartOptions = {},
): Displayable {
  const all = tableHistory(table);
  const entries = all.slice(-MOST_DRAWN);
  const places = new Map(entries.map((entry) => [entry.snapshot.id, entry]));
  const links = entries.flatMap((to) => {
    const from = places.get(to.snapshot.parentId ?? -1n);
    return from
      ? [{
        ...{ x1: from.place, y1: from.rows, x2: to.place, y2: to.rows },
        stroke: COLOR[to.reach],
        isMain: to.reach === "main",
      }]
      : [];
  });
  const reaches = (["main", "named", "left"] as const)
    .filter((reach) => entries.some((entry) => entry.reach === reach));
  const {
    title = [...table.namespace, table.name].join("."),
    subtitle = `${formatNumber(all.length)} snapshots${
      all.length > entries.length ? `, the last ${entries.length} drawn` : ""
    }`,
  } = options;
  const drawing = chart({
    ...{ title, subtitle, height: 340 },
    x: {
      ...{ label: "Commits, in their order", tickSize: 0, inset: 30 },
      ticks: Math.min(entries.length, MOST_NAMED),
      tickFormat: (place: number) =>
        Number.isInteger(place) ? String(place) : "",
    },
    y: {
      ...{ label: "Rows", grid: true, tickSize: 0, ticks: 5, zero: true },
      ...{ tickFormat: formatCompact, insetTop: 26 },
    },
    color: {
      legend: true,
      domain: reaches.map((reach) => REACHED[reach]),
      range: reaches.map((reach) => COLOR[reach]),
    },
    marks: [
      Plot.ruleY([0], { stroke: COLORS.text }),
      ...[true, false].map((isMain) =>
        Plot.link(links.filter((link) => link.isMain === isMain), {
          ...{ x1: "x1", y1: "y1", x2: "x2", y2: "y2", stroke: "stroke" },
          strokeWidth: 2,
          ...isMain ? {} : { strokeDasharray: "4,3" },
        })
      ),
      Plot.dot(entries, {
        ...{ x: "place", y: "rows", r: 6, stroke: "#fff" },
        fill: ({ reach }: HistoryEntry) => REACHED[reach],
      }),
      Plot.text(entries, {
        ...{ x: "place", y: "rows", dy: -16, ...HALO },
        ...{ fontWeight: 600, fill: COLORS.text },
        text: ({ names }: HistoryEntry) => names.map(short).join(", "),
      }),
      ...entries.length <= MOST_NAMED
        ? [Plot.text(entries, {
          ...{ x: "place", y: "rows", dy: 17, fill: COLORS.faint, ...HALO },
          text: ({ snapshot }: HistoryEntry) => short(snapshot.operation ?? ""),
        })]
        : [],
    ],
  });
  return displayable(
    drawing[DISPLAY]()["text/html"]!,
    [short(title), ...entries.map(asText)].join("\n"),
  );
}
