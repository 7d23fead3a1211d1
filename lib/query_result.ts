/**
 * What a statement returned.
 *
 * @module
 */

import { formatBytes, formatDuration } from "./format.ts";
import { table, type TableOptions } from "./display.ts";
import { DISPLAY, type Displayable, type MediaBundle } from "./kernel.ts";
import { type Column, plainValue } from "./trino_types.ts";

/** A row by column name. */
export type Row = Record<string, unknown>;

/** Parts of a {@linkcode QueryResult}. */
export interface QueryResultParts {
  /** The SQL text. */
  text: string;
  /** Columns in order. */
  columns: Column[];
  /** Rows with exact values. */
  rows: Row[];
  /** The query's id in Trino's own pages. */
  queryId: string;
  /** Address of Trino's page about the query. */
  infoUri: string;
  /** What a statement that is no query did, such as `INSERT`. */
  updateType: string | undefined;
  /** Rows such a statement changed. */
  updateCount: number | undefined;
  /** Milliseconds by Trino's clock. */
  serverMs: number;
  /** Milliseconds by this side's clock, transport included. */
  clientMs: number;
  /** Bytes read from the object store. */
  bytesRead: number;
}

/**
 * Rows of a statement. In a notebook it shows itself as a table.
 *
 * @example Usage
 * ```ts ignore
 * import { query } from "@lakehouse";
 *
 * const result = await query("SELECT 9007199254740993 AS big");
 * result.rows[0]?.big; // 9007199254740993n
 * result.toPlot()[0]?.big; // 9007199254740992
 * ```
 */
export class QueryResult implements QueryResultParts {
  /** The SQL text. */
  readonly text: string;
  /** Columns in order. */
  readonly columns: Column[];
  /** Rows with exact values: `bigint` as BigInt, `decimal` and timestamps as text. */
  readonly rows: Row[];
  /** The query's id in Trino's own pages. */
  readonly queryId: string;
  /** Address of Trino's page about the query. */
  readonly infoUri: string;
  /** What a statement that is no query did, such as `INSERT`. */
  readonly updateType: string | undefined;
  /** Rows such a statement changed. */
  readonly updateCount: number | undefined;
  /** Milliseconds by Trino's clock. */
  readonly serverMs: number;
  /** Milliseconds by this side's clock, transport included. */
  readonly clientMs: number;
  /** Bytes read from the object store. */
  readonly bytesRead: number;

  /** Takes the parts as they are. */
  constructor(parts: QueryResultParts) {
    this.text = parts.text;
    this.columns = parts.columns;
    this.rows = parts.rows;
    this.queryId = parts.queryId;
    this.infoUri = parts.infoUri;
    this.updateType = parts.updateType;
    this.updateCount = parts.updateCount;
    this.serverMs = parts.serverMs;
    this.clientMs = parts.clientMs;
    this.bytesRead = parts.bytesRead;
  }

  /** The first row; most statements that ask for one fact have just that. */
  get first(): Row {
    return this.rows[0] ?? {};
  }

  /** Rows as a chart takes them: numbers and dates, digits beyond 2^53 lost. */
  // deno-lint-ignore no-explicit-any
  toPlot(): Record<string, any>[] {
    return this.rows.map((row) =>
      Object.fromEntries(
        this.columns.map(({ name, typeSignature }) => [
          name,
          plainValue(typeSignature, row[name]),
        ]),
      )
    );
  }

  /** How long it took and how much it read, in a line. */
  get summary(): string {
    const counted = this.updateType
      ? `${this.updateType}${
        this.updateCount === undefined ? "" : ` ${this.updateCount} rows`
      }`
      : `${this.rows.length} rows`;
    return `${counted} in ${formatDuration(this.clientMs)}` +
      (this.bytesRead > 0 ? `, ${formatBytes(this.bytesRead)} read` : "") +
      ` · query ${this.queryId}`;
  }

  /** The result as a table with types and its summary; see {@linkcode table}. */
  toTable(options: TableOptions = {}): Displayable {
    return table(this.rows, {
      types: Object.fromEntries(
        this.columns.map(({ name, type }) => [name, type]),
      ),
      note: this.summary,
      ...options,
    });
  }

  /** What a notebook shows for this result. */
  [DISPLAY](): MediaBundle {
    return this.toTable()[DISPLAY]();
  }
}
