/**
 * What a statement returned.
 *
 * @module
 */

import type { DataFrame } from "nodejs-polars";
import { writeWhole } from "../core/atomic_file.ts";
import { csvPieces } from "./csv.ts";
import { formatBytes, formatDuration, formatNumber } from "../core/format.ts";
import { type FrameOptions, toFrame } from "./frames.ts";
import { DISPLAY, type Displayable, type MediaBundle } from "../core/kernel.ts";
import { table, type TableOptions } from "../show/table.ts";
import { type Column, plainValue } from "./types.ts";

/** A row by column name. */
export type Row = Record<string, unknown>;

/** A file that a result was written to. */
export interface WrittenFile {
  /** Its path, as it was given. */
  path: string;
  /** Rows in it. */
  rows: number;
  /** Its size. */
  bytes: number;
}

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

/** Rows that a table shows unless it is told otherwise. */
const SHOWN = 20;

/**
 * Rows of a statement. In a notebook it shows itself as a table.
 *
 * @example Usage
 * ```ts ignore
 * import { ask } from "@lakehouse";
 *
 * const result = await ask("SELECT 9007199254740993 AS big");
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

  /**
   * Rows as a polars DataFrame with the columns' types: integers exact,
   * decimals as polars' `Decimal` unless `decimals: "double"` is given,
   * timestamps to the microsecond, arrays, maps and rows as JSON. Show it with
   * {@linkcode table}.
   *
   * @throws {LakehouseError} When a date is beyond what polars holds.
   */
  toPolars(options: FrameOptions = {}): Promise<DataFrame> {
    return toFrame(this.columns, this.rows, options);
  }

  #csv(): Iterable<string> {
    return csvPieces(this.columns.map(({ name }) => name), this.rows);
  }

  /**
   * Rows as CSV of RFC 4180 with exact values: null is an empty field, the empty
   * text `""`; arrays, maps and rows are JSON, bytes `0x00ff`.
   */
  toCsv(): string {
    return [...this.#csv()].join("");
  }

  /**
   * Writes the rows as CSV, in the form of {@linkcode QueryResult.toCsv}. A file
   * that is there is replaced when the new one is whole.
   *
   * @throws {LakehouseError} When the file cannot be written.
   */
  async writeCsv(path: string): Promise<WrittenFile> {
    const bytes = await writeWhole(path, async (part) => {
      const file = await Deno.open(part, { write: true, createNew: true });
      await ReadableStream.from(this.#csv())
        .pipeThrough(new TextEncoderStream()).pipeTo(file.writable);
    });
    return { path, rows: this.rows.length, bytes };
  }

  /**
   * Writes the rows as Parquet, compressed by zstd, with the types of
   * {@linkcode QueryResult.toPolars}. A file that is there is replaced when the
   * new one is whole.
   *
   * @throws {LakehouseError} When the file cannot be written.
   */
  async writeParquet(
    path: string,
    options: FrameOptions = {},
  ): Promise<WrittenFile> {
    const frame = await this.toPolars(options);
    const bytes = await writeWhole(path, (part) => {
      // Not asynchronously: beside such calls of polars Deno loses timers.
      frame.writeParquet(part, { compression: "zstd" });
    });
    return { path, rows: this.rows.length, bytes };
  }

  /** How many rows it has or changed, in words. */
  get #count(): string {
    const count = this.updateType ? this.updateCount : this.rows.length;
    const rows = count === undefined
      ? ""
      : `${formatNumber(count)} row${count === 1 ? "" : "s"}`;
    return [this.updateType, rows].filter(Boolean).join(" ");
  }

  get #cost(): string {
    return formatDuration(this.clientMs) +
      (this.bytesRead > 0 ? `, ${formatBytes(this.bytesRead)} read` : "");
  }

  /** How many rows, how long it took and how much it read, in a line. */
  get summary(): string {
    return `${this.#count} in ${this.#cost} · query ${this.queryId}`;
  }

  /**
   * The result as a table with types, counts, and a link to Trino's page about
   * the query; see {@linkcode table}.
   */
  toTable(options: TableOptions = {}): Displayable {
    const isCut = this.rows.length > (options.limit ?? SHOWN);
    // The one row of a statement that writes is the count in the note.
    const isCount = this.updateCount !== undefined && this.columns.length === 1;
    return table(isCount ? [] : this, {
      note: isCut ? this.#cost : `${this.#count} in ${this.#cost}`,
      ...(this.queryId
        ? { link: { text: `query ${this.queryId}`, href: this.infoUri } }
        : {}),
      ...options,
    });
  }

  /** What a notebook shows for this result. */
  [DISPLAY](): MediaBundle {
    return this.toTable()[DISPLAY]();
  }
}
