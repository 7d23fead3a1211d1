/**
 * SeaweedFS on loopback, as a process of its own that outlives whoever starts
 * it: an object store with an Iceberg catalog that no one here wrote.
 *
 * @module
 */

import { LakehouseError } from "../../lib/core/errors.ts";
import { weed } from "./program.ts";

// All that it listens on: what is not named is derived from the others, and
// might meet the ports of another stack.
const PORTS = {
  "s3.port": 28333,
  "s3.port.grpc": 28334,
  "s3.port.iceberg": 28335,
  "master.port": 28336,
  "master.port.grpc": 28337,
  "volume.port": 28338,
  "volume.port.grpc": 28339,
  "filer.port": 28340,
  "filer.port.grpc": 28341,
  "webdav.port": 28342,
  "admin.port": 28343,
  "admin.port.grpc": 28344,
  "s3.port.lance": 0,
  "admin.port.legacy": 0,
};
const START_SECONDS = 60;
const STOP_SECONDS = 20;

/** Address of its object store. */
export const S3 = `http://127.0.0.1:${PORTS["s3.port"]}`;

/** Base address of its Iceberg REST catalog, to which clients add `/v1`. */
export const CATALOG = `http://127.0.0.1:${PORTS["s3.port.iceberg"]}`;

/** What {@linkcode startSeaweedFs} needs to know. */
export interface SeaweedFsOptions {
  /** Folder of its data, keys and log, absolute; kept from start to start. */
  dir: string;
  /** The one access key it lets in. */
  accessKey: string;
  /** Secret key that belongs to it. */
  secretKey: string;
  /** Keys that may only read. */
  reader?: { accessKey: string; secretKey: string };
  /** Table buckets, each of which is a warehouse. */
  warehouses: string[];
  /** Plain buckets. */
  buckets: string[];
}

const logFile = (dir: string) => `${dir}/weed.log`;
const pidFile = (dir: string) => `${dir}/weed.pid`;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Its process id, or `undefined` when it does not run. */
async function pidOf(dir: string): Promise<number | undefined> {
  const pid = Number(await Deno.readTextFile(pidFile(dir)).catch(() => ""));
  if (!pid) return undefined;
  // The number may have gone to some other program since.
  const line = await Deno.readTextFile(`/proc/${pid}/cmdline`).catch(() => "");
  return line.split("\0").includes(`-dir=${dir}/data`) ? pid : undefined;
}

/** Whether both endpoints answer as what they are. */
async function answers({ warehouses }: SeaweedFsOptions): Promise<boolean> {
  const signal = AbortSignal.timeout(2_000);
  try {
    const s3 = await fetch(S3, { signal });
    const config = await fetch(
      `${CATALOG}/v1/config?warehouse=${warehouses[0] ?? ""}`,
      { signal },
    );
    await s3.body?.cancel();
    await config.json();
    // Unsigned, S3 refuses; the catalog answers who it is.
    return s3.status === 403 && config.ok;
  } catch {
    return false;
  }
}

async function lastLines(dir: string): Promise<string> {
  const text = await Deno.readTextFile(logFile(dir)).catch(() => "");
  return text.trim().split("\n").slice(-5).join("\n");
}

/** Starts the program, with its output in the log file; its process id. */
async function launch(options: SeaweedFsOptions): Promise<number> {
  const { dir, accessKey, secretKey, reader, warehouses, buckets } = options;
  const { command } = await weed();
  await Deno.mkdir(`${dir}/data`, { recursive: true });
  const keys = `${dir}/keys.json`;
  await Deno.writeTextFile(
    keys,
    JSON.stringify({
      identities: [
        {
          name: "lane",
          credentials: [{ accessKey, secretKey }],
          actions: ["Admin", "Read", "Write", "List", "Tagging"],
        },
        ...reader
          ? [{
            name: "reader",
            credentials: [reader],
            actions: ["Read", "List"],
          }]
          : [],
      ],
    }),
    { mode: 0o600 },
  );
  const args = [
    "mini",
    "-ip=127.0.0.1",
    "-ip.bind=127.0.0.1",
    `-dir=${dir}/data`,
    ...Object.entries(PORTS).map(([name, port]) => `-${name}=${port}`),
    `-tableBucket=${warehouses.join(",")}`,
    `-bucket=${buckets.join(",")}`,
    `-s3.config=${keys}`,
    "-webdav=false",
    "-admin.ui=false",
    "-master.telemetry=false",
  ];
  const child = new Deno.Command("sh", {
    args: [
      "-c",
      'log=$1; shift; exec "$@" >>"$log" 2>&1',
      "sh",
      logFile(dir),
      command,
      ...args,
    ],
    // Keys of the one who starts it would be let in beside those of the file.
    env: { AWS_ACCESS_KEY_ID: "", AWS_SECRET_ACCESS_KEY: "" },
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  child.unref();
  await Deno.writeTextFile(pidFile(dir), String(child.pid));
  return child.pid;
}

/**
 * Starts SeaweedFS and waits until its object store and its catalog answer; one
 * that runs already is left as it is.
 *
 * @throws {LakehouseError} When it cannot be built, or does not start.
 */
export async function startSeaweedFs(options: SeaweedFsOptions): Promise<void> {
  const { dir } = options;
  if (await pidOf(dir) === undefined) await launch(options);
  for (let i = 0; i < START_SECONDS * 5; i++) {
    if (await answers(options)) return;
    await pause(200);
    if (await pidOf(dir) === undefined) break;
  }
  const why = await lastLines(dir);
  await stopSeaweedFs(dir);
  throw new LakehouseError({
    what: "Cannot start SeaweedFS",
    why,
    next: `read ${logFile(dir)}`,
  });
}

function isFree(port: number): boolean {
  try {
    Deno.listen({ hostname: "127.0.0.1", port }).close();
    return true;
  } catch {
    return false;
  }
}

/** Stops it and waits until its process is gone, and its ports are free; its data stays. */
export async function stopSeaweedFs(dir: string): Promise<void> {
  const ports = Object.values(PORTS).filter(Boolean);
  for (let i = 0; i < STOP_SECONDS * 10; i++) {
    const pid = await pidOf(dir);
    // A process that ends has no name any more while it still closes its ports.
    if (!pid && ports.every(isFree)) break;
    if (pid && i === 0) Deno.kill(pid, "SIGTERM");
    if (pid && i === STOP_SECONDS * 10 - 1) Deno.kill(pid, "SIGKILL");
    await pause(100);
  }
  await Deno.remove(pidFile(dir)).catch(() => {});
}
