/**
 * What a table holds, column by column, as Trino counts it.
 *
 * @module
 */

import { identifier } from "../../lib/trino/literal.ts";
import { query } from "../../lib/trino/client.ts";
import { sql } from "../../lib/trino/sql.ts";
import { settings } from "../../lib/core/settings.ts";
import { formatNumber } from "../../lib/core/format.ts";
import {
  DISPLAY,
  type Displayable,
  displayable,
} from "../../lib/core/kernel.ts";
import { withProgress } from "../../lib/show/progress.ts";
import { table as asTable } from "../../lib/show/table.ts";
import { barChart } from "../../lib/show/charts/bar.ts";
import { cut } from "../../lib/show/table_column.ts";
import { histogram } from "../../lib/show/charts/histogram.ts";
import { lineChart } from "../../lib/show/charts/line.ts";
import { inParallel } from "../iceberg/object_store.ts";

/** What one column holds. */
export interface ColumnProfile {
  /** Its name. */
  name: string;
  /** Its type, as Trino names it. */
  type: string;
  /** Values that are null. */
  nulls: number;
  /** How many values differ, within 2.3 % as Trino estimates it; none of nested columns. */
  distinct: number | undefined;
  /** The smallest value, as text; none of nested columns. */
  least: string | undefined;
  /** The largest value, as text. */
  largest: string | undefined;
  /** The most frequent values, with their rows. */
  frequent: { value: string; rows: number }[];
}

/** A table's profile; as the last value of a cell it shows itself as a table. */
export interface Profile extends Displayable {
  /** The table. */
  table: string;
  /** Its rows. */
  rows: number;
  /** Its columns, in order. */
  columns: ColumnProfile[];
  /** Columns that tell each row from the others: no null, no value twice. */
  keys: string[];
  /** Columns, with a transform, by which the table could be partitioned. */
  partitions: string[];
  /** A small chart of each column that has one: times as lines, numbers as histograms, texts as bars. */
  charts: Displayable;
}

const AT_ONCE = 25;
const FREQUENT = 5;
const BARS = 8;
const BINS = 20;
const NUMBER = /^(tinyint|smallint|integer|bigint|real|double|decimal)/;
const TIME = /^(date|timestamp)/;
const PLAIN =
  /^(varchar|char|boolean|date|timestamp|tinyint|smallint|integer|bigint|real|double|decimal|uuid)/;
// Two of them fit beside each other on a report's page.
const SIZE = { width: 390, height: 180 } as const;
const LONGEST = 24;

/** A value as text, which Trino writes of doubles as 4.1E1. */
function textOf(type: string, value: unknown): string | undefined {
  if (value === null || value === undefined) return undefined;
  const number = Number(value);
  const isDouble = /^(double|real)/.test(type) && Number.isFinite(number);
  return isDouble ? String(number) : String(value);
}

type Known = Pick<ColumnProfile, "name" | "type">;

async function counted(
  from: ReturnType<typeof sql.table>,
  columns: readonly Known[],
): Promise<{ rows: number; found: Omit<ColumnProfile, "frequent">[] }> {
  const parts = columns.flatMap(({ name, type }, i) => {
    const column = identifier(name);
    if (!PLAIN.test(type)) return [`count(${column}) AS n${i}`];
    return [
      `count(${column}) AS n${i}`,
      `approx_distinct(${column}) AS d${i}`,
      `CAST(min(${column}) AS varchar) AS l${i}`,
      `CAST(max(${column}) AS varchar) AS h${i}`,
    ];
  });
  const { first } = await query(
    sql`SELECT count(*) AS all_rows, ${sql.raw(parts.join(", "))} FROM ${from}`,
  );
  const rows = Number(first["all_rows"]);
  return {
    rows,
    found: columns.map(({ name, type }, i) => ({
      ...{ name, type, nulls: rows - Number(first[`n${i}`]) },
      distinct: first[`d${i}`] === undefined
        ? undefined
        : Number(first[`d${i}`]),
      least: textOf(type, first[`l${i}`]),
      largest: textOf(type, first[`h${i}`]),
    })),
  };
}

async function frequentValues(
  from: ReturnType<typeof sql.table>,
  { name, type }: Known,
): Promise<ColumnProfile["frequent"]> {
  if (!PLAIN.test(type)) return [];
  const column = sql.id(name);
  const { rows } = await query(sql`
    SELECT CAST(${column} AS varchar) AS value, count(*) AS times FROM ${from}
    WHERE ${column} IS NOT NULL
    GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ${BARS}`);
  return rows.map(({ value, times }) => ({
    ...{ value: textOf(type, value) ?? "", rows: Number(times) },
  }));
}

/** The largest unit in which the range of a time column has some steps. */
function unitOf(
  least: string,
  largest: string,
): "year" | "month" | "day" | "hour" {
  const [from, to] = [least, largest].map((text) =>
    Date.parse(text.slice(0, 10))
  );
  const days = (to! - from!) / 86_400_000;
  if (days > 365 * 8) return "year";
  return days > 90 ? "month" : days > 2 ? "day" : "hour";
}

async function chartOf(
  from: ReturnType<typeof sql.table>,
  { name, type, least, largest, distinct = 0 }: ColumnProfile,
  values: ColumnProfile["frequent"],
): Promise<Displayable | undefined> {
  if (least === undefined || largest === undefined) return undefined;
  const column = sql.id(name);
  const options = { ...SIZE, title: name };
  if (NUMBER.test(type) && distinct > BARS) {
    const [low, high] = [Number(least), Number(largest)];
    // Where one of them is NaN or infinite, there is no axis.
    if (!Number.isFinite(low) || !Number.isFinite(high)) return undefined;
    const width = (high - low) / BINS || 1;
    const { rows } = await query(sql`
      SELECT least(floor((CAST(${column} AS double) - ${sql.double(low)}) /
        ${sql.double(width)}), ${
      sql.double(BINS - 1)
    }) AS bin, count(*) AS "rows"
      FROM ${from} WHERE ${column} IS NOT NULL GROUP BY 1 ORDER BY 1`);
    const bins = rows.map(({ bin, rows }) => ({
      ...{ [name]: low + Number(bin) * width, rows },
    }));
    return histogram(bins, {
      ...options,
      ...{ x: name, y: "rows", binWidth: width, xLabel: "", yLabel: "rows" },
    });
  }
  if (TIME.test(type)) {
    const unit = unitOf(least, largest);
    const { rows } = await query(sql`
      SELECT date_trunc(${unit}, ${column}) AS time, count(*) AS "rows"
      FROM ${from} WHERE ${column} IS NOT NULL GROUP BY 1 ORDER BY 1`);
    return lineChart(rows, {
      ...options,
      ...{ x: "time", y: "rows", yLabel: `rows a ${unit}` },
    });
  }
  // Where each value is its own, there is nothing to compare.
  if (values.length < 2 || values[0]!.rows === 1) return undefined;
  const { width } = SIZE;
  return barChart(values, {
    label: "value",
    value: "rows",
    title: name,
    width,
  });
}

async function keysOf(
  from: ReturnType<typeof sql.table>,
  rows: number,
  columns: readonly ColumnProfile[],
): Promise<string[]> {
  // An estimate tells which to count.
  const likely = columns.filter(({ type, nulls, distinct }) =>
    !/^(double|real)/.test(type) && nulls === 0 && distinct !== undefined &&
    distinct > rows * 0.9
  );
  const keys: string[] = [];
  for (const { name } of rows > 0 ? likely : []) {
    const { first } = await query(
      sql`SELECT count(DISTINCT ${sql.id(name)}) AS n FROM ${from}`,
    );
    if (Number(first["n"]) === rows) keys.push(name);
  }
  return keys;
}

function partitionsOf(
  rows: number,
  columns: readonly ColumnProfile[],
): string[] {
  return columns.flatMap(({ name, type, least, largest, distinct = 0 }) => {
    if (TIME.test(type) && least !== undefined && largest !== undefined) {
      const unit = unitOf(least, largest);
      return unit === "hour" ? [] : [`${unit}(${name})`];
    }
    const isFew = distinct >= 2 && distinct <= 100 && rows / distinct >= 10_000;
    return /^(varchar|char|boolean|integer|bigint)/.test(type) && isFew
      ? [name]
      : [];
  });
}

/**
 * Looks at a table with Trino: each column's type, nulls, distinct values, range
 * and most frequent values, a small chart of each, which columns are keys, and
 * by what the table could be partitioned.
 *
 * @param name The table, in the namespace of the settings unless it names one.
 * @throws {TrinoError} When there is no such table, or Trino fails.
 * @throws {unknown} The reason of a stop.
 * @example Usage
 * ```ts ignore
 * import { data } from "@lakehouse/lab";
 *
 * const { rows, keys } = await data.profile("taxi_trips");
 * console.log(rows, keys);
 * ```
 */
export function profile(name: string): Promise<Profile> {
  const path = name.includes(".") ? name : `${settings().namespace}.${name}`;
  const from = sql.table(path);
  return withProgress(
    "Profile",
    async (bar) => {
      const shown = await query(sql`SHOW COLUMNS FROM ${from}`);
      const known = shown.rows.map((row) => ({
        ...{ name: String(row["Column"]), type: String(row["Type"]) },
      }));
      const columns: ColumnProfile[] = [];
      let rows = 0;
      const total = known.length * 3;
      const step = (done: number) => bar.update({ done, total, unit: "steps" });
      for (let start = 0; start < known.length; start += AT_ONCE) {
        step(start);
        const part = known.slice(start, start + AT_ONCE);
        const { rows: all, found } = await counted(from, part);
        rows = all;
        columns.push(...found.map((each) => ({ ...each, frequent: [] })));
      }
      let done = known.length;
      const charts: (Displayable | undefined)[] = [];
      await inParallel([...columns.keys()], async (i) => {
        const column = columns[i]!;
        const values = await frequentValues(from, column);
        column.frequent = values.slice(0, FREQUENT);
        step(++done);
        charts[i] = await chartOf(from, column, values);
        step(++done);
      });
      const keys = await keysOf(from, rows, columns);
      const own = {
        ...{ table: path, rows, columns, keys },
        partitions: partitionsOf(rows, columns),
        charts: sideBySide(charts.filter((each) => each !== undefined)),
      };
      return { ...own, [DISPLAY]: () => shownAs(own) };
    },
    ({ rows, columns }) =>
      `${formatNumber(rows)} rows, ${columns.length} columns`,
  );
}

function sideBySide(charts: readonly Displayable[]): Displayable {
  const shown = charts.map((chart) => chart[DISPLAY]());
  return displayable(
    shown.map((each) =>
      `<div style="display:inline-block;vertical-align:top;margin:0 8px 8px 0;max-width:100%">` +
      `${each["text/html"]}</div>`
    ).join(""),
    shown.map((each) => each["text/plain"]).join("\n"),
  );
}

function shownAs({ table, rows, columns, keys, partitions }: Omit<
  Profile,
  typeof DISPLAY
>) {
  const lines = columns.map((column) => ({
    column: column.name,
    type: column.type,
    nulls: column.nulls,
    distinct: column.distinct ?? null,
    least: cut(column.least ?? "", LONGEST) || null,
    largest: cut(column.largest ?? "", LONGEST) || null,
    "most frequent": column.frequent[0]?.rows === 1
      ? "each once"
      : column.frequent.map(({ value, rows }) =>
        `${cut(value, LONGEST)} (${formatNumber(rows)})`
      ).join(", "),
  }));
  const note = [
    `${formatNumber(rows)} rows`,
    `keys: ${keys.join(", ") || "none of one column"}`,
    `to partition by: ${partitions.join(", ") || "nothing stands out"}`,
  ].join(" · ");
  return asTable(lines, { title: table, limit: lines.length, note })[DISPLAY]();
}
