/**
 * Query: the questions of notebook 05 on the ingested table.
 *
 * @module
 */

import { duckdb } from "../../lab/engines/duckdb/duckdb.ts";
import { tableTree } from "../../lab/iceberg/snapshots.ts";
import { sparkSession } from "../../lab/engines/spark_session.ts";
import { query } from "../../lib/trino/client.ts";
import { ensureTrinoCatalog } from "../../lib/trino/catalog.ts";
import { identifier } from "../../lib/trino/literal.ts";
import type { QueryResult } from "../../lib/trino/result.ts";
import type { Row } from "../../lib/trino/rows.ts";
import type { Sample, Subject } from "../report/compare.ts";
import { keepAgreeing } from "../measure/agree.ts";
import { type Bench, measureStep, usablePeers } from "../measure/context.ts";
import { questions } from "../measure/dialects.ts";
import { withEnv } from "../measure/env.ts";
import { BENCH_ENV, NAMESPACE, TABLE, tableSize } from "../measure/lake.ts";
import { PRODUCT } from "../report/results.ts";
import { ALL, FIRST, SCANS } from "../measure/scans.ts";
import { median } from "../../lab/trials/statistics.ts";
import { BARE_SPARKS_TABLE, BARE_TABLE, ensureTables } from "./ingest.ts";
import { trinoCliSubject } from "./trino_cli.ts";

/**
 * Unmeasured rounds: Java compiles what it runs, so the first rounds after a
 * start are slower; the step `startup` has the first question of all.
 */
const WARM_UPS = 4;
/** Tables are compared by a tenth, which is less than one scan's chance. */
const SCAN_TIMES = 3;

/** What a question found: its trips, or else its rows. */
function countedIn(rows: readonly Row[]): number {
  return rows.every(({ trips }) => trips !== undefined)
    ? rows.reduce((sum, { trips }) => sum + Number(trips), 0)
    : rows.length;
}

/** The ten questions in turn, and all of them as a case of its own. */
async function askAll(
  asked: [string, string][],
  ask: (sql: string) => Promise<
    { rows: Row[]; clientMs: number; figures?: Record<string, number> }
  >,
): Promise<Sample[]> {
  const samples: Sample[] = [];
  let rows = 0;
  for (const [name, sql] of asked) {
    const { clientMs, figures, ...result } = await ask(sql);
    rows += result.rows.length;
    samples.push({
      case: name,
      seconds: clientMs / 1000,
      counted: countedIn(result.rows),
      ...figures ? { figures } : {},
    });
  }
  const seconds = samples.reduce((sum, { seconds }) => sum + seconds, 0);
  return [...samples, { case: ALL, seconds, counted: rows }];
}

/** One month's trips and every column of the table, through the product's client. */
async function scan(table: string): Promise<Sample[]> {
  const { bytes } = await tableSize(table);
  const samples: Sample[] = [];
  for (const [name, sql] of SCANS(table)) {
    const results: QueryResult[] = [];
    for (let time = 0; time < SCAN_TIMES; time++) {
      results.push(await query(sql, { schema: NAMESPACE }));
    }
    const clientMs = median(results.map(({ clientMs }) => clientMs));
    const { bytesRead, rows } = results.at(-1)!;
    samples.push({
      case: name,
      seconds: clientMs / 1000,
      read: bytesRead,
      counted: countedIn(rows),
      figures: { "share of the table's bytes": bytesRead / bytes },
    });
  }
  return samples;
}

const product: Subject = {
  name: PRODUCT,
  async run() {
    const samples = await askAll(
      questions(TABLE, "Trino"),
      async (sql) => {
        const result = await query(sql, { schema: NAMESPACE });
        return {
          ...{ rows: result.rows, clientMs: result.clientMs },
          figures: { "Trino ms": result.serverMs },
        };
      },
    );
    return [...samples, ...await scan(TABLE)];
  },
};

/** Catalogs made so far: each name is used once. */
let catalogs = 0;

/** The first question in a catalog that was just made under a new name. */
const first: Subject = {
  name: PRODUCT,
  run() {
    const name = `bench_${Deno.pid}_${++catalogs}`;
    return withEnv({ TRINO_CATALOG: name }, async () => {
      const started = performance.now();
      try {
        await ensureTrinoCatalog();
        const made = performance.now() - started;
        const [, sql] = questions(TABLE, "Trino")
          .find(([name]) => name === "tripsByCompany")!;
        const { clientMs } = await query(sql, { schema: NAMESPACE });
        return {
          case: FIRST,
          seconds: clientMs / 1000,
          figures: { "catalog ms": made },
        };
      } finally {
        await query(`DROP CATALOG IF EXISTS ${identifier(name)}`);
      }
    });
  },
};

/** Subjects that are open as long as the step runs. */
interface Opened extends AsyncDisposable {
  subject: Subject;
}

async function openDuckdb(bench: Bench): Promise<Opened> {
  const started = performance.now();
  const db = await duckdb({ [TABLE]: await tableTree(NAMESPACE, TABLE) });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  bench.log(`  DuckDB has copies of the table's files after ${seconds} s`);
  return {
    subject: {
      name: "DuckDB",
      run: () => askAll(questions(TABLE, "DuckDB"), (sql) => db.sql(sql)),
    },
    [Symbol.asyncDispose]: () => db.close(),
  };
}

async function openSpark(bench: Bench): Promise<Opened> {
  const spark = await withEnv(
    BENCH_ENV,
    () => sparkSession({ name: "bench" }),
  );
  const seconds = (spark.startMs / 1000).toFixed(1);
  bench.log(`  Spark's session is up after ${seconds} s`);
  return {
    subject: {
      name: "Spark SQL",
      run: () => askAll(questions(TABLE, "Spark"), (sql) => spark.sql(sql)),
    },
    [Symbol.asyncDispose]: () => spark.stop(),
  };
}

/**
 * Measures the product's client on Trino, Trino's own client, DuckDB on the
 * table's files and Spark SQL on the table; and what one month and all columns
 * read of the product's table and of the bare Spark job's.
 */
export async function queryStep(bench: Bench, rows: number): Promise<void> {
  const withPeers = rows <= bench.peersUpTo;
  await ensureTables(rows, withPeers);
  await ensureTrinoCatalog();
  await using open = new AsyncDisposableStack();
  const opened = async (opening: Promise<Opened>) =>
    open.use(await opening).subject;
  const peers = await usablePeers(bench, "query", rows, {
    [BARE_SPARKS_TABLE]: () => ({
      name: BARE_SPARKS_TABLE,
      run: () => scan(BARE_TABLE),
    }),
    "Trino CLI": () => trinoCliSubject(bench),
    DuckDB: () => opened(openDuckdb(bench)),
    "Spark SQL": () => opened(openSpark(bench)),
  });
  const warmUps = !bench.warmUp ? 0 : rows === bench.rows[0] ? WARM_UPS : 1;
  await measureStep(bench, "query", rows, [product, ...peers], { warmUps });
  keepAgreeing(bench, rows);
  await measureStep(bench, "query", rows, [first], {
    warmUps: bench.warmUp ? 1 : 0,
  });
}
