/**
 * Where trips come from, and which arguments decide the files.
 *
 * @module
 */

import { settings } from "../../lib/core/settings.ts";
import { LakehouseError } from "../../lib/core/errors.ts";
import { formatNumber } from "../../lib/core/format.ts";
import type { Progress, ProgressState } from "../../lib/show/progress.ts";
import { fetchBucket } from "./bucket.ts";
import type { Claim } from "./folder.ts";
import type { FolderRecord } from "../../lib/trips/folder.ts";
import type { DownloadedFile } from "./record.ts";
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

/** Which trips to take from the portal, and in what portions. */
export interface PortalOptions {
  /**
   * Months to take from the portal, `2023-01` or `2023-01..2023-03`.
   *
   * @default {from January 2023 until `rows` are there}
   */
  months?: string;
  /**
   * Most trips to take from the portal, a count (not millions): the first ones
   * of the months.
   *
   * @default {all of `months`; without months what `ROWS` asks for}
   */
  rows?: number;
  /** Trips per Parquet file from the portal. @default {250_000} */
  rowsPerFile?: number;
  /** Most trips per request to the portal, 50,000 at most. @default {25_000} */
  rowsPerRequest?: number;
}

/** What a source gave. */
export interface Fetched {
  /** All files of the download. */
  files: readonly DownloadedFile[];
  /** What came in this run: trips from the portal, files from a bucket. */
  fetched: number;
  /** Names of files that are gone from the bucket: kept, or removed if asked for. */
  gone: readonly string[];
}

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
  readonly arguments: FolderRecord["arguments"];
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
export function portalSource(options: PortalOptions): Source {
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
export function bucketSource(
  from: string,
  options: PortalOptions & { removeGone?: boolean },
): Source {
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
