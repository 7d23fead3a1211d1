/**
 * When trips start: how many there were in each quarter of an hour, as weights.
 *
 * @module
 */

import shares from "./shares.json" with { type: "json" };
import { mix, NORMAL, QUANTILES } from "./random.ts";

/** Seconds in a quarter of an hour, to which the public data set rounds. */
export const SLOT_SECONDS = 900;

const SLOTS_PER_DAY = 96;
const DAY_MS = 86_400_000;

/** Trips in the public data set by year, in millions. */
const YEARLY_MILLIONS: Readonly<Record<number, number>> = shares.yearlyMillions;

/** Share of trips by hour of the day, in percent. */
export const HOURLY_PERCENT: readonly number[] = shares.hourlyPercent;

/** Share of trips by weekday from Sunday on, in percent. */
export const WEEKDAY_PERCENT: readonly number[] = shares.weekdayPercent;

/** Level of each month against the year's mean in an ordinary year. */
const SEASON = shares.season;
/** From the stay-at-home order of 16 March 2020 the trade almost stopped. */
const SEASON_2020 = shares.season2020;
const LEVEL_AFTER_16_MARCH_2020 = .1;
const SEASON_2021 = shares.season2021;

/** Level of single days, by month and day, against their neighbours. */
const HOLIDAYS: Readonly<Record<string, number>> = shares.holidays;

function levelOfDay(date: Date): number {
  const year = date.getUTCFullYear();
  const month = date.getUTCMonth();
  const day = date.getUTCDate();
  const season = { 2020: SEASON_2020, 2021: SEASON_2021 }[year] ?? SEASON;
  const level = year === 2020 && month === 2 && day >= 16
    ? LEVEL_AFTER_16_MARCH_2020
    : season[month]!;
  return level * (HOLIDAYS[`${month + 1}-${day}`] ?? 1);
}

/**
 * Weights by weekday and hour whose sums match {@linkcode WEEKDAY_PERCENT} and
 * {@linkcode HOURLY_PERCENT}, with late nights at the weekend and a morning
 * peak from Monday to Friday.
 */
export function weekPattern(): number[][] {
  const pattern: number[][] = WEEKDAY_PERCENT.map((_, weekday) =>
    HOURLY_PERCENT.map((_, hour) => {
      const weekend = weekday === 0 || weekday === 6;
      if (hour < 5) return weekend ? 2.2 : .6;
      if (hour < 11) return weekend ? .55 : 1.2;
      if (hour >= 21) return weekday === 5 || weekday === 6 ? 1.4 : .8;
      return 1;
    })
  );
  // Iterative proportional fitting: scale rows, then columns, until both fit.
  for (let round = 0; round < 50; round++) {
    pattern.forEach((row, weekday) => {
      const scale = WEEKDAY_PERCENT[weekday]! / row.reduce((a, b) => a + b);
      row.forEach((weight, hour) => row[hour] = weight * scale);
    });
    HOURLY_PERCENT.forEach((percent, hour) => {
      const sum = pattern.reduce((total, row) => total + row[hour]!, 0);
      for (const row of pattern) row[hour] = row[hour]! * percent / sum;
    });
  }
  return pattern;
}

/** Trips over time; see {@linkcode calendar}. */
export type Calendar = Readonly<ReturnType<typeof calendar>>;

/** Lays trips out over consecutive years. */
export function calendar(seed: number, years: readonly number[]) {
  const start = Date.UTC(years[0]!, 0);
  const dayOf = (year: number) => (Date.UTC(year, 0) - start) / DAY_MS;
  const yearDays = [...years, years.at(-1)! + 1].map(dayOf);
  const pattern = weekPattern();
  const cumulative = new Float64Array(yearDays.at(-1)! * SLOTS_PER_DAY);
  let slot = 0;
  let total = 0;
  for (const [i, year] of years.entries()) {
    const from = yearDays[i]!;
    const days = Array.from({ length: yearDays[i + 1]! - from }, (_, i) => {
      const day = from + i;
      const date = new Date(start + day * DAY_MS);
      const noise = NORMAL[(mix(seed ^ mix(day)) >>> 0) % QUANTILES]!;
      const level = levelOfDay(date) * (1 + .05 * noise);
      return { level, weekday: date.getUTCDay() };
    });
    const sum = days.reduce(
      (sum, { level, weekday }) => sum + level * WEEKDAY_PERCENT[weekday]!,
      0,
    );
    const scale = YEARLY_MILLIONS[year]! / sum / (SLOTS_PER_DAY / 24);
    for (const { level, weekday } of days) {
      const hours = pattern[weekday]!;
      for (let quarter = 0; quarter < SLOTS_PER_DAY; quarter++) {
        total += level * hours[quarter >> 2]! * scale;
        cumulative[slot++] = total;
      }
    }
  }
  for (let slot = 0; slot < cumulative.length; slot++) {
    cumulative[slot] = cumulative[slot]! / total;
  }
  return {
    /** Start of slot 0, in seconds since 1970, as Chicago's clocks showed it. */
    start: start / 1000,
    /** Trips before the end of each slot, as a share of all. */
    cumulative,
    /** The slot each year starts with, and the number of slots at the end. */
    yearSlots: yearDays.map((day) => day * SLOTS_PER_DAY),
  };
}

/** The slot in which `share` of all trips, in [0, 1), have started. */
export function slotAt({ cumulative }: Calendar, share: number): number {
  let low = 0;
  let high = cumulative.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (cumulative[middle]! > share) high = middle;
    else low = middle + 1;
  }
  return low;
}
