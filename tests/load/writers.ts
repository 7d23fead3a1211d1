/**
 * Writers of two engines on one table, for as long as is wanted.
 *
 * @module
 */

import { sparkSession } from "../../lab/engines/spark_session.ts";
import { runWriters } from "../../lab/trials/writers.ts";
import { query } from "../../lib/trino/client.ts";
import { type Memory, memory } from "./memory.ts";

/** What became of the writers' rows. */
export interface Written {
  /** Commits that were acknowledged. */
  acknowledged: number;
  /** Commits that were refused because another came in between. */
  conflicts: number;
  /** Jobs that were given up; the table may have them. */
  givenUp: number;
  /** Of these, what the first was told. */
  why: string | undefined;
  /** Acknowledged rows that the table has not. */
  lost: number;
  /** Rows that the table has more than once, or that nobody wrote. */
  foreign: number;
  /** Memory after a quarter of the time, and at the end. */
  early: Memory;
  late: Memory;
}

/** Lets 16 writers of Trino and 16 of Spark insert into the table `load`. */
export async function runInserts(seconds: number): Promise<Written> {
  await query("CREATE TABLE load (id bigint, writer varchar)");
  await using spark = await sparkSession({ name: "load" });
  const end = performance.now() + seconds * 1_000;
  const acknowledged = new Set<number>();
  const tried = new Set<number>();
  const insert =
    (writer: string, ask: (sql: string) => Promise<unknown>) =>
    async (id: number) => {
      if (performance.now() > end) return;
      tried.add(id);
      await ask(`INSERT INTO load VALUES (${id}, '${writer}')`);
      acknowledged.add(id);
    };
  const numbers = Array.from({ length: 16 }, (_, n) => n + 1);
  const writers = Object.fromEntries(numbers.flatMap((n) => [
    [`Trino ${n}`, insert(`Trino ${n}`, (sql) => query(sql))],
    [`Spark ${n}`, insert(`Spark ${n}`, (sql) => spark.sql(sql))],
  ]));
  const jobs = Array.from({ length: 100_000 }, (_, id) => id);
  const running = runWriters(writers, jobs);
  await Promise.race([
    running,
    new Promise((resolve) => setTimeout(resolve, seconds * 250)),
  ]);
  const early = await memory();
  const ledger = await running;
  const late = await memory();
  const { rows } = await query(
    "SELECT id, count(*) AS n FROM load GROUP BY id",
  );
  const there = new Set(rows.map(({ id }) => Number(id)));
  return {
    acknowledged: acknowledged.size,
    conflicts: ledger.conflicts,
    givenUp: ledger.failed.length,
    why: (ledger.failed[0]?.error as Error | undefined)?.message,
    lost: acknowledged.difference(there).size,
    foreign: rows.filter(({ n }) => Number(n) !== 1).length +
      there.difference(tried).size,
    early,
    late,
  };
}
