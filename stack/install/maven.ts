/**
 * Maven artifacts, pinned by coordinates and sha256, in the shared cache.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { dirname } from "node:path";
import mavenDownload from "mvn-artifact-download";
import pRetry from "p-retry";
import { cacheDir } from "../../lib/core/settings.ts";
import { LakehouseError } from "../../lib/core/errors.ts";
import lockFile from "./maven.lock.json" with { type: "json" };

/** The lock file: which artifacts each set holds, and what each one's bytes are. */
export interface MavenLock {
  /** Coordinates by set: `trino`, `trino-iceberg`, `s3proxy`, `catalog`, `spark`. */
  sets: Record<string, string[]>;
  /** Checksum and size in bytes by coordinates. */
  artifacts: Record<string, { sha256: string; size: number }>;
}

const lock: MavenLock = lockFile;
const PARALLEL = 8;
const RETRIES = 3;

function partsOf(coordinates: string) {
  const [group = "", artifact = "", ...rest] = coordinates.split(":");
  const version = rest.at(-1) ?? "";
  const classifier = rest.length > 2 ? `-${rest[1]}` : "";
  return {
    dir: `${group.replaceAll(".", "/")}/${artifact}/${version}`,
    name: `${artifact}-${version}${classifier}.jar`,
  };
}

/** Where the artifact lies in the cache, absolute. */
export function artifactPath(coordinates: string): string {
  const { dir, name } = partsOf(coordinates);
  return `${cacheDir()}/maven/${dir}/${name}`;
}

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

async function isThere(coordinates: string): Promise<boolean> {
  try {
    const { size } = await Deno.stat(artifactPath(coordinates));
    return size === lock.artifacts[coordinates]!.size;
  } catch {
    return false;
  }
}

/**
 * How many artifacts these sets have, and which of them the cache lacks.
 *
 * @param sets Sets of the lock file. @default {all of them}
 */
export async function artifactState(
  sets: string[] = Object.keys(lock.sets),
): Promise<{ total: number; missing: string[] }> {
  const wanted = [...new Set(sets.flatMap((set) => lock.sets[set] ?? []))];
  const missing: string[] = [];
  for (const coordinates of wanted) {
    if (!await isThere(coordinates)) missing.push(coordinates);
  }
  return { total: wanted.length, missing };
}

async function fetchOne(
  coordinates: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const path = artifactPath(coordinates);
  const partial = `${path.split("/").at(-1)}.${crypto.randomUUID()}.part`;
  await Deno.mkdir(dirname(path), { recursive: true });
  const file = `${dirname(path)}/${partial}`;
  try {
    await mavenDownload.default(coordinates, dirname(path), undefined, partial);
    signal?.throwIfAborted();
    const sha256 = createHash("sha256").update(await Deno.readFile(file))
      .digest("hex");
    if (sha256 !== lock.artifacts[coordinates]!.sha256) {
      throw new LakehouseError({
        what: `Cannot accept ${coordinates}`,
        why: `its sha256 is ${sha256}, not the one in maven.lock.json`,
        next: "check the network's proxy, then run the command again",
      });
    }
    await Deno.rename(file, path);
  } finally {
    await Deno.remove(file).catch(() => {});
  }
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
 */
export async function fetchArtifacts(
  sets: string[],
  options: {
    signal?: AbortSignal;
    onProgress?: (progress: FetchProgress) => void;
  } = {},
): Promise<void> {
  const { missing } = await artifactState(sets);
  const sizeOf = (coordinates: string) => lock.artifacts[coordinates]!.size;
  // Big files first, so that none of them is left to run alone at the end.
  missing.sort((a, b) => sizeOf(b) - sizeOf(a));
  const total = missing.reduce((sum, item) => sum + sizeOf(item), 0);
  let done = 0;
  const worker = async () => {
    for (let item = missing.shift(); item; item = missing.shift()) {
      const coordinates = item;
      options.signal?.throwIfAborted();
      await pRetry(() => fetchOne(coordinates, options.signal), {
        retries: RETRIES,
        signal: options.signal,
      }).catch((cause) => {
        if (options.signal?.aborted) throw options.signal.reason;
        throw new LakehouseError({
          what: `Cannot download ${coordinates}`,
          why: cause instanceof LakehouseError
            ? cause.message
            : "Maven Central did not answer",
          next: "check the network, then run the same command again",
          cause,
        });
      });
      done += sizeOf(coordinates);
      options.onProgress?.({ done, total });
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker));
}
