/**
 * Trips from the city's open data portal, in the order of time.
 *
 * Paged by key, not by `$offset`: each question asks for what comes after the
 * last trip, within a few days, so it is as quick at the end of 200 million
 * trips as at their beginning, and an interrupted download loses nothing and
 * repeats nothing.
 *
 * @module
 */

import { LakehouseError } from "../../lib/core/errors.ts";
import { formatNumber } from "../../lib/core/format.ts";
import { refuseFullDisk } from "../../lib/trips/folder.ts";
import type { Claim } from "./folder.ts";
import type { Cursor, DownloadedFile } from "./record.ts";
import { type Months, type Stretch, stretches } from "./months.ts";
import { PassingError } from "./retry.ts";
import { CellError, columnProblem, ORDER, PORTAL_COLUMNS } from "./rows.ts";
import { cursorOf, type TripSink, tripSink } from "./sink.ts";
import {
  askPortal,
  columnError,
  RESUME_NEXT,
  type Soda,
  type SodaAnswer,
  type SodaRow,
} from "./soda.ts";

/** What to download, and where to. */
export interface PortalJob {
  /** The portal. */
  readonly soda: Soda;
  /** The folder. */
  readonly claim: Claim;
  /** Which months. */
  readonly months: Months;
  /** Most trips, the first of the months. */
  readonly rows: number;
  /** Trips per Parquet file. */
  readonly rowsPerFile: number;
  /** Most trips per request. */
  readonly rowsPerRequest: number;
  /** Told after each page. */
  readonly onProgress: (progress: PortalProgress) => void;
}

/** How far a download from the portal is. */
export interface PortalProgress {
  /** Trips that are there. */
  readonly rows: number;
  /** Trips of them that an earlier run has left. */
  readonly before: number;
  /** Trips wanted. */
  readonly total: number;
}

/** Some days that one request, or a few for a full day, can answer. */
interface Window extends Stretch {
  /** Trips the portal has counted in them. */
  readonly trips: number;
}

const DAY_MS = 86_400_000;
/** Measured, with some room: a trip in Parquet, and in a page. */
const BYTES_PER_ROW = { parquet: 120, page: 500 };

const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;

function condition({ start, end }: Stretch, cursor: Cursor | undefined) {
  const { time, key } = ORDER;
  const from = cursor && cursor.time > start ? cursor.time : start;
  const within = `${time} >= ${quoted(from)} AND ${time} < ${quoted(end)}`;
  if (!cursor || cursor.time < start) return within;
  return `${within} AND (${time} > ${quoted(cursor.time)} OR (${time} = ${
    quoted(cursor.time)
  } AND ${key} > ${quoted(cursor.key)}))`;
}

/** Trips that are to come, by day. */
async function countDays(
  soda: Soda,
  stretch: Stretch,
  cursor: Cursor | undefined,
): Promise<Window[]> {
  const { rows } = await askPortal(soda, stretch.dataset, {
    $select: `date_trunc_ymd(${ORDER.time}) AS day, count(*) AS trips`,
    $where: condition(stretch, cursor),
    $group: "day",
    $order: "day",
    $limit: "1000",
  });
  return rows.map(({ day, trips }) => {
    const date = Date.parse(`${day}Z`);
    if (Number.isNaN(date) || !Number.isSafeInteger(Number(trips))) {
      throw columnError(
        soda,
        stretch.dataset,
        `it counted ${JSON.stringify(trips)} trips on ${JSON.stringify(day)}`,
      );
    }
    return {
      dataset: stretch.dataset,
      start: String(day),
      end: new Date(date + DAY_MS).toISOString().slice(0, 23),
      trips: Number(trips),
    };
  });
}

/** Days in a row that together stay below the size of a page. */
function windows(days: readonly Window[], rowsPerRequest: number): Window[] {
  const all: Window[] = [];
  for (const day of days) {
    const last = all.at(-1);
    if (
      last?.dataset === day.dataset && last.trips + day.trips < rowsPerRequest
    ) {
      all[all.length - 1] = {
        ...last,
        end: day.end,
        trips: last.trips + day.trips,
      };
    } else all.push(day);
  }
  return all;
}

async function plan(
  { soda, months, rows, rowsPerRequest }: PortalJob,
  sink: TripSink,
): Promise<{ all: Window[]; total: number }> {
  const days: Window[] = [];
  let total = sink.rows;
  for (const stretch of stretches(months)) {
    if (total >= rows) break;
    if (sink.cursor && sink.cursor.time >= stretch.end) continue;
    for (const day of await countDays(soda, stretch, sink.cursor)) {
      days.push(day);
      total += day.trips;
    }
  }
  return { all: windows(days, rowsPerRequest), total: Math.min(total, rows) };
}

const isBefore = (a: Cursor, b: Cursor) =>
  a.time < b.time || (a.time === b.time && a.key < b.key);

function checkOrder(
  soda: Soda,
  { dataset }: Window,
  rows: readonly SodaRow[],
  cursor: Cursor | undefined,
): void {
  let before = cursor;
  for (const row of rows) {
    const at = cursorOf(row);
    if (!row[ORDER.key] || !row[ORDER.time]) {
      throw columnError(
        soda,
        dataset,
        `trip ${at.key} of ${at.time} has no key or no start`,
      );
    }
    if (before && !isBefore(before, at)) {
      throw columnError(
        soda,
        dataset,
        `trip ${at.key} does not come after trip ${before.key}, so the portal does not keep to the order asked for`,
      );
    }
    before = at;
  }
}

/** Asks for the next trips of a window; fewer than `limit` are its last ones. */
async function fetchPage(
  soda: Soda,
  window: Window,
  cursor: Cursor | undefined,
  limit: number,
  expected: number,
): Promise<readonly SodaRow[]> {
  const { dataset, start, end } = window;
  const answer: SodaAnswer = await askPortal(soda, dataset, {
    $select: PORTAL_COLUMNS.join(","),
    $where: condition(window, cursor),
    $order: `${ORDER.time},${ORDER.key}`,
    $limit: String(limit),
  }, (rows) => {
    if (rows.length >= Math.min(limit, expected)) return;
    throw new PassingError(
      `the portal counted ${
        formatNumber(expected)
      } trips from ${start} to ${end} and gave ${
        formatNumber(rows.length)
      }; it may be under way with an update`,
      {},
    );
  });
  const problem = columnProblem(answer.rows, answer.fields);
  if (problem) throw columnError(soda, dataset, problem);
  checkOrder(soda, window, answer.rows, cursor);
  return answer.rows;
}

async function fetchWindow(
  job: PortalJob,
  sink: TripSink,
  window: Window,
  onPage: () => void,
): Promise<void> {
  const { soda } = job;
  let expected = window.trips;
  for (;;) {
    const limit = Math.min(
      job.rowsPerRequest,
      sink.room,
      job.rows - sink.rows,
    );
    if (limit <= 0) return;
    soda.signal.throwIfAborted();
    const rows = await fetchPage(soda, window, sink.cursor, limit, expected);
    if (rows.length > 0) {
      try {
        await sink.add(rows);
      } catch (error) {
        if (!(error instanceof CellError)) throw error;
        throw columnError(soda, window.dataset, error.message, error);
      }
      onPage();
    }
    if (rows.length < limit) return;
    expected = Math.max(0, expected - rows.length);
  }
}

/**
 * Downloads the trips that are not there yet, and leaves complete Parquet files.
 *
 * @returns The files of the download, and how many trips came in this run.
 * @throws {LakehouseError} When the portal cannot be reached or does not answer as expected, or has no trips.
 * @throws The signal's reason; what has come by then stays for the next run.
 */
export async function fetchPortal(
  job: PortalJob,
): Promise<{ files: readonly DownloadedFile[]; fetched: number }> {
  const { soda, claim, rowsPerFile, months } = job;
  using sink = tripSink(claim, rowsPerFile);
  await sink.settle();
  const before = sink.rows;
  const { all, total } = await plan(job, sink);
  if (total === 0) {
    throw new LakehouseError({
      what: `Cannot download trips from ${soda.uri}`,
      why: `it has none from ${months.from} to ${months.to}`,
      next: "ask for earlier months",
    });
  }
  refuseFullDisk(
    claim.dir,
    "download",
    (total - before) * BYTES_PER_ROW.parquet +
      Math.min(total, rowsPerFile) * BYTES_PER_ROW.page,
  );
  const report = () => job.onProgress({ rows: sink.rows, before, total });
  report();
  for (const window of all) await fetchWindow(job, sink, window, report);
  if (sink.rows < total) {
    throw new LakehouseError({
      what: `Cannot download ${formatNumber(total)} trips`,
      why: `the portal gave ${formatNumber(sink.rows)}`,
      next: RESUME_NEXT,
    });
  }
  await sink.end();
  return { files: sink.files, fetched: sink.rows - before };
}
