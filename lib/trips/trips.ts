/**
 * Makes trips, a batch of rows at a time, column by column.
 *
 * @module
 */

import { setLong, setNull } from "./parquet.ts";
import { SLOT_SECONDS, slotAt } from "./calendar.ts";
import * as money from "./money.ts";
import { AREAS, isAirport } from "./places.ts";
import { bits, choose, drawn, mix, NORMAL } from "./random.ts";
import { rowHash, uniform } from "./random.ts";
import shares from "./shares.json" with { type: "json" };
import type { TripModel } from "./trip_model.ts";

/** Numbers of a row's draws; the key takes five. */
// deno-fmt-ignore
const DRAW = {
  start: 0, pickup: 1, dropoff: 2, miles: 3, seconds: 4, end: 5, hidden: 6,
  pickupTract: 7, dropoffTract: 8, recorded: 9, waiting: 10, extras: 11,
  toll: 12, payment: 13, tipped: 14, tip: 15, wholeDollars: 16, owner: 17,
  taxi: 18, key: 20,
};

/** Rows whose census tracts are withheld for privacy. */
const HIDDEN_TRACT_SHARE = .3;
/** Rows whose miles are recorded as 0. */
const NO_MILES_SHARE = .27;
/** Rows whose miles lost a decimal place. */
const TENTH_MILES_SHARE = .05;
/** Tips given in whole dollars. */
const WHOLE_DOLLARS_SHARE = .25;

/** Pace of the traffic by hour of the day, against the day's mean. */
const TRAFFIC = shares.traffic;

/** Spread of the pace within an hour, by probability. */
const PACE = NORMAL.map((z) => Math.exp(.25 * z));

/** Mean minutes by twentieths of a mile: long trips are faster. */
const MINUTES = new Float64Array(1200)
  .map((_, twentieths) => 2.3 + 4.5 * (twentieths / 20) ** .72);

/** Fills the batch with rows `first` to `first + count - 1` of the run. */
export function fillTrips(
  model: TripModel,
  first: number,
  count: number,
): void {
  fillStarts(model, first, count);
  fillAreas(model, count);
  fillPlaces(model, count);
  fillRides(model, count);
  fillMoney(model, count);
  fillTaxis(model, count);
  fillKeys(model, first, count);
}

/**
 * Start times come from the inverse of the calendar's running total, at one
 * random point in each row's share, so rows are in chronological order.
 */
function fillStarts(model: TripModel, first: number, count: number): void {
  const { hash, slot, year, calendar, rows, seedHash } = model;
  const { trip_start_timestamp } = model.columns;
  const { cumulative, yearSlots, start } = calendar;
  const last = cumulative.length - 1;
  let at = slotAt(calendar, first / rows);
  let inYear = 0;
  for (let i = 0; i < count; i++) {
    const h = rowHash(seedHash, first + i);
    const share = (first + i + uniform(h, DRAW.start)) / rows;
    while (at < last && cumulative[at]! <= share) at++;
    while (yearSlots[inYear + 1]! <= at) inYear++;
    hash[i] = h;
    slot[i] = at;
    year[i] = inYear;
    setLong(trip_start_timestamp, i, (start + at * SLOT_SECONDS) * 1e6);
  }
}

function fillAreas(model: TripModel, count: number): void {
  const { hash, year, pickup, dropoff, geography } = model;
  const { pickups, dropoffs } = geography;
  for (let i = 0; i < count; i++) {
    const h = hash[i]!;
    const y = year[i]!;
    const from = choose(pickups, y, uniform(h, DRAW.pickup));
    pickup[i] = from;
    dropoff[i] = choose(dropoffs, y * AREAS + from, uniform(h, DRAW.dropoff));
  }
}

/**
 * A location is the middle of the census tract, or of the community area where
 * the tract is withheld. Withheld tracts are withheld at both ends.
 */
function fillPlaces(model: TripModel, count: number): void {
  const { hash, columns, geography } = model;
  const { firstPlace, tracts, latitude, longitude, tract } = geography;
  for (const end of ["pickup", "dropoff"] as const) {
    const areas = model[end];
    const draw = DRAW[`${end}Tract`];
    const area = columns[`${end}_community_area`];
    const census = columns[`${end}_census_tract`];
    const north = columns[`${end}_latitude`];
    const east = columns[`${end}_longitude`];
    const location = columns[`${end}_location`];
    for (let i = 0; i < count; i++) {
      const number = areas[i]!;
      if (number === 0) {
        setNull(area, i);
        setNull(census, i);
        setNull(north, i);
        setNull(east, i);
        setNull(location, i);
        continue;
      }
      const h = hash[i]!;
      let place = firstPlace[number]!;
      if (uniform(h, DRAW.hidden) < HIDDEN_TRACT_SHARE) {
        setNull(census, i);
      } else {
        const u = uniform(h, draw);
        place += 1 + ((u * u * tracts[number]!) | 0);
        setLong(census, i, tract[place]!);
      }
      // The high half of a small number stays 0.
      area.words[2 * i] = number;
      north.doubles[i] = latitude[place]!;
      east.doubles[i] = longitude[place]!;
      location.words[i] = place;
    }
  }
}

function fillRides(model: TripModel, count: number): void {
  const { hash, slot, pickup, dropoff, miles, geography, calendar } = model;
  const { trip_end_timestamp, trip_seconds, trip_miles } = model.columns;
  const { medianMiles, spread } = geography;
  for (let i = 0; i < count; i++) {
    const h = hash[i]!;
    const way = pickup[i]! * AREAS + dropoff[i]!;
    const z = drawn(NORMAL, h, DRAW.miles);
    const driven = medianMiles[way]! * Math.exp(spread[way]! * z);
    miles[i] = driven;

    const pace = TRAFFIC[(slot[i]! >> 2) % 24]! * drawn(PACE, h, DRAW.seconds);
    const minutes = Math.round(
      MINUTES[Math.min(MINUTES.length - 1, (driven * 20 + .5) | 0)]! * pace,
    );
    const seconds = minutes * 60;
    trip_seconds.words[2 * i] = seconds;
    // The start was rounded from anywhere within 15 minutes; so is the end.
    const slots = Math.floor(uniform(h, DRAW.end) + seconds / SLOT_SECONDS);
    const end = calendar.start + (slot[i]! + slots) * SLOT_SECONDS;
    setLong(trip_end_timestamp, i, end * 1e6);

    const u = uniform(h, DRAW.recorded);
    trip_miles.doubles[i] = u < NO_MILES_SHARE
      ? 0
      : Math.round((u < NO_MILES_SHARE + TENTH_MILES_SHARE ? 1 : 10) * driven) /
        10;
  }
}

/** All in cents, so that the total is exact. */
function fillMoney(model: TripModel, count: number): void {
  const { hash, year, years, pickup, dropoff, miles, payments } = model;
  const { trip_seconds, payment_type } = model.columns;
  const { fare, tips, tolls, extras, trip_total } = model.columns;
  for (let i = 0; i < count; i++) {
    const h = hash[i]!;
    const fromAirport = isAirport(pickup[i]!);
    const airport = fromAirport || isAirport(dropoff[i]!);

    // Long trips lead over expressways, with less waiting.
    const waiting = trip_seconds.words[2 * i]! *
      (.16 + .3 * uniform(h, DRAW.waiting)) / (1 + miles[i]! / 20);
    const ride = money.BASE_CENTS +
      money.stepCents(years[year[i]!]!) * ((9 * miles[i]! + waiting / 36) | 0);
    const extra = drawn(money.EXTRAS, h, DRAW.extras) +
      (fromAirport ? money.AIRPORT_DEPARTURE : 0);
    const toll = uniform(h, DRAW.toll) < money.TOLL.share
      ? money.TOLL.cents
      : 0;

    const table = 2 * year[i]! + (airport ? 1 : 0);
    const type = choose(payments, table, uniform(h, DRAW.payment));
    let tip = 0;
    if (
      (type === money.CREDIT_CARD || type === money.MOBILE) &&
      uniform(h, DRAW.tipped) < money.TIPPED_SHARE
    ) {
      tip = ride * drawn(money.TIP_RATIO, h, DRAW.tip);
      tip = uniform(h, DRAW.wholeDollars) < WHOLE_DOLLARS_SHARE
        ? Math.max(100, 100 * Math.round(tip / 100))
        : Math.max(1, Math.round(tip));
    }
    payment_type.words[i] = type;
    fare.doubles[i] = ride / 100;
    tips.doubles[i] = tip / 100;
    tolls.doubles[i] = toll / 100;
    extras.doubles[i] = extra / 100;
    trip_total.doubles[i] = (ride + tip + toll + extra) / 100;
  }
}

function fillTaxis(model: TripModel, count: number): void {
  const { hash, year, fleet, columns } = model;
  const { taxi_id, company } = columns;
  const { owners, size, era, firstTaxi, taxis } = fleet;
  for (let i = 0; i < count; i++) {
    const h = hash[i]!;
    const y = year[i]!;
    const owner = choose(owners, era[y]!, uniform(h, DRAW.owner));
    if (owner === size - 1) setNull(company, i);
    else company.words[i] = owner;
    // Some drive more than others.
    const u = uniform(h, DRAW.taxi);
    taxi_id.words[i] = firstTaxi[owner]! +
      ((u * Math.sqrt(u) * taxis[y * size + owner]!) | 0);
  }
}

/** Four hex digits of 16 bits as four bytes, high digit first. */
const HEX: Int32Array = (() => {
  const numbers = new Uint16Array(2 ** 16).map((_, i) => i << 8 | i >> 8);
  const digits = new Uint8Array(numbers.buffer).toHex();
  return new Int32Array(new TextEncoder().encode(digits).buffer);
})();

/**
 * The first 8 digits differ in all rows of a run, up to 2³² of them, since they
 * are a one-to-one scrambling of the row's number; the others depend on the
 * seed twice, so runs with other seeds have other keys.
 */
function fillKeys(model: TripModel, first: number, count: number): void {
  const { hash, seedHash } = model;
  const { words } = model.columns.unique_key;
  for (let i = 0; i < count; i++) {
    const h = hash[i]!;
    const other = mix(h ^ mix(seedHash + Math.floor((first + i) / 2 ** 32)));
    let at = 10 * i;
    for (let k = 0; k < 5; k++) {
      const word = k === 0 ? bits(h, DRAW.key) : bits(other, DRAW.key + k);
      words[at++] = HEX[word >>> 16]!;
      words[at++] = HEX[word & 0xffff]!;
    }
  }
}
