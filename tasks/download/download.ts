/**
 * Real taxi trips: from the city's open data portal, or from a bucket that
 * holds them as Parquet files.
 *
 * @module
 */

import { join, resolve } from "node:path";
import { settings } from "../../lib/core/settings.ts";
import { checkFolder, claimFolder } from "./folder.ts";
import { areWhole } from "../../lib/trips/folder.ts";
import type { DownloadRecord } from "./record.ts";
import {
  bucketSource,
  type Fetched,
  type PortalOptions,
  portalSource,
  type Source,
} from "./source.ts";
import { LakehouseError } from "../../lib/core/errors.ts";
import { formatBytes, formatNumber } from "../../lib/core/format.ts";
import { interruptSignal, withLimit } from "../../lib/core/interrupt.ts";
import {
  type Progress,
  progress,
  type ProgressState,
} from "../../lib/show/progress.ts";

/** What to download; see {@linkcode downloadTrips}. */
export interface DownloadOptions extends PortalOptions {
  /**
   * Where from: `gs://bucket/folder` or `s3://bucket/folder`.
   *
   * @default {the city's open data portal, `PORTAL_URI`}
   */
  from?: string;
  /** Folder for the Parquet files. @default {settings().parquetDir} */
  dir?: string;
  /**
   * Whether generated files, or those of another download, are removed from
   * the folder first. Files nobody has a record of never are.
   *
   * @default {false}
   */
  replace?: boolean;
  /** Whether files that are gone from the bucket are removed. @default {false} */
  removeGone?: boolean;
  /** Longest time of a request without a sign of life, in milliseconds. @default {180_000} */
  requestLimitMs?: number;
  /** Pause before a failed request is sent again, in milliseconds; it doubles each time. @default {1_000} */
  retryWaitMs?: number;
  /** Stops the download; what has come stays, and the next call goes on. @default {interruptSignal()} */
  signal?: AbortSignal;
  /** Told how far it is, in place of a progress bar. */
  onProgress?: (progress: ProgressState) => void;
}

/** What a download did. */
export interface DownloadResult extends Omit<Fetched, "files"> {
  /** Trips in the files, or `undefined` from a bucket, where they are not counted. */
  rows: number | undefined;
  /** Paths of the Parquet files. */
  files: string[];
  /** Size of all files. */
  bytes: number;
  /** Seconds it took. */
  seconds: number;
}

const REQUEST_LIMIT_MS = 3 * 60_000;
const RETRY_WAIT_MS = 1_000;
const LIMIT_MS = 24 * 3_600_000;

/** Shows a bar, unless the caller wants to be told instead. */
function shown(onProgress: DownloadOptions["onProgress"]): Progress {
  if (!onProgress) return progress("Download");
  const done = () => Promise.resolve();
  return { update: onProgress, done, fail: done };
}

/** Whether all is there already; a damaged download is not passed over. */
function isThere(
  dir: string,
  source: Source,
  found: DownloadRecord | undefined,
  replace: boolean,
): found is DownloadRecord {
  if (!source.isFixed || !found?.complete) return false;
  const isWhole = areWhole(dir, found.files);
  if (isWhole || replace) return isWhole;
  throw new LakehouseError({
    what: `Cannot keep the download in ${dir}`,
    why: "some of its files are missing or have changed",
    next: "--replace to download them all again (in a notebook replace: true)",
  });
}

function outcome(
  { rows, files, bytes, fetched, gone }: DownloadResult,
  removed: boolean,
): string {
  const what = rows === undefined
    ? `${formatNumber(files.length)} files`
    : `${formatNumber(rows)} trips in ${formatNumber(files.length)} files`;
  return [
    `${what}, ${formatBytes(bytes)}`,
    fetched === 0 ? "there already" : "",
    gone.length > 0
      ? `${gone.length} no longer in the bucket, ${
        removed ? "removed" : "kept"
      }`
      : "",
  ].filter(Boolean).join(", ");
}

/**
 * Downloads real taxi trips as Parquet files with the product's 23 columns,
 * with a progress bar, and goes on where an earlier call stopped.
 *
 * From the portal the trips come in the order of time; its times are Chicago's
 * wall-clock time, kept as if they were UTC, as in the generated trips. From a
 * bucket the Parquet files come as they are: new ones and changed ones, by size
 * and entity tag. A record of the files, `_downloaded.json`, lies beside them:
 * they never mix with generated files, and files of anybody else are never
 * touched. Memory stays the same whatever the number of trips.
 *
 * @throws {LakehouseError} When an argument makes no sense, the folder holds something else, or the source cannot be reached or does not hold what is expected.
 * @throws {unknown} The signal's reason; what has come by then stays for the next call.
 * @example Usage
 * ```ts ignore
 * import { downloadTrips } from "./download.ts";
 *
 * const { rows, files } = await downloadTrips({ months: "2023-01..2023-03" });
 * console.log(rows, files.length);
 * ```
 */
export async function downloadTrips(
  options: DownloadOptions = {},
): Promise<DownloadResult> {
  const started = performance.now();
  const dir = resolve(options.dir ?? settings().parquetDir);
  const { replace = false, removeGone = false, from } = options;
  const source = from === undefined
    ? portalSource(options)
    : bucketSource(from, options);
  const signal = withLimit(
    options.signal ?? interruptSignal(),
    LIMIT_MS,
    "The download",
  );
  const result = ({ files, fetched, gone }: Fetched): DownloadResult => ({
    rows: from === undefined
      ? files.reduce((sum, file) => sum + (file.rows ?? 0), 0)
      : undefined,
    files: files.map(({ name }) => join(dir, name)),
    bytes: files.reduce((sum, file) => sum + file.bytes, 0),
    fetched,
    gone,
    seconds: (performance.now() - started) / 1000,
  });
  const bar = shown(options.onProgress);
  try {
    signal.throwIfAborted();
    const found = checkFolder(dir, source.arguments, replace);
    let ended: DownloadResult;
    if (isThere(dir, source, found, replace)) {
      ended = result({ files: found.files, fetched: 0, gone: [] });
    } else {
      using claim = claimFolder(dir, source.arguments, replace);
      ended = result(
        await source.fetch(claim, bar, {
          signal,
          requestLimitMs: options.requestLimitMs ?? REQUEST_LIMIT_MS,
          retryWaitMs: options.retryWaitMs ?? RETRY_WAIT_MS,
        }),
      );
    }
    await bar.done(outcome(ended, removeGone));
    return ended;
  } catch (error) {
    const isStop = signal.aborted;
    await bar.fail(
      isStop ? "stopped; the same command goes on from here" : "failed",
    );
    if (isStop || error instanceof LakehouseError) throw error;
    throw new LakehouseError({
      what: `Cannot download into ${dir}`,
      why: error instanceof Error ? error.message : String(error),
      next:
        "check the folder's disk and permissions, then run the same command again; it goes on where it stopped",
      cause: error,
    });
  }
}
