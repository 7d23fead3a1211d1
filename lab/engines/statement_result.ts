/**
 * What a statement on Spark or DuckDB returned.
 *
 * @module
 */

import { table, type TableOptions } from "../../lib/show/table.ts";
import { formatDuration } from "../../lib/core/format.ts";
import {
  DISPLAY,
  type Displayable,
  type MediaBundle,
} from "../../lib/core/kernel.ts";
import type { Row } from "../../lib/trino/result.ts";
import { type Column, plainValue } from "../../lib/trino/types.ts";

/** Parts of a {@linkcode StatementResult}. */
export interface StatementResultParts {
  /** What ran it: `Spark`, `DuckDB`. */
  engine: string;
  /** The SQL text. */
  text: string;
  /** Columns in order, with the engine's own name of each type. */
  columns: Column[];
  /** Rows with exact values. */
  rows: Row[];
  /** Milliseconds inside the engine. */
  engineMs: number;
  /** Milliseconds by this side's clock, transport included. */
  clientMs: number;
}

/**
 * Rows of a statement, with the same values as a `QueryResult` of Trino has. In
 * a notebook it shows itself as a table.
 *
 * @example Usage
 * ```ts ignore
 * import { engines } from "@lakehouse/lab";
 *
 * const spark = await engines.sparkSession();
 * const result = await spark.sql("SELECT 9007199254740993 AS big");
 * result.first.big; // 9007199254740993n
 * result.toPlot()[0]?.big; // 9007199254740992
 * ```
 */
export class StatementResult implements StatementResultParts {
  /** What ran it: `Spark`, `DuckDB`. */
  readonly engine: string;
  /** The SQL text. */
  readonly text: string;
  /** Columns in order, with the engine's own name of each type. */
  readonly columns: Column[];
  /** Rows with exact values: `bigint` as BigInt, `decimal` and timestamps as text. */
  readonly rows: Row[];
  /** Milliseconds inside the engine. */
  readonly engineMs: number;
  /** Milliseconds by this side's clock, transport included. */
  readonly clientMs: number;

  /** Takes the parts as they are. */
  constructor(parts: StatementResultParts) {
    this.engine = parts.engine;
    this.text = parts.text;
    this.columns = parts.columns;
    this.rows = parts.rows;
    this.engineMs = parts.engineMs;
    this.clientMs = parts.clientMs;
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

  /** How many rows and how long it took, in a line. */
  get summary(): string {
    const { length } = this.rows;
    const counted = this.columns.length === 0
      ? "done"
      : `${length} row${length === 1 ? "" : "s"}`;
    return `${counted} in ${formatDuration(this.clientMs)} · ${this.engine}`;
  }

  /** The result as a table with types and its summary; see {@linkcode table}. */
  toTable(options: TableOptions = {}): Displayable {
    return table(this.rows, {
      types: Object.fromEntries(
        this.columns.map((
          { name, typeSignature },
        ) => [name, typeSignature.rawType]),
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
