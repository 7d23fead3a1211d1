/**
 * Statements made by `sql`, which are Trino's, as Spark and DuckDB read them.
 *
 * @module
 */

import { LakehouseError } from "../../lib/core/errors.ts";
import { sqlText, type Statement } from "../../lib/trino/sql.ts";

/** Who reads Trino's texts, names and literals otherwise than Trino does. */
export type Dialect = "Spark" | "DuckDB";

// A text with the type before it, a name in quotes, or a comment.
const TOKEN =
  /(?:\b(BIGINT|DECIMAL|DOUBLE|REAL|TIMESTAMP|X)\s*)?'((?:[^']|'')*)'|"((?:[^"]|"")*)"|--[^\r\n]*|\/\*[^]*?\*\//gi;
const NOTHING = /--[^\r\n]*|\/\*[^]*?\*\/|[\s;]/g;
const HAS_ZONE = /\d\d:\d\d.* ?(UTC|[+-]\d\d:\d\d|[A-Za-z]+(\/\w+)*)$/;

function moment(dialect: Dialect, text: string): string {
  if (/\.\d{6}\d*[1-9]/.test(text)) {
    throw new LakehouseError({
      what: `Cannot give ${dialect} the time ${text}`,
      why: "its timestamps have microseconds",
      next: "round it to six digits",
    });
  }
  const isInstant = HAS_ZONE.test(text);
  const type = dialect === "Spark"
    ? isInstant ? "TIMESTAMP" : "TIMESTAMP_NTZ"
    : isInstant
    ? "TIMESTAMPTZ"
    : "TIMESTAMP";
  return `${type} '${text.replace(/(\.\d{6})0+/, "$1")}'`;
}

function literal(dialect: Dialect, type: string, quoted: string): string {
  const text = quoted.replaceAll("''", "'");
  const isSpark = dialect === "Spark";
  switch (type.toUpperCase()) {
    case "TIMESTAMP":
      return moment(dialect, text);
    case "DECIMAL":
      return isSpark ? `${text.replace("+", "")}BD` : text;
    case "X":
      return isSpark ? `X'${text}'` : `from_hex('${text}')`;
    case "":
      // Spark joins 'a''b' to ab, and reads backslashes.
      return isSpark ? `'${text.replace(/[\\']/g, "\\$&")}'` : `'${quoted}'`;
    case "REAL":
      return `CAST('${text}' AS FLOAT)`;
    default:
      return `CAST('${text}' AS ${type})`;
  }
}

/**
 * The text of a statement for another engine: a text as it is, and of a fragment
 * made by `sql` its values and names in that engine's words. Functions and
 * grammar are left as they are.
 *
 * @throws {LakehouseError} When it is no statement, or holds a time that the engine has no type for.
 * @example Usage
 * ```ts
 * import { sql } from "@lakehouse";
 * import { statementFor } from "./dialect.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const statement = sql`SELECT * FROM ${sql.table("chicago.order")} WHERE company = ${"Sun's"}`;
 * assertEquals(
 *   statementFor("Spark", statement),
 *   "SELECT * FROM `chicago`.`order` WHERE company = 'Sun\\'s'",
 * );
 * ```
 */
export function statementFor(dialect: Dialect, statement: Statement): string {
  // A text may be in words of the engine's own; what is none, `sqlText()` says.
  if (typeof statement === "string" && statement.replace(NOTHING, "")) {
    return statement;
  }
  return sqlText(statement).replace(
    TOKEN,
    (token, type: string = "", text?: string, name?: string) => {
      if (text !== undefined) return literal(dialect, type, text);
      if (name === undefined || dialect === "DuckDB") return token;
      return `\`${name.replaceAll('""', '"').replaceAll("`", "``")}\``;
    },
  );
}
