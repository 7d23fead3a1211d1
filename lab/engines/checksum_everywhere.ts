/**
 * One snapshot, four readers: do Trino, Spark, DuckDB and TypeScript see the
 * same values?
 *
 * @module
 */

import { tableTree } from "../iceberg/snapshots.ts";
import { checksumSql, tableChecksum } from "./checksum.ts";
import { ENGINES, type SqlEngine } from "./engines.ts";

/** What one reader found. */
export interface ReaderChecksum {
  /** Who read: `Trino`, `Spark`, `DuckDB`, `TypeScript`. */
  reader: string;
  /** Rows it saw. */
  rows: bigint;
  /** Its checksum over all columns; see `checksumSql()`. */
  checksum: bigint;
}

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
  const { fields } = tree.schema;
  const engines = Object.keys(ENGINES) as SqlEngine[];
  const answers = engines.map(async (engine) => {
    const { name, table, ask } = ENGINES[engine];
    const { first } = await ask(checksumSql(engine, fields, table(tree)), tree);
    const [rows, checksum] = [first.row_count, first.checksum].map(String);
    return { reader: name, rows: BigInt(rows!), checksum: BigInt(checksum!) };
  });
  const inTypeScript = async () => {
    const { rows, checksum } = await tableChecksum(tree);
    return { reader: "TypeScript", rows: BigInt(rows), checksum };
  };
  return await Promise.all([...answers, inTypeScript()]);
}
