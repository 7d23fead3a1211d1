/**
 * One snapshot, four readers: do Trino, Spark, DuckDB and TypeScript see the
 * same values?
 *
 * @module
 */

import { checksumSql, tableChecksum } from "./checksum.ts";
import { settings } from "../../lib/core/settings.ts";
import { duckdb } from "./duckdb/duckdb.ts";
import { tableTree } from "../iceberg/snapshots.ts";
import type { TableTree } from "../iceberg/tree.ts";
import { sparkSession } from "./spark_session.ts";
import { identifier } from "../../lib/trino/literal.ts";
import { query } from "../../lib/trino/client.ts";

/** What one reader found. */
export interface ReaderChecksum {
  /** Who read: `Trino`, `Spark`, `DuckDB`, `TypeScript`. */
  reader: string;
  /** Rows it saw. */
  rows: bigint;
  /** Its checksum over all columns; see `checksumSql()`. */
  checksum: bigint;
}

type Answer = Record<string, unknown>;

/** The table as an engine names it, at the snapshot of the tree. */
function tableIn(catalog: string, quote: string, tree: TableTree): string {
  const { namespace, name } = tree.table;
  const names = [catalog, ...namespace, name].map((each) =>
    quote + each.replaceAll(quote, quote + quote) + quote
  );
  // By its id even when it is the current one: the table may go on meanwhile.
  const at = tree.snapshot ? ` FOR VERSION AS OF ${tree.snapshot.id}` : "";
  return names.join(".") + at;
}

async function inTrino(tree: TableTree): Promise<Answer> {
  const from = tableIn(settings().trinoCatalog, '"', tree);
  return (await query(checksumSql("trino", tree.schema.fields, from))).first;
}

async function inSpark(tree: TableTree): Promise<Answer> {
  const from = tableIn("lakehouse", "`", tree);
  const session = await sparkSession();
  return (await session.sql(checksumSql("spark", tree.schema.fields, from)))
    .first;
}

async function inDuckdb(tree: TableTree): Promise<Answer> {
  await using db = await duckdb({ snapshot: tree });
  const text = checksumSql(
    "duckdb",
    tree.schema.fields,
    identifier("snapshot"),
  );
  return (await db.sql(text)).first;
}

async function inTypeScript(tree: TableTree): Promise<Answer> {
  const { rows, checksum } = await tableChecksum(tree);
  return { row_count: rows, checksum };
}

const READERS = {
  Trino: inTrino,
  Spark: inSpark,
  DuckDB: inDuckdb,
  TypeScript: inTypeScript,
};

/**
 * The checksum of one snapshot as Trino, Spark, DuckDB and TypeScript get it, all
 * at once.
 *
 * Spark is the session "main". DuckDB and TypeScript read the files that the
 * snapshot's metadata names.
 *
 * @param options Which snapshot, by its id or by the name of a branch or tag.
 * @throws {LakehouseError} When a reader fails, or one of them cannot read the snapshot.
 * @throws {unknown} The signal's reason.
 * @example Usage
 * ```ts ignore
 * import { table } from "@lakehouse";
 * import { engines } from "@lakehouse/lab";
 *
 * const readers = await engines.checksumEverywhere("chicago", "taxi_trips");
 * console.log(new Set(readers.map(({ checksum }) => checksum)).size); // 1
 * table(readers);
 * ```
 */
export async function checksumEverywhere(
  namespace: string,
  table: string,
  options: { at?: bigint | string } = {},
): Promise<ReaderChecksum[]> {
  const tree = await tableTree(namespace, table, options);
  return await Promise.all(
    Object.entries(READERS).map(async ([reader, ask]) => {
      const { row_count, checksum } = await ask(tree);
      return {
        reader,
        rows: BigInt(String(row_count)),
        checksum: BigInt(String(checksum)),
      };
    }),
  );
}
