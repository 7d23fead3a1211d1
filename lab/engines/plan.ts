/**
 * Trino's plan of a statement, as a cell shows it.
 *
 * @module
 */

import { showDetails } from "../../lib/show/error_details.ts";
import { formatBytes, formatNumber } from "../../lib/core/format.ts";
import {
  displayable,
  escapeHtml,
  FAINT,
  linkHtml,
} from "../../lib/core/kernel.ts";
import {
  DISPLAY,
  type Displayable,
  type MediaBundle,
} from "../../lib/core/kernel.ts";
import { sqlText, type Statement } from "../../lib/trino/sql.ts";
import { cut } from "../../lib/show/table_column.ts";
import {
  query,
  type QueryOptions,
  TrinoError,
} from "../../lib/trino/client.ts";

/** What a statement reads of one table, as Trino estimates it. */
export interface TableScan {
  /** The table's name with catalog and schema. */
  table: string;
  /** Columns whose condition Trino gives to the table, with the condition. */
  conditions: Record<string, string>;
  /** Rows, or `undefined` when Trino cannot tell. */
  rows: number | undefined;
  /** Bytes, or `undefined` when Trino cannot tell. */
  bytes: number | undefined;
}

/** Options of {@linkcode explain}. */
export interface ExplainOptions extends QueryOptions {
  /**
   * Runs the statement, and says what each step of the plan took. A statement
   * that writes, writes.
   *
   * @default {false}
   */
  analyze?: boolean;
  /**
   * Widest line that is shown; the whole text is in `text`, and folded below.
   *
   * @default {120}
   */
  width?: number;
}

/** Trino's plan of a statement; a cell shows it as a tree. */
export interface Plan extends Displayable {
  /** The plan as Trino wrote it. */
  text: string;
  /** What it reads, by table; none when Trino gives no estimate. */
  scans: TableScan[];
  /** Whether the statement was run. */
  analyzed: boolean;
  /** The query's id in Trino's own pages. */
  queryId: string;
  /** Address of Trino's page about the query. */
  infoUri: string;
}

interface Bound {
  value?: string;
  bound: "EXACTLY" | "ABOVE" | "BELOW";
}

interface Scan {
  table: {
    catalog: string;
    schemaTable: { schema: string; table: string };
  };
  constraint: {
    columnConstraints: {
      columnName: string;
      domain: {
        nullsAllowed: boolean;
        ranges: { low: Bound; high: Bound }[];
      };
    }[];
  };
  // A number, or the text "NaN".
  estimate: { outputRowCount?: unknown; outputSizeInBytes?: unknown };
}

const MOST_RANGES = 3;

function rangeText({ low, high }: { low: Bound; high: Bound }): string {
  if (low.value !== undefined && low.value === high.value) return low.value;
  const parts = [
    ...(low.value === undefined
      ? []
      : [`${low.bound === "EXACTLY" ? "≥" : ">"} ${low.value}`]),
    ...(high.value === undefined
      ? []
      : [`${high.bound === "EXACTLY" ? "≤" : "<"} ${high.value}`]),
  ];
  return parts.join(" and ") || "any";
}

function conditionText(
  { nullsAllowed, ranges }: Scan["constraint"]["columnConstraints"][0][
    "domain"
  ],
): string {
  const shown = ranges.slice(0, MOST_RANGES).map(rangeText);
  if (ranges.length > MOST_RANGES) {
    shown.push(`${formatNumber(ranges.length - MOST_RANGES)} more`);
  }
  if (nullsAllowed) shown.push("null");
  return shown.join(" or ");
}

function estimate(value: unknown): number | undefined {
  const number = Number(value ?? NaN);
  return Number.isFinite(number) ? number : undefined;
}

/** What Trino's answer to `EXPLAIN (TYPE IO)` says, by table. */
export function scansOf(json: string): TableScan[] {
  const { inputTableColumnInfos = [] } = JSON.parse(json) as {
    inputTableColumnInfos?: Scan[];
  };
  return inputTableColumnInfos.map(({ table, constraint, estimate: cost }) => ({
    table: [table.catalog, table.schemaTable.schema, table.schemaTable.table]
      .join("."),
    conditions: Object.fromEntries(
      (constraint.columnConstraints ?? []).map((
        { columnName, domain },
      ) => [columnName, conditionText(domain)]),
    ),
    rows: estimate(cost.outputRowCount),
    bytes: estimate(cost.outputSizeInBytes),
  }));
}

/** `reads chicago.trips: about 125,000 rows, 4.3 MB, where company is Sun Taxi`. */
function scanText({ table, conditions, rows, bytes }: TableScan): string {
  const amount = [
    ...(rows === undefined ? [] : [`${formatNumber(Math.round(rows))} rows`]),
    ...(bytes === undefined ? [] : [formatBytes(bytes)]),
  ].join(", ");
  const where = Object.entries(conditions).map(([name, text]) =>
    `${name}: ${text}`
  );
  return `reads ${table}: ${
    amount ? `about ${amount}` : "no estimate of its size"
  }${where.length ? `, where ${where.join(", ")}` : ""}`;
}

// The boxes of the tree, then what a step is called.
const STEP = /^([\s│├└─]*)(Fragment \d+|[A-Z]\w*)(?=\[| \[)/;
// What columns a step passes on, and how many rows it may.
const DETAIL = /^[\s│]*(Layout|Output layout|Output partitioning|Estimates): /;

function lineHtml(line: string): string {
  const step = line.match(STEP);
  if (!step) return escapeHtml(line);
  const [whole, boxes = "", name = ""] = step;
  return `${escapeHtml(boxes)}<b>${escapeHtml(name)}</b>` +
    escapeHtml(line.slice(whole.length));
}

const PRE =
  `style="overflow-x:auto;white-space:pre;line-height:1.3;text-align:left"`;

function planDisplay(plan: Omit<Plan, typeof DISPLAY>, width: number) {
  const lines = plan.text.replace(/^Trino version: .*\n/, "").split("\n")
    .filter((line) => !DETAIL.test(line)).map((line) => cut(line, width));
  const title = plan.analyzed
    ? "Plan, with what each step took"
    : "Plan, not run";
  const reads = plan.scans.map(scanText);
  const link = `query ${plan.queryId}`;
  return displayable(
    `<div><b>${title}</b></div>` +
      reads.map((text) => `<div>${escapeHtml(text)}</div>`).join("") +
      `<pre ${PRE}>${lines.map(lineHtml).join("\n")}</pre>` +
      `<details><summary style="${FAINT}">The whole plan, with layouts and ` +
      `estimates</summary><pre ${PRE}>${
        escapeHtml(plan.text)
      }</pre></details>` +
      `<div style="${FAINT};font-size:90%">${
        linkHtml(link, plan.infoUri)
      }</div>`,
    [title, ...reads, "", ...lines, "", `${link} · ${plan.infoUri}`].join("\n"),
  );
}

async function scans(
  text: string,
  options: QueryOptions,
): Promise<TableScan[]> {
  try {
    const { first } = await query(
      `EXPLAIN (TYPE IO, FORMAT JSON) ${text}`,
      options,
    );
    return scansOf(String(Object.values(first)[0] ?? "{}"));
  } catch (error) {
    // Not every statement has such an estimate; the plan itself says the rest.
    if (error instanceof TrinoError) return [];
    throw error;
  }
}

/**
 * How Trino runs a statement: the steps as a tree, and what it expects to read.
 *
 * With `analyze` the statement is run, and the steps say what they took.
 *
 * @throws {TrinoError} When Trino refuses the statement.
 * @throws {LakehouseError} When Trino cannot be reached.
 * @example Usage
 * ```ts ignore
 * import { engines } from "@lakehouse/lab";
 *
 * await engines.explain(engines.queries.tripsByCompany(), { analyze: true });
 * ```
 */
export async function explain(
  statement: Statement,
  options: ExplainOptions = {},
): Promise<Plan> {
  const { analyze = false, width = 120, ...queryOptions } = options;
  const text = sqlText(statement);
  try {
    const { first, queryId, infoUri } = await query(
      `EXPLAIN ${analyze ? "ANALYZE " : ""}${text}`,
      queryOptions,
    );
    const plan = {
      text: String(Object.values(first)[0] ?? "").trim(),
      scans: await scans(text, queryOptions),
      analyzed: analyze,
      queryId,
      infoUri,
    };
    return {
      ...plan,
      [DISPLAY]: (): MediaBundle => planDisplay(plan, width)[DISPLAY](),
    };
  } catch (error) {
    await showDetails(error);
    throw error;
  }
}
