/**
 * Start-up: a local stack from nothing running, the demo on one that has run it,
 * and the very first set-up.
 *
 * @module
 */

import { cacheDir } from "../../stack/install/cache.ts";
import { LakehouseError } from "../../lib/core/errors.ts";
import type { Sample, Subject } from "../report/compare.ts";
import { type Bench, measureStep } from "../measure/context.ts";
import { denoArgs } from "../measure/lake.ts";
import { measure } from "../measure/process.ts";
import {
  OWN_ENV,
  ownDown,
  ownMemory,
  ownTask,
  ownUp,
  withOwnStack,
} from "../measure/own_stack.ts";
import { PRODUCT } from "../report/results.ts";

/** The case of the whole command. */
const UP = "up";
/** The case of the first question that a Trino which has just started is asked. */
const FIRST_AFTER_UP = "first question after up";

/** Runs one of the product's steps on the bench's own stack. */
const onOwnStack = (...args: string[]) =>
  measure({
    name: `product ${args[0]}`,
    command: Deno.execPath(),
    args: denoArgs("measure/product.ts", ...args),
    env: OWN_ENV,
  });

function starting(rows: number): Subject {
  return {
    name: PRODUCT,
    async run(): Promise<Sample[]> {
      await ownDown();
      const { wall, cpu, services } = await ownUp();
      const rss = await ownMemory();
      const samples: Sample[] = [
        { case: UP, seconds: wall, cpu, rss },
        ...[...services].map(([name, seconds]) => ({ case: name, seconds })),
      ];
      const { said } = await onOwnStack("first");
      const { seconds, counted, ...figures } = said;
      if (counted === 0 || counted! > rows) {
        throw new LakehouseError({
          what:
            "Cannot take the first question after up as one about the trips",
          why: `it counted ${counted} of ${rows}`,
        });
      }
      samples.push({ case: FIRST_AFTER_UP, seconds: seconds!, figures });
      return samples;
    },
  };
}

/**
 * Measures `up` from nothing running, each service, and the first question of a
 * Trino that has just started; the trips are there from an earlier run.
 */
export async function startupStep(bench: Bench, rows: number): Promise<void> {
  await withOwnStack(async () => {
    await ownUp();
    const dir = OWN_ENV.PARQUET_DIR!;
    await onOwnStack("generate", String(rows), dir);
    await onOwnStack("upload", dir);
    await onOwnStack("ingest");
    await measureStep(bench, "startup", rows, [starting(rows)]);
  });
}

/** Measures `demo` on a stack that has run it before. */
export async function demoStep(bench: Bench, rows: number): Promise<void> {
  const demo: Subject = {
    name: PRODUCT,
    async run() {
      const args = ["--stack", "local", "--rows", String(rows / 1e6)];
      const { wall, cpu, rss } = await ownTask("demo", args);
      return { seconds: wall, cpu, rss };
    },
  };
  await withOwnStack(async () => {
    // The first one is what the measured ones are "again" to.
    await measureStep(bench, "demo", rows, [demo], { warmUps: 1 });
  });
}

async function bytesIn(dir: string): Promise<number> {
  let bytes = 0;
  for await (const entry of Deno.readDir(dir)) {
    const path = `${dir}/${entry.name}`;
    if (entry.isDirectory) bytes += await bytesIn(path);
    else if (entry.isFile) bytes += (await Deno.stat(path)).size;
  }
  return bytes;
}

/** Measures `up` with an empty cache folder: everything is downloaded. */
export async function setupStep(bench: Bench): Promise<void> {
  const cache = await Deno.makeTempDir({
    dir: `${cacheDir()}/..`,
    prefix: "lakehouse-setup-",
  });
  const setup: Subject = {
    name: PRODUCT,
    async run() {
      const { wall, cpu } = await ownUp({ LAKEHOUSE_CACHE: cache });
      await ownTask("down", ["--stack", "local"], {
        env: { LAKEHOUSE_CACHE: cache },
      });
      return { seconds: wall, cpu, written: await bytesIn(cache) };
    },
  };
  try {
    await withOwnStack(() =>
      measureStep(bench, "setup", 0, [setup], { rounds: 1, warmUps: 0 })
    );
  } finally {
    await Deno.remove(cache, { recursive: true });
  }
}
