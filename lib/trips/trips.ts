/**
 * Makes trips, a batch of rows at a time, column by column.
 *
 * @module
 */

import { SLOT_SECONDS, slotAt } from "./calendar.ts";
import {
  AIRPORT_DEPARTURE,
  CREDIT_CARD,
  EXTRAS,
  MOBILE,
  TIP_RATIO,
  TIPPED_SHARE,
  TOLL,
} from "./money.ts";
import { AREAS, MIDWAY, OHARE } from "./places.ts";
import {
  bits,
  choose,
  mix,
  NORMAL,
  QUANTILES,
  rowHash,
  uniform,
} from "./random.ts";
import { setLong, setNull } from "./arrow.ts";
import { DRAW, type TripColumns, type TripModel } from "./trip_model.ts";

/** Rows whose census tracts are withheld for privacy. */
const HIDDEN_TRACT_SHARE = .3;
/** Rows whose miles are recorded as 0. */
const NO_MILES_SHARE = .27;
/** Rows whose miles lost a decimal place. */
const TENTH_MILES_SHARE = .05;
/** Tips given in whole dollars. */
const WHOLE_DOLLARS_SHARE = .25;

/**
 * Pace of the traffic by hour of the day, against the day's mean.
 */
// deno-fmt-ignore
const TRAFFIC = [
  .8, .78, .76, .76, .78, .82, .92, 1.06, 1.16, 1.1, 1.04, 1.04,
  1.06, 1.06, 1.08, 1.12, 1.18, 1.2, 1.1, .98, .92, .9, .88, .84,
];

/** Spread of the pace within an hour, by probability. */
const PACE = NORMAL.map((z) => Math.exp(.25 * z));

/** Mean minutes by twentieths of a mile: long trips are faster. */
const MINUTES = Float64Array.from(
  { length: 1200 },
  (_, twentieths) => 2.3 + 4.5 * (twentieths / 20) ** .72,
);

/** Fills `columns` with rows `first` to `first + count - 1` of the run. */
export function fillTrips(
  model: TripModel,
  columns: TripColumns,
  first: number,
  count: number,
): void {
  fillStarts(model, columns, first, count);
  fillAreas(model, count);
  fillPlaces(model, columns, count);
  fillRides(model, columns, count);
  fillMoney(model, columns, count);
  fillTaxis(model, columns, count);
  fillKeys(model, columns, first, count);
}

/**
 * Start times come from the inverse of the calendar's running total, at one
 * random point in each row's share, so rows are in chronological order.
 */
function fillStarts(
  model: TripModel,
  { trip_start_timestamp }: TripColumns,
  first: number,
  count: number,
): void {
  const { hash, slot, year, calendar, rows, seedHash } = model;
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
function fillPlaces(
  model: TripModel,
  columns: TripColumns,
  count: number,
): void {
  const { hash, geography } = model;
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
      area.words[2 * i] = number;
      north.doubles[i] = latitude[place]!;
      east.doubles[i] = longitude[place]!;
      location.words[i] = place;
    }
  }
}

function fillRides(
  model: TripModel,
  { trip_end_timestamp, trip_seconds, trip_miles }: TripColumns,
  count: number,
): void {
  const { hash, slot, pickup, dropoff, miles, geography, calendar } = model;
  const { medianMiles, spread } = geography;
  for (let i = 0; i < count; i++) {
    const h = hash[i]!;
    const way = pickup[i]! * AREAS + dropoff[i]!;
    const z = NORMAL[(uniform(h, DRAW.miles) * QUANTILES) | 0]!;
    const driven = medianMiles[way]! * Math.exp(spread[way]! * z);
    miles[i] = driven;

    const pace = TRAFFIC[(slot[i]! >> 2) % 24]! *
      PACE[(uniform(h, DRAW.seconds) * QUANTILES) | 0]!;
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

const isAirport = (area: number) => area === OHARE || area === MIDWAY;

/** All in cents, so that the total is exact. */
function fillMoney(
  model: TripModel,
  columns: TripColumns,
  count: number,
): void {
  const { hash, year, pickup, dropoff, miles, tariffs, payments } = model;
  const { trip_seconds, payment_type } = columns;
  const { fare, tips, tolls, extras, trip_total } = columns;
  for (let i = 0; i < count; i++) {
    const h = hash[i]!;
    const { base, step } = tariffs[year[i]!]!;
    const fromAirport = isAirport(pickup[i]!);
    const airport = fromAirport || isAirport(dropoff[i]!);

    // Long trips lead over expressways, with less waiting.
    const waiting = trip_seconds.words[2 * i]! *
      (.16 + .3 * uniform(h, DRAW.waiting)) / (1 + miles[i]! / 20);
    const ride = base + step * ((9 * miles[i]! + waiting / 36) | 0);
    const extra = EXTRAS[(uniform(h, DRAW.extras) * QUANTILES) | 0]! +
      (fromAirport ? AIRPORT_DEPARTURE : 0);
    const toll = uniform(h, DRAW.toll) < TOLL.share ? TOLL.cents : 0;

    const type = choose(
      payments,
      2 * year[i]! + (airport ? 1 : 0),
      uniform(h, DRAW.payment),
    );
    let tip = 0;
    if (
      (type === CREDIT_CARD || type === MOBILE) &&
      uniform(h, DRAW.tipped) < TIPPED_SHARE
    ) {
      tip = ride * TIP_RATIO[(uniform(h, DRAW.tip) * QUANTILES) | 0]!;
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

function fillTaxis(
  { hash, year, fleet }: TripModel,
  { taxi_id, company }: TripColumns,
  count: number,
): void {
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
const HEX: Uint32Array = (() => {
  const table = new Uint32Array(2 ** 16);
  const bytes = new DataView(table.buffer);
  for (let i = 0; i < table.length; i++) {
    const digits = i.toString(16).padStart(4, "0");
    for (let k = 0; k < 4; k++) bytes.setUint8(4 * i + k, digits.charCodeAt(k));
  }
  return table;
})();

/**
 * The first 8 digits differ in all rows of a run, up to 2³² of them, since they
 * are a one-to-one scrambling of the row's number; the others depend on the
 * seed twice, so runs with other seeds have other keys.
 */
function fillKeys(
  { hash, seedHash }: TripModel,
  { unique_key }: TripColumns,
  first: number,
  count: number,
): void {
  const { words } = unique_key;
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
