/**
 * The engines that take SQL: how each names a table, and is asked.
 *
 * @module
 */

import { settings } from "../../lib/core/settings.ts";
import { query } from "../../lib/trino/client.ts";
import { identifier } from "../../lib/trino/literal.ts";
import type { Statement } from "../../lib/trino/sql.ts";
import type { QueryResult } from "../../lib/trino/result.ts";
import type { TableTree } from "../iceberg/tree.ts";
import { duckdb } from "./duckdb/duckdb.ts";
import { sparkSession } from "./spark_session.ts";

/** An engine that takes SQL. */
export type SqlEngine = "trino" | "spark" | "duckdb";

interface Engine {
  /** Its name as tables show it. */
  name: string;
  /** Names as one identifier of its SQL. */
  quote(...names: string[]): string;
  /** The table at the snapshot of the tree, as it stands after `FROM`. */
  table(tree: TableTree): string;
  /** Asks it; DuckDB needs the tree of the table that the text reads. */
  ask(statement: Statement, tree: TableTree): Promise<QueryResult>;
}

const backticks = (...names: string[]) =>
  names.map((name) => `\`${name.replaceAll("`", "``")}\``).join(".");

function tableAt(
  { table: { namespace, name }, snapshot }: TableTree,
  catalog: string,
  quote: Engine["quote"],
): string {
  // By its id even when it is the current one: the table may go on meanwhile.
  const at = snapshot ? ` FOR VERSION AS OF ${snapshot.id}` : "";
  return quote(catalog, ...namespace, name) + at;
}

/** Every engine. Spark is the session "main"; DuckDB reads copies of the files. */
export const ENGINES = {
  trino: {
    name: "Trino",
    quote: identifier,
    table: (tree) => tableAt(tree, settings().trinoCatalog, identifier),
    ask: (statement: Statement) => query(statement),
  },
  spark: {
    name: "Spark",
    quote: backticks,
    table: (tree) => tableAt(tree, "lakehouse", backticks),
    ask: async (statement: Statement) =>
      await (await sparkSession()).sql(statement),
  },
  duckdb: {
    name: "DuckDB",
    quote: identifier,
    table: () => identifier("snapshot"),
    async ask(statement, tree) {
      await using db = await duckdb({ snapshot: tree });
      return await db.sql(statement);
    },
  },
} satisfies Record<SqlEngine, Engine>;
