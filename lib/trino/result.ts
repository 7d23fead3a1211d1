/**
 * What a statement returned.
 *
 * @module
 */

import type { DataFrame } from "nodejs-polars";
import { writeWhole } from "../core/files.ts";
import { formatBytes, formatDuration, formatNumber } from "../core/format.ts";
import { type FrameOptions, toFrame } from "./frames.ts";
import { DISPLAY, type Displayable, type MediaBundle } from "../core/kernel.ts";
import { table, type TableOptions } from "../show/table.ts";
import { cut } from "../show/table_column.ts";
import { csvPieces, type Row, rowMaker } from "./rows.ts";
import { type Column, plainValue } from "./types.ts";

/** A file that a result was written to. */
export interface WrittenFile {
  /** Its path, as it was given. */
  path: string;
  /** Rows in it. */
  rows: number;
  /** Its size. */
  bytes: number;
}

/** Parts of a {@linkcode QueryResult}; what only Trino tells may be left out. */
export type QueryResultParts =
  & Pick<QueryResult, "engine" | "text" | "columns" | "rows">
  & Pick<QueryResult, "serverMs" | "clientMs">
  & Partial<Pick<QueryResult, "queryId" | "infoUri" | "bytesRead">>
  & Partial<Pick<QueryResult, "updateType" | "updateCount" | "session">>;

/** Rows that a table shows unless it is told otherwise. */
const SHOWN = 20;

/**
 * Rows of a statement, the same whichever engine ran it. In a notebook it shows
 * itself as a table.
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
export class QueryResult {
  /** What ran it: `Trino`, `Spark`, `DuckDB`. */
  readonly engine!: string;
  /** The SQL text. */
  readonly text!: string;
  /** Columns in the query's order, with the engine's own name of each type. */
  readonly columns!: Column[];
  /**
   * Rows with exact values: `bigint` as BigInt, `decimal` and timestamps as text,
   * rows and maps as objects. A name that comes twice gets a number, `id_2`; a
   * row's field without a name is `field0`; keys of maps that are no texts have
   * the text a table shows, and of arrays, maps and rows as keys the text that
   * Trino sends, which `map_entries()` does better.
   */
  readonly rows!: Row[];
  /** Milliseconds by the engine's clock. */
  readonly serverMs!: number;
  /** Milliseconds by this side's clock, transport included. */
  readonly clientMs!: number;
  /** The query's id in Trino's own pages; empty for other engines. */
  readonly queryId: string = "";
  /** Address of Trino's page about the query; empty for other engines. */
  readonly infoUri: string = "";
  /** Bytes that Trino read from the object store; other engines do not say. */
  readonly bytesRead: number = 0;
  /** What a statement that is no query did, such as `INSERT`, as Trino says it. */
  readonly updateType: string | undefined;
  /** Rows such a statement changed, as Trino says it. */
  readonly updateCount: number | undefined;
  /** What earlier statements, or this one, have set in Trino's session; see `trinoSession`. */
  readonly session: readonly string[] = [];

  /** Takes the parts as they are. */
  constructor(parts: QueryResultParts) {
    Object.assign(this, parts);
  }

  /** The first row; most statements that ask for one fact have just that. */
  get first(): Row {
    return this.rows[0] ?? {};
  }

  /** Rows as a chart takes them: numbers and dates, digits beyond 2^53 lost. */
  // deno-lint-ignore no-explicit-any
  toPlot(): Record<string, any>[] {
    const plain = rowMaker(this.columns.map(({ name }) => name));
    return this.rows.map((row) =>
      plain(
        this.columns.map(({ name, typeSignature }) =>
          plainValue(typeSignature, row[name])
        ),
      )
    );
  }

  /**
   * Rows as a polars DataFrame with the columns' types: integers exact,
   * decimals as polars' `Decimal` unless `decimals: "double"` is given,
   * timestamps to the microsecond, or to the nanosecond where their type has more digits, arrays, maps and rows as JSON. Show it with
   * {@linkcode table}.
   *
   * @throws {LakehouseError} When a value is beyond what polars holds, or a time is in the hour that its zone's clocks have twice.
   */
  toPolars(options: FrameOptions = {}): Promise<DataFrame> {
    return toFrame(this.columns, this.rows, options);
  }

  #csv(): Iterable<string> {
    return csvPieces(this.columns, this.rows);
  }

  /**
   * Rows as CSV of RFC 4180 with exact values: null is an empty field, the empty
   * text `""`; arrays, maps and rows are JSON, bytes `0x00ff`.
   *
   * @throws {LakehouseError} When a time is in the hour that its zone's clocks have twice.
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
    if (!this.updateType && this.columns.length === 0) return "done";
    const rows = count === undefined
      ? ""
      : `${formatNumber(count)} row${count === 1 ? "" : "s"}`;
    return [this.updateType, rows].filter(Boolean).join(" ");
  }

  get #cost(): string {
    return formatDuration(this.clientMs) +
      (this.bytesRead > 0 ? `, ${formatBytes(this.bytesRead)} read` : "") +
      this.session.map((each) => ` · ${cut(each, 60)}`).join("");
  }

  get #origin(): string {
    return this.queryId ? `query ${this.queryId}` : this.engine;
  }

  /** How many rows, how long it took and how much it read, in a line. */
  get summary(): string {
    return `${this.#count} in ${this.#cost} · ${this.#origin}`;
  }

  /**
   * The result as a table with types, counts, and a link to Trino's page about
   * the query; see {@linkcode table}.
   */
  toTable(options: TableOptions = {}): Displayable {
    const isCut = this.rows.length > (options.limit ?? SHOWN);
    // The one row of a statement that writes is the count in the note.
    const isCount = this.updateCount !== undefined && this.columns.length === 1;
    const note = isCut ? this.#cost : `${this.#count} in ${this.#cost}`;
    return table(isCount ? [] : this, {
      ...(this.queryId
        ? { note, link: { text: this.#origin, href: this.infoUri } }
        : { note: `${note} · ${this.#origin}` }),
      ...options,
    });
  }

  /** What a notebook shows for this result. */
  [DISPLAY](): MediaBundle {
    return this.toTable()[DISPLAY]();
  }
}
