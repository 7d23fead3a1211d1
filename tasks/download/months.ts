/**
 * Which months to download, and which of the portal's datasets holds them.
 *
 * @module
 */

import { LakehouseError } from "../../lib/core/errors.ts";
import { FIRST_YEAR } from "../../lib/trips/data_set.ts";

/** A range of months, both ends included, as `2023-01`. */
export interface Months {
  /** First month. */
  readonly from: string;
  /** Last month. */
  readonly to: string;
}

/** A stretch of time in one of the portal's datasets. */
export interface Stretch {
  /** The dataset's identifier. */
  readonly dataset: string;
  /** First moment, as SODA writes it: Chicago's local time without a zone. */
  readonly start: string;
  /** First moment after it. */
  readonly end: string;
}

/** The city began a new dataset with 2024. */
const DATASETS = { until2023: "wrvz-psew", from2024: "ajtu-isnz" };
/** Where a download begins that names a number of trips only: a whole recent year. */
const DEFAULT_FROM = "2023-01";

function thisMonth(): string {
  return new Date().toISOString().slice(0, 7);
}

/**
 * Months from text: `2023-01`, or `2023-01..2023-03`. Without text from January
 * 2023 until today.
 *
 * @throws {LakehouseError} When the text is no range of months in the dataset's time.
 */
export function parseMonths(text: string | undefined): Months {
  if (text === undefined) return { from: DEFAULT_FROM, to: thisMonth() };
  const [from = "", to = from, ...rest] = text.trim().split("..");
  const isMonth = (month: string) => /^\d{4}-(0[1-9]|1[0-2])$/.test(month);
  const why = rest.length > 0 || !isMonth(from) || !isMonth(to)
    ? "months are written 2023-01, or 2023-01..2023-03"
    : from < `${FIRST_YEAR}-01`
    ? `the city's taxi trips begin with ${FIRST_YEAR}-01`
    : to > thisMonth()
    ? `${to} is in the future`
    : from > to
    ? "the range ends before it begins"
    : undefined;
  if (why === undefined) return { from, to };
  throw new LakehouseError({
    what: `Cannot download the months "${text}"`,
    why,
    next: "--months 2023-01..2023-03 for the first quarter of 2023",
  });
}

/** First moment of a month, as SODA writes it. */
function monthStart(year: number, month: number): string {
  return new Date(Date.UTC(year, month - 1)).toISOString().slice(0, 23);
}

/** The months as stretches of at most a year, in order, each in one dataset. */
export function stretches({ from, to }: Months): Stretch[] {
  const [firstYear, firstMonth] = from.split("-").map(Number) as [
    number,
    number,
  ];
  const [lastYear, lastMonth] = to.split("-").map(Number) as [number, number];
  return Array.from({ length: lastYear - firstYear + 1 }, (_, i) => {
    const year = firstYear + i;
    return {
      dataset: year <= 2023 ? DATASETS.until2023 : DATASETS.from2024,
      start: monthStart(year, i === 0 ? firstMonth : 1),
      end: monthStart(year, year === lastYear ? lastMonth + 1 : 13),
    };
  });
}
