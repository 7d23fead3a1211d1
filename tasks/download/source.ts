/**
 * Where trips come from, and which arguments decide the files.
 *
 * @module
 */

import { settings } from "../../lib/core/settings.ts";
import type { DownloadOptions, DownloadResult } from "./download.ts";
import { LakehouseError } from "../../lib/core/errors.ts";
import { formatNumber } from "../../lib/core/format.ts";
import type { Progress, ProgressState } from "../../lib/show/progress.ts";
import { fetchBucket } from "./bucket.ts";
import type { Claim } from "./folder.ts";
import type { DownloadArguments, DownloadedFile } from "./manifest.ts";
import { parseMonths } from "./months.ts";
import { parseBucket } from "./bucket_objects.ts";
import { fetchPortal } from "./portal.ts";
import type { RetryOptions } from "./retry.ts";
import { bucketSettings, portalSettings } from "./settings.ts";

const ROWS_PER_FILE = 250_000;
const ROWS_PER_REQUEST = 25_000;
const MOST_ROWS_PER_REQUEST = 50_000;
const MOST_ROWS_PER_FILE = 1_000_000;
/** Counts up when the same arguments give other files than before. */
const VERSION = 1;

/** What a source gave. */
export type Fetched = Pick<DownloadResult, "fetched" | "gone"> & {
  /** All files of the download. */
  files: readonly DownloadedFile[];
};

function checkCount(what: string, value: number, most: number): number {
  if (Number.isSafeInteger(value) && value >= 1 && value <= most) return value;
  throw new LakehouseError({
    what: `Cannot download with ${what} "${value}"`,
    why: `${what} is a positive whole number${
      most < Number.MAX_SAFE_INTEGER ? ` of at most ${formatNumber(most)}` : ""
    }`,
    next: "--rows 5 for five million, --rows 0.1 for a hundred thousand",
  });
}

/** A source with what decides its files. */
export interface Source {
  /** What decides its files. */
  readonly arguments: DownloadArguments;
  /** Whether a complete download needs no further look at the source. */
  readonly isFixed: boolean;
  /** Downloads what is not there yet. */
  fetch(
    claim: Claim,
    bar: Progress,
    retry: Omit<RetryOptions, "onWait">,
  ): Promise<Fetched>;
}

/**
 * The city's open data portal.
 *
 * @throws {LakehouseError} When an argument makes no sense.
 */
export function portalSource(options: DownloadOptions): Source {
  const soda = portalSettings();
  const months = parseMonths(options.months);
  const { MAX_SAFE_INTEGER } = Number;
  const rows = checkCount(
    "rows",
    options.rows ??
      (options.months ? MAX_SAFE_INTEGER : Math.round(settings().rows * 1e6)),
    MAX_SAFE_INTEGER,
  );
  const rowsPerFile = checkCount(
    "rowsPerFile",
    options.rowsPerFile ?? ROWS_PER_FILE,
    MOST_ROWS_PER_FILE,
  );
  const rowsPerRequest = checkCount(
    "rowsPerRequest",
    options.rowsPerRequest ?? ROWS_PER_REQUEST,
    MOST_ROWS_PER_REQUEST,
  );
  return {
    arguments: {
      source: soda.uri,
      months: options.months ?? `${months.from}..`,
      rows: rows === MAX_SAFE_INTEGER ? "all" : rows,
      rowsPerFile,
      version: VERSION,
    },
    isFixed: true,
    async fetch(claim, bar, retry) {
      let [done, total] = [0, 0];
      const update = (detail?: string) =>
        bar.update({
          done,
          ...(total > 0 ? { total } : {}),
          unit: "trips",
          ...(detail ? { detail } : {}),
        });
      const found = await fetchPortal({
        soda: { ...soda, ...retry, onWait: update },
        claim,
        months,
        rows,
        rowsPerFile,
        rowsPerRequest,
        onProgress(now) {
          // Counted from here, so that the rate is that of this run.
          [done, total] = [now.rows - now.before, now.total - now.before];
          update(
            now.before > 0
              ? `${formatNumber(now.before)} were there already`
              : undefined,
          );
        },
      });
      return { ...found, gone: [] };
    },
  };
}

/**
 * A bucket that holds the trips as Parquet files.
 *
 * @throws {LakehouseError} When an argument makes no sense, or a key is not set.
 */
export function bucketSource(from: string, options: DownloadOptions): Source {
  if (options.months !== undefined || options.rows !== undefined) {
    throw new LakehouseError({
      what: `Cannot choose months or trips of ${from}`,
      why: "a bucket's files are copied as they are",
      next: "leave --months and --rows out, or leave --from out",
    });
  }
  const source = parseBucket(from);
  const keys = bucketSettings();
  return {
    arguments: { source: source.uri, version: VERSION },
    isFixed: false,
    async fetch(claim, bar, retry) {
      let state: ProgressState = { done: 0, unit: "bytes" };
      const update = (next: ProgressState) => bar.update(state = next);
      return await fetchBucket({
        ...keys,
        ...retry,
        source,
        claim,
        removeGone: options.removeGone ?? false,
        onWait: (detail) => update({ ...state, detail }),
        onProgress: ({ bytes, total }) =>
          update({ done: bytes, total, unit: "bytes" }),
      });
    },
  };
}
