/**
 * What questions and changes cost: time, bytes of the object store, files.
 *
 * @module
 */

import { catalog } from "../../lib/catalog/config.ts";
import {
  compareSnapshots,
  type SnapshotComparison,
} from "../iceberg/snapshots.ts";
import { type DataFile } from "../iceberg/files.ts";
import { LakehouseError } from "../../lib/core/errors.ts";
import { stringifyExactJson } from "../../lib/core/json.ts";
import { label, type Namespace } from "../../lib/catalog/call.ts";
import { loadTable } from "../../lib/catalog/tables.ts";
import { median } from "./statistics.ts";
import { sqlText, type Statement } from "../../lib/trino/sql.ts";
import { query, type QueryOptions } from "../../lib/trino/client.ts";

/** Rounds that count, of whatever is measured here. */
const ROUNDS = 3;

/** Milliseconds by this side's clock. */
async function timed(action: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await action();
  return performance.now() - started;
}

/** How long one of several ways takes. */
export interface Timing {
  /** Its name. */
  name: string;
  /** Seconds by this side's clock: the median of three rounds. */
  seconds: number;
}

/**
 * Does each thing three times, in turns and one after the other, so that what
 * else the machine does falls on all of them alike.
 *
 * @throws {unknown} What one of them throws.
 * @example Usage
 * ```ts
 * import { trials } from "@lakehouse/lab";
 * import { assertEquals } from "@std/assert";
 *
 * const [first, second] = await trials.timeEach({
 *   pause: () => new Promise((resolve) => setTimeout(resolve, 20)),
 *   nothing: () => Promise.resolve(),
 * });
 * assertEquals([first!.name, second!.name], ["pause", "nothing"]);
 * ```
 */
export async function timeEach(
  actions: Record<string, () => Promise<unknown>>,
  options: {
    /** Rounds before them that do not count. @default {1} */
    warmUp?: number;
  } = {},
): Promise<Timing[]> {
  const { warmUp = 1 } = options;
  const taken = new Map(
    Object.keys(actions).map((name) => [name, [] as number[]]),
  );
  for (let round = -warmUp; round < ROUNDS; round++) {
    for (const [name, action] of Object.entries(actions)) {
      const ms = await timed(action);
      if (round >= 0) taken.get(name)!.push(ms);
    }
  }
  return [...taken].map(([name, ms]) => ({
    name,
    seconds: Math.round(median(ms)) / 1000,
  }));
}

/** The cost of one question to one table. */
export interface QueryCost {
  /** Name of the question. */
  question: string;
  /** Name of the table. */
  table: string;
  /** Milliseconds by Trino's clock: the median of three rounds. */
  ms: number;
  /** Bytes read from the object store in one round. */
  bytesRead: number;
  /** The rows of the answer as text, to be compared. */
  answer: string;
}

/**
 * Asks Trino each question of each table: one after the other, three times, after
 * a round that does not count.
 *
 * @param tables SQL names of tables by the names that the result has.
 * @param questions For each name, makes the SQL from the name of a table.
 * @throws {TrinoError} When Trino refuses or fails a statement.
 * @throws {LakehouseError} When Trino cannot be reached.
 * @throws {unknown} The signal's reason.
 * @example Usage
 * ```ts ignore
 * import { trials } from "@lakehouse/lab";
 *
 * const [now, before] = await trials.queryCosts(
 *   { now: "chicago.taxi_trips", before: "lab.taxi_trips" },
 *   { trips: (table) => `SELECT count(*) FROM ${table}` },
 * );
 * console.log(now!.ms, now!.bytesRead, now!.answer === before!.answer);
 * ```
 */
export async function queryCosts(
  tables: Record<string, string>,
  questions: Record<string, (table: string) => Statement>,
  options: QueryOptions = {},
): Promise<QueryCost[]> {
  const costs: QueryCost[] = [];
  for (const [question, statement] of Object.entries(questions)) {
    for (const [table, name] of Object.entries(tables)) {
      let result = await query(statement(name), options);
      const times: number[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        result = await query(statement(name), options);
        times.push(result.serverMs);
      }
      const { bytesRead, rows } = result;
      const answer = stringifyExactJson(rows);
      costs.push({ question, table, ms: median(times), bytesRead, answer });
    }
  }
  return costs;
}

/** What a statement read, summed over the tables it names. */
export interface ScannedFiles {
  /** Data files that were opened; the others were ruled out by metadata alone. */
  dataFiles: number;
  /** Size of these files; of a column store only a part of it is read. */
  dataBytes: number;
  /** Files of deletes that had to be applied. */
  deleteFiles: number;
  /** Manifests that were ruled out by the manifest list alone. */
  skippedManifests: number;
}

/** The sums of what Trino counted, from the text of `EXPLAIN ANALYZE VERBOSE`. */
export function countedFiles(text: string): ScannedFiles {
  const counts = [
    ...text.matchAll(/'(\w+)' = LongCount\{total=(\d+)\}/g),
  ].map(([, name, total]) => ({ name: name!, total: Number(total) }));
  const sum = (...names: string[]) =>
    counts.filter(({ name }) => names.includes(name))
      .reduce((all, { total }) => all + total, 0);
  return {
    dataFiles: sum("dataFiles"),
    dataBytes: sum("dataFileSizeBytes"),
    deleteFiles: sum(
      ...["positionalDeleteFiles", "equalityDeleteFiles"],
      "deletionVectorFiles",
    ),
    skippedManifests: sum("skippedDataManifests", "skippedDeleteManifests"),
  };
}

/**
 * Runs a statement in Trino, and says how many files it read: what pruning left.
 *
 * A statement that metadata answers, or whose condition nothing can meet, reads
 * none.
 *
 * @throws {TrinoError} When Trino refuses or fails the statement.
 * @throws {LakehouseError} When Trino cannot be reached.
 * @throws {unknown} The signal's reason.
 * @example Usage
 * ```ts ignore
 * import { trials } from "@lakehouse/lab";
 *
 * const { dataFiles } = await trials.scannedFiles(
 *   "SELECT sum(fare) FROM taxi_trips WHERE trip_start_timestamp < TIMESTAMP '2014-01-01 00:00:00 UTC'",
 * );
 * console.log(dataFiles);
 * ```
 */
export async function scannedFiles(
  statement: Statement,
  options: QueryOptions = {},
): Promise<ScannedFiles> {
  const { rows } = await query(
    `EXPLAIN ANALYZE VERBOSE ${sqlText(statement)}`,
    options,
  );
  return countedFiles(rows.map((row) => Object.values(row)[0]).join("\n"));
}

/** Files that a change wrote, and those it replaced. */
export interface ChangedFiles {
  /** Data files it wrote. */
  dataFiles: number;
  /** Their size in bytes. */
  dataBytes: number;
  /** Files of deletes it wrote; deletion vectors of several data files share one. */
  deleteFiles: number;
  /** Their size in bytes. */
  deleteBytes: number;
  /** Data files that no longer belong to the table. */
  replacedFiles: number;
}

/** Objects and their sizes; deletion vectors in one object count once. */
function sizesOf(files: DataFile[]): { count: number; bytes: number } {
  const sizes = new Map(files.map(({ path, bytes }) => [path, bytes]));
  return {
    count: sizes.size,
    bytes: [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0),
  };
}

/** Counts what a change wrote, from the files by which two snapshots differ. */
export function changedFiles(
  { added, removed }: Pick<SnapshotComparison, "added" | "removed">,
): ChangedFiles {
  const isData = ({ content }: DataFile) => content === "data";
  const data = sizesOf(added.filter(isData));
  const deletes = sizesOf(added.filter((file) => !isData(file)));
  return {
    dataFiles: data.count,
    dataBytes: data.bytes,
    deleteFiles: deletes.count,
    deleteBytes: deletes.bytes,
    replacedFiles: sizesOf(removed.filter(isData)).count,
  };
}

/**
 * What several changes wrote together.
 *
 * @example Usage
 * ```ts
 * import { trials } from "@lakehouse/lab";
 *
 * const one = { dataFiles: 1, dataBytes: 900, deleteFiles: 2, deleteBytes: 50, replacedFiles: 0 };
 * console.log(trials.totalFiles([one, one]).dataBytes); // 1800
 * ```
 */
export function totalFiles(changes: readonly ChangedFiles[]): ChangedFiles {
  const sum = (part: keyof ChangedFiles) =>
    changes.reduce((all, change) => all + change[part], 0);
  return {
    dataFiles: sum("dataFiles"),
    dataBytes: sum("dataBytes"),
    deleteFiles: sum("deleteFiles"),
    deleteBytes: sum("deleteBytes"),
    replacedFiles: sum("replacedFiles"),
  };
}

/** What a change of rows cost. */
export interface ChangeCost extends ChangedFiles {
  /** Milliseconds of the change, by this side's clock. */
  writeMs: number;
  /** Milliseconds of a read after it: the median of three rounds. */
  readMs: number;
}

/**
 * Runs a change of a table and measures what it cost: the files it wrote, its
 * time, and the time of a read after it. Others must not write to the table
 * meanwhile.
 *
 * @param change Runs the statement.
 * @param read Reads the table, or what is of interest in it.
 * @throws {CatalogError} With status 404 when there is no such table.
 * @throws {LakehouseError} When the table was empty.
 * @throws {unknown} What the statement or the read throws.
 * @example Usage
 * ```ts ignore
 * import { ask } from "@lakehouse";
 * import { trials } from "@lakehouse/lab";
 *
 * const cost = await trials.changeCost(
 *   "lab",
 *   "trips",
 *   () => ask("DELETE FROM lab.trips WHERE fare = 0"),
 *   () => ask("SELECT sum(fare) FROM lab.trips"),
 * );
 * console.log(cost.dataFiles, cost.deleteFiles, cost.writeMs, cost.readMs);
 * ```
 */
export async function changeCost(
  namespace: Namespace,
  table: string,
  change: () => Promise<unknown>,
  read: () => Promise<unknown>,
): Promise<ChangeCost> {
  const snapshot = async () => {
    const { currentSnapshot } = await loadTable(catalog(), namespace, table);
    if (currentSnapshot) return currentSnapshot.id;
    throw new LakehouseError({
      what: `Cannot measure a change of ${label(namespace, table)}`,
      why: "it has no rows yet",
    });
  };
  const before = await snapshot();
  const writeMs = await timed(change);
  const files = changedFiles(
    await compareSnapshots(namespace, table, before, await snapshot()),
  );
  const reads: number[] = [];
  for (let n = 0; n < ROUNDS; n++) reads.push(await timed(read));
  return { ...files, writeMs, readMs: median(reads) };
}
