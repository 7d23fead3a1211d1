/**
 * Who drives: companies with their shares of trips, and their taxis.
 *
 * @module
 */

import { bits, type Choices, choices, sum } from "./random.ts";

/** A company, its share of trips up to 2016 and from 2017 on, in percent. */
type CompanyShares = readonly [name: string, early: number, late: number];

/** Trips of taxis without a company, up to 2016, in percent. */
const INDEPENDENT_PERCENT = 34;

const COMPANIES: readonly CompanyShares[] = [
  ["Taxi Affiliation Services", 29, 18],
  ["Flash Cab", 3, 17],
  ["Sun Taxi", .5, 8],
  ["Chicago Carriage Cab Corp", .5, 7.5],
  ["City Service", .5, 7],
  ["Dispatch Taxi Affiliation", 8, .3],
  ["Choice Taxi Association", 6, 3],
  ["Blue Ribbon Taxi Association Inc.", 5, 2.8],
  ["Northwest Management LLC", 2.5, .3],
  ["KOAM Taxi Association", 1.6, .6],
  ["Top Cab Affiliation", 1.4, .8],
  ["Chicago Medallion Leasing INC", 1.4, .5],
  ["Chicago Medallion Management", .9, .6],
  ["Medallion Leasin", .3, 5.2],
  ["Star North Management LLC", .2, 4.6],
  ["Globe Taxi", .2, 3.2],
  ["Nova Taxi Affiliation Llc", .2, 2.6],
  ["24 Seven Taxi", .1, 2.4],
  ["Patriot Taxi Dba Peace Taxi Association", .1, 1.8],
  ["Chicago Independents", .1, 1.7],
  ["Taxicab Insurance Agency, LLC", 0, 1.6],
  ["Blue Diamond", .1, 1.5],
  ["Checker Taxi Affiliation", .3, 1.2],
  ["Chicago Taxicab", .1, 1],
  ["5 Star Taxi", 0, 1],
  ["American United Taxi Affiliation", .2, .8],
  ["Setare Inc", .1, .8],
  ["U Taxicab", 0, .6],
  ["Gold Coast Taxi", .1, .5],
  ["Metro Jet Taxi A.", 0, .5],
  ["312 Medallion Management Corp", 0, .5],
  ["Yellow Cab", .3, .4],
  ["Checker Taxi", .2, .3],
  ["Suburban Dispatch LLC", .1, .2],
  ["303 Taxi", .1, .2],
  ["Leonard Cab Co", 0, .2],
  ["Petani Cab Corp", 0, .2],
  ["Chicago Star Taxicab", 0, .2],
  ["RC Andrews Cab", 0, .15],
  ["Santamaria Express", 0, .15],
  ["Tac - Yellow Cab Association", 0, .15],
  ["Tac - Checker Cab Association", 0, .1],
  ["Royal 3 CCC Chicago Taxi A", 0, .1],
  ["Wolley Taxi", 0, .1],
  ["JBL Cab Inc.", 0, .1],
];

/** The companies' names, in the order of their codes. */
export const COMPANY_NAMES: readonly string[] = COMPANIES.map(([name]) => name);

/** Taxis on the road up to 2016 and when the later fleet was at its largest. */
const FLEET_SIZE = [6400, 4600] as const;
/** Last year of the early fleet. */
const LAST_EARLY_YEAR = 2016;
/** Share of the later fleet that drove, by year. */
// deno-fmt-ignore
const ACTIVE: Readonly<Record<number, number>> = {
  2017: 1, 2018: .95, 2019: .85, 2020: .6, 2021: .5, 2022: .55, 2023: .6,
};

/** Taxis and who owns them; see {@linkcode fleet}. */
export interface Fleet {
  /** Every taxi's id, 128 hex digits. */
  readonly taxiIds: readonly string[];
  /** Chooses an owner: table 0 up to 2016, table 1 later; the last one is "none". */
  readonly owners: Choices;
  /** Number of owners. */
  readonly size: number;
  /** Table of a year, counted from the first. */
  readonly era: readonly number[];
  /** First taxi of each owner. */
  readonly firstTaxi: Int32Array;
  /** Taxis of each owner that drive, year after year. */
  readonly taxis: Int32Array;
}

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
export function fleet(seed: number, years: readonly number[]): Fleet {
  const owners = [...COMPANIES, ["", INDEPENDENT_PERCENT, 0] as const];
  const shares = ([1, 2] as const).map((era) => owners.map((o) => o[era]));
  const [early, late] = shares.map((percents, era) => {
    const total = sum(percents);
    return percents.map((percent) =>
      Math.ceil(FLEET_SIZE[era]! * percent / total)
    );
  });
  let count = 0;
  const firstTaxi = Int32Array.from(owners, (_, i) => {
    const first = count;
    count += Math.max(early![i]!, late![i]!);
    return first;
  });
  return {
    taxiIds: hexIds(seed, count),
    owners: choices(shares),
    size: owners.length,
    era: years.map((year) => year <= LAST_EARLY_YEAR ? 0 : 1),
    firstTaxi,
    taxis: Int32Array.from(
      years.flatMap((year) =>
        year <= LAST_EARLY_YEAR
          ? early!
          : late!.map((taxis) => Math.ceil(taxis * ACTIVE[year]!))
      ),
    ),
  };
}
