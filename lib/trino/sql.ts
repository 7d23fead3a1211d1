/**
 * SQL with values: `` sql`… WHERE company = ${name}` ``.
 *
 * sql-template-tag composes the fragments; no maintained package for npm writes
 * Trino's literals, so `sql_literal.ts` does.
 *
 * @module
 */

import { join, Sql as Fragment } from "sql-template-tag";
import { LakehouseError } from "../core/errors.ts";
import { DATE, TIMESTAMP } from "../core/timestamps.ts";
import { displayable, escapeHtml } from "../core/kernel.ts";
import { DISPLAY, type Displayable, type MediaBundle } from "../core/kernel.ts";
import { double, identifier, literal, type SqlValue } from "./literal.ts";

// Where Trino's grammar takes digits alone: after `ORDER BY` a typed literal
// would sort by nothing.
const TAKES_DIGITS =
  /\b(LIMIT|OFFSET|FETCH\s+(FIRST|NEXT)|(ORDER|GROUP)\s+BY(\s+\d+\s*,)*|(decimal|varchar|char|time|timestamp)\s*\((\s*\d+\s*,)?)\s*$/i;

// Trino's tokens in which a value would not be a value, then their beginnings,
// which match when the token has no end. In `{--}`, of row patterns, no comment begins.
const CLOSED_OR_OPEN =
  /\{-|'[^']*'|"[^"]*"|`[^`]*`|\$\$[^]*?\$\$|--[^\r\n]*[\r\n]|\/\*[^]*?\*\/|'|"|`|\$\$|--|\/\*/g;
const OPEN = ["'", '"', "`", "$$", "--", "/*"];

/**
 * Whether the text ends amid quotes or a comment.
 *
 * @example Usage
 * ```ts
 * import { endsOpen } from "./sql.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(endsOpen("name = 'O''Hare' AND x = "), false);
 * assertEquals(endsOpen("name LIKE '%"), true);
 * ```
 */
export function endsOpen(text: string): boolean {
  return text.match(CLOSED_OR_OPEN)?.some((token) => OPEN.includes(token)) ??
    false;
}

/** Text without the indentation it has in a cell, but for the first line's. */
function dedent(text: string): string {
  const [first = "", ...rest] = text.trimEnd().split("\n");
  const indent = Math.min(
    ...rest.filter((line) => line.trim()).map((line) => line.search(/\S/)),
  );
  return [first.trim(), ...rest.map((line) => line.slice(indent))].join("\n")
    .replace(/^\n/, "");
}

/**
 * SQL text with its values, made by {@linkcode sql}.
 *
 * In a notebook it shows its text; in a template string it becomes it.
 */
export class Sql extends Fragment implements Displayable {
  /**
   * Joins strings and values, fragments among them.
   *
   * @throws {LakehouseError} When a value has no literal, or stands amid quotes or a comment.
   */
  constructor(strings: readonly string[], values: readonly unknown[]) {
    super(strings, values);
    for (const text of this.strings.slice(0, -1)) {
      if (endsOpen(text)) {
        throw new LakehouseError({
          what: "Cannot put a value amid quotes or a comment of SQL",
          why: `it would not be a value there: ${text.slice(-40).trim()}`,
          next:
            "leave the quotes away, a value brings its own; parts of a text join as '%' || ${value} || '%'",
        });
      }
    }
    // Now, so that the cell that made the mistake fails, not the one that asks.
    this.toString();
  }

  /** The text with its values as literals, as Trino gets it. */
  override toString(): string {
    return this.strings.reduce((text, next, index) => {
      const given = this.values[index - 1] as SqlValue;
      const value = typeof given === "bigint" && TAKES_DIGITS.test(text)
        ? String(given)
        : literal(given);
      // Side by side, tokens could become another one: `-` and `-1` a comment.
      const before = /(^|[\s([,=<>])$/.test(text) ? "" : " ";
      const after = /^($|[\s)\],;])/.test(next) ? "" : " ";
      return text + before + value + after + next;
    });
  }

  /** What a notebook shows for it. */
  [DISPLAY](): MediaBundle {
    const text = dedent(this.toString());
    return displayable(`<pre>${escapeHtml(text)}</pre>`, text)[DISPLAY]();
  }
}

/** A statement: its text, or a fragment with values. */
export type Statement = string | Sql;

const TOKEN = new RegExp(`${CLOSED_OR_OPEN.source}|;`, "g");
const COMMENT = /--[^\r\n]*|\/\*[^]*?\*\//g;
// Semicolons are part of a function's body.
const ROUTINE = /\bFUNCTION\b[^]*\bBEGIN\b/i;

/** What stands between semicolons; what has no end goes to the end of the text. */
function statementsIn(text: string): string[] {
  const cuts = [-1];
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    if (OPEN.includes(token)) break;
    if (token === ";") cuts.push(index);
  }
  return cuts.map((at, i) => text.slice(at + 1, cuts[i + 1]));
}

/**
 * The text of a statement as Trino takes it: values as literals, no semicolon at
 * the end, and no comment behind one.
 *
 * @throws {LakehouseError} When it is neither text nor made by {@linkcode sql}, or is not one statement.
 * @example Usage
 * ```ts
 * import { sql } from "@lakehouse";
 * import { sqlText } from "./sql.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(sqlText(sql`SELECT ${"O'Hare"};`), "SELECT 'O''Hare'");
 * ```
 */
export function sqlText(statement: Statement): string {
  const isSql = typeof statement === "string" || statement instanceof Sql;
  const text = String(isSql ? statement : "");
  const parts = statementsIn(text);
  const filled = parts.filter((part) => part.replace(COMMENT, "").trim());
  const [first] = filled;
  if (!isSql || !first || filled.length > 1 && !ROUTINE.test(text)) {
    const given = typeof statement === "object" ? "an object" : statement;
    throw new LakehouseError({
      what: "Cannot run this as SQL",
      why: !isSql
        ? `it is ${given}`
        : first
        ? `it holds ${filled.length} statements, and each is run by itself`
        : `it is ${text.trim() ? "a comment alone" : "empty"}`,
      next: first
        ? "give each an ask() of its own"
        : "give a text, or a fragment: sql`SELECT …`",
    });
  }
  const last = parts.lastIndexOf(filled.at(-1)!) + 1;
  return parts.slice(parts.indexOf(first), last).join(";").trimEnd();
}

function typed(type: string, pattern: RegExp): (text: string) => Sql {
  return (text) => {
    if (!pattern.test(text)) {
      throw new LakehouseError({
        what: `Cannot write "${text}" as a ${type.toLowerCase()}`,
        why: "its text has another form in SQL",
        next: "write it as Trino shows it",
      });
    }
    return raw(`${type} ${literal(text)}`);
  };
}

function raw(text: string): Sql {
  return new Sql([text], []);
}

/** SQL with values, and what else goes between `${` and `}`; see {@linkcode sql}. */
export interface SqlTag {
  /** SQL whose values are literals, whatever they hold. */
  (strings: TemplateStringsArray, ...values: (SqlValue | Sql)[]): Sql;
  /** A name, in quotes; each argument is one: `sql.id("chicago", "trips")`. */
  id(...names: string[]): Sql;
  /** A table's name with its parts: `sql.table("chicago.trips$snapshots")`. */
  table(path: string): Sql;
  /**
   * Fragments or values with something between them.
   *
   * @default separator {", "}
   */
  join(parts: readonly (SqlValue | Sql)[], separator?: string): Sql;
  /** A decimal of all its digits: `sql.decimal("1.10")`. */
  decimal(text: string): Sql;
  /** A `double`, also of a whole number: `sql.double(2)`. */
  double(value: number): Sql;
  /** A date as results have it: `sql.date("2024-01-05")`. */
  date(text: string): Sql;
  /** A timestamp as results have it: `sql.timestamp("2024-01-05 13:45:00.123456 UTC")`. */
  timestamp(text: string): Sql;
  /** An SQL array: `contains(${sql.array([1, 2])}, area)`. */
  array(values: readonly (SqlValue | Sql)[]): Sql;
  /** Text that is SQL already. Nothing of it is quoted: never give it what others typed. */
  raw(text: string): Sql;
  /** No text, for a part that may be missing. */
  readonly empty: Sql;
}

function template(
  strings: TemplateStringsArray,
  ...values: (SqlValue | Sql)[]
): Sql {
  // Raw, since backslashes are SQL's own: regexp_like(name, '\d+').
  return new Sql(
    strings.raw.map((text) => text.replace(/\\(`|\$\{)/g, "$1")),
    values,
  );
}

function joined(
  parts: readonly (SqlValue | Sql)[],
  separator = ", ",
): Sql {
  if (parts.length === 0) return raw("");
  return new Sql(["", ""], [join(parts, separator)]);
}

/**
 * SQL with values: each `${value}` becomes a literal of its type, and cannot
 * become anything else, whatever it holds.
 *
 * Fragments go into each other. An array is a list for `IN (${areas})`. Names of
 * tables and columns are no values: `sql.id()`, `sql.table()`. Dates, decimals
 * and timestamps arrive as texts in results, and go back with `sql.date()`,
 * `sql.decimal()` and `sql.timestamp()`. Backslashes stay as they are written.
 *
 * @throws {LakehouseError} When a value has no literal, or stands amid quotes or a comment.
 * @example Usage
 * ```ts
 * import { sql } from "@lakehouse";
 * import { assertEquals } from "@std/assert";
 *
 * const airports = sql`pickup_community_area IN (${[76, 56]})`;
 * const statement = sql`
 *   SELECT count(*) AS trips FROM ${sql.table("chicago.taxi_trips")}
 *   WHERE ${airports} AND company = ${"Sun's Taxi"}`;
 * assertEquals(
 *   String(statement).split("\n").at(-1),
 *   "  WHERE pickup_community_area IN (76, 56) AND company = 'Sun''s Taxi'",
 * );
 * ```
 */
export const sql: SqlTag = Object.assign(template, {
  id: (...names: string[]) => raw(identifier(...names)),
  table: (path: string) => raw(identifier(...path.split("."))),
  join: joined,
  decimal: typed("DECIMAL", /^[+-]?\d+(\.\d*)?$/),
  double: (value: number) => raw(double(value)),
  date: typed("DATE", DATE),
  timestamp: typed("TIMESTAMP", TIMESTAMP),
  array: (values: readonly (SqlValue | Sql)[]) =>
    new Sql(["ARRAY[", "]"], [joined(values)]),
  raw,
  empty: raw(""),
});
