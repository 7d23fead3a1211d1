/**
 * Maven artifacts, pinned by coordinates and sha256, in the shared cache.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { LakehouseError } from "../../lib/core/errors.ts";
import { writeWhole } from "../../lib/core/files.ts";
import { interruptSignal } from "../../lib/core/interrupt.ts";
import { artifactPath, type ArtifactPin, fetchArtifact } from "./artifact.ts";
import { cacheDir } from "./cache.ts";
import lockFile from "./maven.lock.json" with { type: "json" };

/** The lock file: which artifacts each set holds, and what each one's bytes are. */
export interface MavenLock {
  /** Coordinates by set; see {@linkcode LOCAL_SETS} and `maven.json`. */
  sets: Record<string, string[]>;
  /** Checksum and size in bytes by coordinates. */
  artifacts: Record<string, ArtifactPin>;
}

const lock: MavenLock = lockFile;
/** What the local stack needs; any other set is fetched when it is asked for. */
export const LOCAL_SETS: string[] = [
  "trino",
  "trino-iceberg",
  "s3proxy",
  "catalog",
  "spark",
];

const PARALLEL = 8;

/**
 * The files of one set in the lock file's order, absolute.
 *
 * @throws {LakehouseError} When there is no such set.
 */
export function artifactPaths(set: string): string[] {
  const coordinates = lock.sets[set];
  if (!coordinates) {
    throw new LakehouseError({ what: `Cannot find the artifact set "${set}"` });
  }
  return coordinates.map(artifactPath);
}

/** Times of the files whose bytes were found to be what is pinned, by their sha256. */
type Checked = Record<string, number>;

const checkedFile = () => `${cacheDir()}/maven-checked.json`;

async function readChecked(): Promise<Checked> {
  return await Deno.readTextFile(checkedFile()).then(JSON.parse)
    .catch(() => ({})) ?? {};
}

/** Has every byte of the cache looked at again, as after a damage was seen. */
export async function forgetChecked(): Promise<void> {
  await Deno.remove(checkedFile()).catch(() => {});
}

/** Whether the file is what is pinned; its bytes are read when it has changed. */
async function isThere(
  coordinates: string,
  checked: Checked,
): Promise<boolean> {
  const path = artifactPath(coordinates);
  const pin = lock.artifacts[coordinates]!;
  try {
    const { size, mtime } = await Deno.stat(path);
    if (size !== pin.size) return false;
    const time = mtime?.getTime() ?? NaN;
    if (checked[pin.sha256] === time) return true;
    const hash = createHash("sha256").update(await Deno.readFile(path));
    if (hash.digest("hex") !== pin.sha256) return false;
    checked[pin.sha256] = time;
    return true;
  } catch {
    return false;
  }
}

/** How many artifacts these sets have, and which of them the cache lacks or has damaged. */
export async function artifactState(
  sets: string[],
): Promise<{ total: number; missing: string[] }> {
  const wanted = [...new Set(sets.flatMap((set) => lock.sets[set] ?? []))];
  const checked = await readChecked();
  const before = JSON.stringify(checked);
  const missing: string[] = [];
  for (const coordinates of wanted) {
    if (!await isThere(coordinates, checked)) missing.push(coordinates);
  }
  const text = JSON.stringify(checked);
  if (text !== before) {
    // A cache that cannot be written to is looked at each time.
    await writeWhole(checkedFile(), (part) => Deno.writeTextFile(part, text))
      .catch(() => {});
  }
  return { total: wanted.length, missing };
}

/** How far {@linkcode fetchArtifacts} is, in bytes. */
export interface FetchProgress {
  /** Bytes that are there. */
  done: number;
  /** Bytes wanted. */
  total: number;
}

/**
 * Downloads what the cache lacks of these sets, eight at once, and checks each
 * file against its sha256.
 *
 * @throws {LakehouseError} When an artifact cannot be fetched after four attempts.
 * @throws {unknown} The signal's reason; nothing half is left.
 */
export async function fetchArtifacts(
  sets: string[],
  options: {
    signal?: AbortSignal;
    onProgress?: (progress: FetchProgress) => void;
  } = {},
): Promise<void> {
  const { missing } = await artifactState(sets);
  const pinOf = (coordinates: string) => lock.artifacts[coordinates]!;
  // Big files first, so that none of them is left to run alone at the end.
  missing.sort((a, b) => pinOf(b).size - pinOf(a).size);
  const total = missing.reduce((sum, item) => sum + pinOf(item).size, 0);
  const failed = new AbortController();
  const signal = AbortSignal.any([
    options.signal ?? interruptSignal(),
    failed.signal,
  ]);
  let done = 0;
  const worker = async () => {
    for (let item = missing.shift(); item; item = missing.shift()) {
      await fetchArtifact(item, pinOf(item), signal);
      done += pinOf(item).size;
      options.onProgress?.({ done, total });
    }
  };
  const workers = Array.from(
    { length: PARALLEL },
    () =>
      worker().catch((error) => {
        failed.abort(error);
        throw error;
      }),
  );
  // Each one is waited for, so that none writes after this has ended.
  await Promise.allSettled(workers);
  signal.throwIfAborted();
}
