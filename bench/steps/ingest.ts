/**
 * Ingest: the staged files into an Iceberg table.
 *
 * @module
 */

import { PROJECT_DIR, settings } from "../../lib/core/settings.ts";
import { LakehouseError } from "../../lib/core/errors.ts";
import { java, SPARK_JAVA } from "../../stack/install/java.ts";
import { artifactPaths } from "../../stack/install/maven.ts";
import { python } from "../../stack/install/python.ts";
import type { Sample, Subject } from "../report/compare.ts";
import { type Bench, measureStep, usablePeers } from "../measure/context.ts";
import { peerPython } from "../install/python.ts";
import {
  BENCH_ENV,
  BUCKET,
  denoArgs,
  keys,
  MORE,
  NAMESPACE,
  removeTable,
  removeUnder,
  stageMore,
  TABLE,
  tableSize,
} from "../measure/lake.ts";
import { type Measurable, measure } from "../measure/process.ts";
import {
  AGAIN,
  APPENDED,
  MERGED,
  PRODUCT,
  REGISTERED,
} from "../report/results.ts";
import { tripsIn } from "../measure/trips.ts";
import { stage } from "./upload.ts";

/** How the bare Spark job is called. */
const BARE_SPARK = "bare spark-submit";
/** How its table is called where tables are compared. */
export const BARE_SPARKS_TABLE = `${BARE_SPARK}'s table`;
/** Its table. */
export const BARE_TABLE = `${TABLE}_spark`;
const PYICEBERG_TABLE = `${TABLE}_pyiceberg`;
const REGISTERED_TABLE = `${TABLE}_registered`;
const AGAIN_TABLE = `${TABLE}_again`;
const APPENDED_TABLE = `${TABLE}_appended`;
const MERGED_TABLE = `${TABLE}_merged`;
/** A session's second ingest is measured up to so many rows: beyond, Spark's start tells little. */
const AGAIN_ROWS = 5_000_000;

/** All tables that the step makes. */
export const TABLES: readonly string[] = [
  ...[TABLE, BARE_TABLE, PYICEBERG_TABLE, REGISTERED_TABLE, AGAIN_TABLE],
  ...[APPENDED_TABLE, MERGED_TABLE],
];

/** A program that makes a table of the staged files. */
interface Ingester {
  name: string;
  case?: string;
  table: string;
  program: Omit<Measurable, "name">;
}

function ingesting(
  { name, table, program, ...label }: Ingester,
  staged: { rows: number; bytes: number },
): Subject {
  return {
    name,
    async run(): Promise<Sample> {
      await removeTable(table);
      const { said, ...usage } = await measure({ name, ...program });
      const { rows, bytes, files } = await tableSize(table);
      const expected = staged.rows * (label.case === APPENDED ? 2 : 1);
      if (rows !== expected) {
        throw new LakehouseError({
          what: `${name} did not write what was staged`,
          why: `its table has ${rows} rows, not ${expected}`,
        });
      }
      const { seconds, ...figures } = said;
      // Of some programs it is the second ingest that counts.
      const { wall: _wall, cpu: _cpu, ...used } = usage;
      const isWhole = [undefined, REGISTERED].includes(label.case);
      return {
        ...label,
        ...isWhole ? usage : used,
        // From the submission to the end: the starts of Spark and of Python are
        // part of it, that of the Deno which submits the product's job is not.
        seconds: name === PRODUCT ? seconds! : usage.wall,
        ...{ read: staged.bytes, written: bytes, counted: rows },
        figures: { files, ...figures },
      };
    },
  };
}

const product: Ingester = {
  name: PRODUCT,
  table: TABLE,
  program: {
    command: Deno.execPath(),
    args: denoArgs("measure/product.ts", "ingest"),
    env: BENCH_ENV,
  },
};

const registering: Ingester = {
  ...{ name: PRODUCT, case: REGISTERED, table: REGISTERED_TABLE },
  program: {
    command: Deno.execPath(),
    args: denoArgs(
      "measure/product.ts",
      "ingest",
      "register",
      REGISTERED_TABLE,
    ),
    env: BENCH_ENV,
  },
};

const again: Ingester = {
  ...{ name: PRODUCT, case: AGAIN, table: AGAIN_TABLE },
  program: {
    command: Deno.execPath(),
    args: denoArgs("measure/product.ts", "again", AGAIN_TABLE),
    env: BENCH_ENV,
  },
};

/** More rows for a table that has the staged files as they are. */
const adding = (mode: string, label: { case: string; table: string }) => ({
  ...{ name: PRODUCT, ...label },
  program: {
    command: Deno.execPath(),
    args: denoArgs("measure/product.ts", "add", mode, label.table, MORE),
    env: BENCH_ENV,
  },
});

const appending = adding("append", { case: APPENDED, table: APPENDED_TABLE });
const merging = adding("merge", { case: MERGED, table: MERGED_TABLE });

async function bareSpark(): Promise<Ingester> {
  const { catalogUri, warehouse, minioHost } = settings();
  const { bin, sitePackages, env } = await python();
  return {
    name: BARE_SPARK,
    table: BARE_TABLE,
    program: {
      command: `${bin}/spark-submit`,
      args: [
        // What --packages would have fetched.
        ...["--jars", artifactPaths("spark").join(",")],
        `${PROJECT_DIR}/bench/peers/spark_ingest.py`,
        ...[catalogUri, warehouse, minioHost],
        ...[`s3a://${BUCKET}/${TABLE}/`, `${NAMESPACE}.${BARE_TABLE}`],
      ],
      env: {
        ...env,
        ...keys(),
        JAVA_HOME: await java(SPARK_JAVA),
        SPARK_HOME: `${sitePackages}/pyspark`,
        PYSPARK_PYTHON: `${bin}/python`,
        SPARK_LOCAL_IP: "127.0.0.1",
      },
    },
  };
}

async function pyIceberg(bench: Bench): Promise<Ingester> {
  const { catalogUri, warehouse, minioHost } = settings();
  const { command, versions } = await peerPython();
  for (const name of ["pyiceberg", "pyarrow"]) {
    bench.versions[name] = versions[name]!;
  }
  return {
    name: "PyIceberg",
    table: PYICEBERG_TABLE,
    program: {
      command,
      args: [
        `${PROJECT_DIR}/bench/peers/pyiceberg_append.py`,
        ...[catalogUri, warehouse, minioHost],
        ...[`${BUCKET}/${TABLE}`, `${NAMESPACE}.${PYICEBERG_TABLE}`],
      ],
      env: keys(),
    },
  };
}

/** Fails unless all tables hold the same trips, by their values. */
async function sameTrips(tables: string[]): Promise<void> {
  const [first, ...others] = await Promise.all(tables.map(tripsIn));
  const other = others.findIndex(({ print }) => print !== first!.print);
  if (other < 0) return;
  throw new LakehouseError({
    what: `Cannot compare ${tables[0]} with ${tables[other + 1]}`,
    why: `they hold other trips: ${first!.print}, ${others[other]!.print}`,
  });
}

/**
 * The product's table, and the bare Spark job's when it is wanted, made
 * unmeasured where they are missing.
 */
export async function ensureTables(
  rows: number,
  withBare: boolean,
): Promise<void> {
  const staged = await stage(rows);
  for (const each of [product, ...withBare ? [await bareSpark()] : []]) {
    const size = await tableSize(each.table).catch(() => ({ rows: 0 }));
    if (size.rows !== rows) await ingesting(each, staged).run();
  }
}

/**
 * Measures the product's ingest, rewriting, registering, adding, merging and
 * again in a session, PyIceberg's and that of a plain Spark job.
 */
export async function ingestStep(bench: Bench, rows: number): Promise<void> {
  const staged = await stage(rows);
  const peers = await usablePeers(bench, "ingest", rows, {
    PyIceberg: async () => ingesting(await pyIceberg(bench), staged),
    [BARE_SPARK]: async () => ingesting(await bareSpark(), staged),
  });
  const subjects = [ingesting(product, staged), ...peers];
  await measureStep(bench, "ingest", rows, subjects);
  const ways = [
    ...[registering, appending, merging],
    ...rows > AGAIN_ROWS ? [] : [again],
  ];
  await stageMore();
  for (const way of ways) {
    await measureStep(bench, "ingest", rows, [ingesting(way, staged)]);
    // Nobody looks at it later, and it is twice as large.
    if (way === appending) await removeTable(way.table);
  }
  await removeUnder(`${MORE}/`);
  const measured = new Set(
    bench.results.filter(({ step, ...result }) =>
      step === "ingest" && result.rows === rows
    ).map(({ subject, case: name }) => name ?? subject),
  );
  await sameTrips(
    Object.entries({
      ...{ [PRODUCT]: TABLE, [REGISTERED]: REGISTERED_TABLE },
      ...{ [AGAIN]: AGAIN_TABLE, [MERGED]: MERGED_TABLE },
      PyIceberg: PYICEBERG_TABLE,
      [BARE_SPARK]: BARE_TABLE,
    }).filter(([name]) => measured.has(name)).map(([, table]) => table),
  );
}
