/**
 * Upload: the generated files into the object store, over S3.
 *
 * @module
 */

import { PROJECT_DIR, settings } from "../../lib/core/settings.ts";
import { LakehouseError } from "../../lib/core/errors.ts";
import type { Sample, Subject } from "../report/compare.ts";
import { type Bench, measureStep, usablePeers } from "../measure/context.ts";
import { peerPython } from "../install/python.ts";
import { s5cmd } from "../install/s5cmd.ts";
import {
  BENCH_ENV,
  BUCKET,
  denoArgs,
  keys,
  objectsUnder,
  removeUnder,
  TABLE,
  workDir,
} from "../measure/lake.ts";
import { type Measurable, measure } from "../measure/process.ts";
import { PRODUCT } from "../report/results.ts";
import { type MeasuredFiles, tripFiles } from "../measure/trips.ts";

/** The case of one file so big. */
const bigCase = (megabytes: number) => `one file of ${megabytes} MB`;
/** Sizes of the two single files, in megabytes: memory must not tell them apart. */
const BIG_MB = [256, 2048] as const;

/** Files to send: how many and how large. */
interface Files {
  dir: string;
  files: number;
  bytes: number;
}

async function filesIn(dir: string): Promise<Files> {
  const found = { dir, files: 0, bytes: 0 };
  for await (const { name } of Deno.readDir(dir)) {
    if (!name.endsWith(".parquet")) continue;
    found.files++;
    found.bytes += (await Deno.stat(`${dir}/${name}`)).size;
  }
  return found;
}

/** A program that sends the files under a prefix of the bench's bucket. */
function uploader(
  name: string,
  files: Files,
  prefix: string,
  program: Omit<Measurable, "name">,
  label: { case?: string } = {},
): Subject {
  return {
    name,
    async run(): Promise<Sample> {
      // Nothing is there: files that are would be compared, not sent.
      await removeUnder(prefix);
      const { said, ...usage } = await measure({ name, ...program });
      const { objects, bytes } = await objectsUnder(prefix);
      if (objects !== files.files || bytes !== files.bytes) {
        throw new LakehouseError({
          what: `${name} did not send what it was given`,
          why: `${objects} objects of ${bytes} bytes arrived, ` +
            `not ${files.files} of ${files.bytes}`,
        });
      }
      await removeUnder(prefix);
      const seconds = said.seconds ?? usage.wall;
      return {
        ...{ ...label, ...usage, seconds },
        ...{ read: files.bytes, written: bytes },
        figures: { "MB/s": bytes / 1e6 / seconds },
      };
    },
  };
}

const product = (files: Files, label: { case?: string } = {}) =>
  uploader(PRODUCT, files, `${TABLE}/`, {
    command: Deno.execPath(),
    args: denoArgs("measure/product.ts", "upload", files.dir),
    env: BENCH_ENV,
  }, label);

/** Files of random bytes, a folder for each size. */
async function bigFile(megabytes: number): Promise<Files> {
  const dir = `${workDir()}/one-file-${megabytes}`;
  await Deno.mkdir(dir, { recursive: true });
  using file = await Deno.open(`${dir}/random.parquet`, {
    ...{ create: true, write: true, truncate: true },
  });
  const block = new Uint8Array(1 << 20);
  for (let done = 0; done < megabytes; done++) {
    for (let at = 0; at < block.length; at += 65536) {
      crypto.getRandomValues(block.subarray(at, at + 65536));
    }
    for (let at = 0; at < block.length;) {
      at += await file.write(block.subarray(at));
    }
  }
  return await filesIn(dir);
}

/** Measures the memory with which the product sends one big file. */
async function bigStep(bench: Bench): Promise<void> {
  for (const megabytes of BIG_MB) {
    bench.log(`upload of ${bigCase(megabytes)}`);
    const files = await bigFile(megabytes);
    const subject = product(files, { case: bigCase(megabytes) });
    // Memory is asked for, and one round tells it.
    await measureStep(bench, "upload", 0, [subject], {
      ...{ rounds: 1, warmUps: 0 },
    });
    await Deno.remove(files.dir, { recursive: true });
  }
}

/** The product's files sent to staging, unmeasured, for the steps that follow. */
export async function stage(rows: number): Promise<MeasuredFiles> {
  const files = await tripFiles(rows);
  const { objects, bytes } = await objectsUnder(`${TABLE}/`);
  if (objects > 0 && bytes === files.bytes) return files;
  await measure({
    name: PRODUCT,
    command: Deno.execPath(),
    args: denoArgs("measure/product.ts", "upload", files.dir),
    env: BENCH_ENV,
  });
  return files;
}

/** Measures the product's upload, s5cmd's and boto3's. */
export async function uploadStep(bench: Bench, rows: number): Promise<void> {
  const { minioHost } = settings();
  const { dir } = await tripFiles(rows);
  const files = await filesIn(dir);
  const peers = await usablePeers(bench, "upload", rows, {
    s5cmd: async () => {
      const { command, version } = await s5cmd();
      bench.versions.s5cmd = version;
      return uploader("s5cmd", files, "s5cmd/", {
        command,
        args: [
          ...["--endpoint-url", minioHost, "cp"],
          ...[`${dir}/*.parquet`, `s3://${BUCKET}/s5cmd/`],
        ],
        env: keys(),
      });
    },
    boto3: async () => {
      const { command, versions } = await peerPython();
      bench.versions.boto3 = versions.boto3!;
      const script = `${PROJECT_DIR}/bench/peers/boto3_upload.py`;
      return uploader("boto3", files, "boto3/", {
        ...{ command, args: [script, minioHost, dir, BUCKET, "boto3/"] },
        env: keys(),
      });
    },
  });
  await measureStep(bench, "upload", rows, [product(files), ...peers]);
  const isDone = bench.results.some(({ case: name }) =>
    name === bigCase(BIG_MB[0]!)
  );
  if (!isDone && (bench.big ?? rows >= 20e6)) await bigStep(bench);
}
