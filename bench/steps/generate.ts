/**
 * Generate: trips as Parquet files on this machine's disk.
 *
 * @module
 */

import { PROJECT_DIR } from "../../lib/core/settings.ts";
import { type Bench, measureStep, usablePeers } from "../measure/context.ts";
import type { Sample, Subject } from "../report/compare.ts";
import { peerPython } from "../install/python.ts";
import { denoArgs, workDir } from "../measure/lake.ts";
import { type Measurable, measure } from "../measure/process.ts";
import { PRODUCT } from "../report/results.ts";
import { parquetFacts } from "../measure/trips.ts";

/** A generator that is a program and takes rows and a folder. */
function generator(
  name: string,
  rows: number,
  program: (dir: string) => Omit<Measurable, "name">,
): Subject {
  return {
    name,
    async run(): Promise<Sample> {
      const dir = `${workDir()}/generate`;
      await Deno.remove(dir, { recursive: true }).catch(() => {});
      const { said, ...usage } = await measure({ name, ...program(dir) });
      // Outside the measured time: the same rows and columns for all.
      const { rows: counted, bytes } = await parquetFacts(dir, rows);
      await Deno.remove(dir, { recursive: true });
      return {
        ...usage,
        seconds: said.seconds ?? usage.wall,
        written: bytes,
        counted,
      };
    },
  };
}

/** Measures the product's generator, DuckDB's and one of numpy and pyarrow. */
export async function generateStep(bench: Bench, rows: number): Promise<void> {
  const product = generator(PRODUCT, rows, (dir) => ({
    command: Deno.execPath(),
    args: denoArgs("measure/product.ts", "generate", String(rows), dir),
  }));
  const peers = await usablePeers(bench, "generate", rows, {
    DuckDB: () =>
      generator("DuckDB", rows, (dir) => ({
        command: Deno.execPath(),
        args: denoArgs("peers/duckdb_generate.ts", String(rows), dir),
      })),
    "numpy and pyarrow": async () => {
      const { command, versions } = await peerPython();
      for (const name of ["numpy", "pyarrow"]) {
        bench.versions[name] = versions[name]!;
      }
      const script = `${PROJECT_DIR}/bench/peers/numpy_generate.py`;
      return generator("numpy and pyarrow", rows, (dir) => ({
        ...{ command, args: [script, String(rows), dir] },
      }));
    },
  });
  await measureStep(bench, "generate", rows, [product, ...peers]);
}
