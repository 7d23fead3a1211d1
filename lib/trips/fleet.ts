/**
 * Who drives: companies with their shares of trips, and their taxis.
 *
 * @module
 */

import shares from "./shares.json" with { type: "json" };
import { bits, choices, sum } from "./random.ts";

/** Companies with their shares of trips up to 2016 and from 2017 on, in percent; the last one is none. */
const OWNERS = [...shares.companies, { name: "", early: 34, late: 0 }];

/** The companies' names, in the order of their codes. */
export const COMPANY_NAMES = shares.companies.map(({ name }) => name);

/** Taxis on the road up to 2016 and when the later fleet was at its largest. */
const FLEET_SIZE = [6400, 4600] as const;
/** Last year of the early fleet. */
const LAST_EARLY_YEAR = 2016;
/** Share of the later fleet that drove, by year. */
const ACTIVE: Readonly<Record<number, number>> = shares.activeShare;

const ID_WORDS = 16;
const ID_DIGITS = 8 * ID_WORDS;

function hexIds(seed: number, count: number): string[] {
  const words = new Int32Array(count * ID_WORDS)
    .map((_, i) => bits(bits(seed, (i / ID_WORDS) | 0), i % ID_WORDS));
  const digits = new Uint8Array(words.buffer).toHex();
  return Array.from(
    { length: count },
    (_, i) => digits.slice(i * ID_DIGITS, (i + 1) * ID_DIGITS),
  );
}

/**
 * Draws up the fleet: every taxi belongs to one company, or to none, for all of
 * its years; a company's taxis of 2017 and later are partly those it had before.
 */
export function fleet(seed: number, years: readonly number[]) {
  const shares = (["early", "late"] as const)
    .map((era) => OWNERS.map((owner) => owner[era]));
  const [early, late] = shares.map((percents, era) => {
    const total = sum(percents);
    return percents.map((percent) =>
      Math.ceil(FLEET_SIZE[era]! * percent / total)
    );
  });
  let count = 0;
  const firstTaxi = Int32Array.from(OWNERS, (_, i) => {
    const first = count;
    count += Math.max(early![i]!, late![i]!);
    return first;
  });
  return {
    /** Every taxi's id, 128 hex digits. */
    taxiIds: hexIds(seed, count),
    /** Chooses an owner: table 0 up to 2016, table 1 later; the last one is "none". */
    owners: choices(shares),
    /** Number of owners. */
    size: OWNERS.length,
    /** Table of a year, counted from the first. */
    era: years.map((year) => year <= LAST_EARLY_YEAR ? 0 : 1),
    /** First taxi of each owner. */
    firstTaxi,
    /** Taxis of each owner that drive, year after year. */
    taxis: Int32Array.from(
      years.flatMap((year) =>
        year <= LAST_EARLY_YEAR
          ? early!
          : late!.map((taxis) => Math.ceil(taxis * ACTIVE[year]!))
      ),
    ),
  };
}
