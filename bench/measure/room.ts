/**
 * Whether so many rows fit this machine's disk and memory, said beforehand.
 *
 * @module
 */

import { statfsSync } from "node:fs";
import { dirname } from "node:path";
import { formatBytes, formatNumber } from "../../lib/core/format.ts";
import type { StepName } from "../report/results.ts";

/** What is free, in bytes. */
export interface Room {
  /** On the disk that holds the folder. */
  disk: number;
  /** Memory that programs can have. */
  memory: number;
}

/** What a bench asks for. */
export interface BenchPlan {
  /** Rows. */
  rows: number;
  /** Steps. */
  steps: readonly StepName[];
  /** Whether peers run with so many rows. */
  withPeers: boolean;
  /** Whether the object store is on this machine. */
  isLocal: boolean;
}

/** Bytes of a row on disk, measured, with some room. */
const DISK = { file: 65, peerFile: 180, object: 65, table: 75 };
/** Memory in bytes: what is needed in any case, and for a row. */
const MEMORY = {
  product: { least: 1.8e9, row: 0 },
  // PyIceberg holds the whole table, numpy a tenth of it.
  peers: { least: 2e9, row: 900 },
};

/** Disk and memory that a plan takes, in bytes. */
export function needOf(plan: BenchPlan): Room {
  const { rows, steps, withPeers, isLocal } = plan;
  const has = (...names: StepName[]) =>
    names.some((name) => steps.includes(name));
  let bytes = 0;
  if (has("generate")) bytes = withPeers ? DISK.peerFile : DISK.file;
  if (has("upload", "ingest", "query")) {
    // Parts of a file lie there beside the whole one while it is put together.
    const store = isLocal ? 2 * DISK.object : 0;
    const tables = has("ingest", "query") && isLocal
      // Written anew, registered, added to (twice the rows), merged (of before and after),
      // and files to add; with peers two more, and a session's.
      ? DISK.table * (withPeers ? 9 : 6)
      : 0;
    bytes = Math.max(bytes, store + tables) + DISK.file;
  }
  const { least, row } = withPeers ? MEMORY.peers : MEMORY.product;
  return { disk: bytes * rows, memory: least + row * rows };
}

/** What is free for a folder that need not be there yet. */
export function roomAt(dir: string): Room {
  let there = dir;
  for (;;) {
    try {
      const { bavail, bsize } = statfsSync(there);
      return {
        disk: bavail * bsize,
        memory: Deno.systemMemoryInfo().available,
      };
    } catch (error) {
      if ((error as { code?: string }).code !== "ENOENT") throw error;
      there = dirname(there);
    }
  }
}

/**
 * Whether a plan fits, and the sentence about it.
 *
 * @example Usage
 * ```ts
 * import { fits } from "./room.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const plan = {
 *   rows: 50_000_000,
 *   steps: ["generate"] as const,
 *   withPeers: false,
 *   isLocal: true,
 * };
 * const { ok, text } = fits(plan, { disk: 1e9, memory: 8e9 });
 * assertEquals(ok, false);
 * assertEquals(
 *   text,
 *   "50,000,000 rows will not fit: about 3.3 GB of disk are needed, 1.0 GB is free",
 * );
 * ```
 */
export function fits(
  plan: BenchPlan,
  room: Room,
): { ok: boolean; text: string } {
  const need = needOf(plan);
  const rows = `${formatNumber(plan.rows)} rows`;
  for (const kind of ["disk", "memory"] as const) {
    if (need[kind] <= room[kind]) continue;
    const [needed, free] = [formatBytes(need[kind]), formatBytes(room[kind])];
    return {
      ok: false,
      text:
        `${rows} will not fit: about ${needed} of ${kind} are needed, ${free} is free`,
    };
  }
  const each = (["disk", "memory"] as const).map((kind) =>
    `about ${formatBytes(need[kind])} of ${formatBytes(room[kind])} ${kind}`
  );
  return { ok: true, text: `${rows} fit: ${each.join(", ")}` };
}
