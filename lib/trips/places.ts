/**
 * Where trips start and end: shares of the community areas, census tracts, and
 * how far it is from one area to another.
 *
 * Area 0 stands for "outside the city" throughout; its columns are null.
 *
 * @module
 */

import { COMMUNITY_AREAS } from "./data_set.ts";
import shares from "./shares.json" with { type: "json" };
import { choices, sum } from "./random.ts";

/** O'Hare airport's community area. */
export const OHARE = 76;
/** Midway airport's community area. */
export const MIDWAY = 56;

/** Areas, "outside the city" included. */
export const AREAS: number = COMMUNITY_AREAS.length + 1;

/** Share of the trips that start in the city by pickup area, in percent. */
const PICKUP_PERCENT: Readonly<Record<number, number>> = shares.pickupPercent;

/** Weights among the areas that share the rest; those left out have 0.04. */
const REST_WEIGHT: Readonly<Record<number, number>> = shares.restWeight;

/** Airport trips against those of 2013–2016, by year. */
const AIRPORT_FACTOR: Readonly<Record<number, number>> = shares.airportFactor;

/** Trips that start outside the city, in percent of all. */
const PICKUP_OUTSIDE_PERCENT = 4;
/** Trips that end outside the city: from the city, from O'Hare, from outside. */
const DROPOFF_OUTSIDE_PERCENT = { city: 5, ohare: 22, outside: 45 };
/** Trips from elsewhere in the city that end at an airport, in percent, 2013–2016. */
const TO_AIRPORT_PERCENT = { ohare: 3.4, midway: 1 };

/** Miles within which half of a trip's chances to end at a near area lie. */
const NEAR_MILES = 1.05;
/** Chance of a far area against a near one of equal weight. */
const FAR_CHANCE = .018;

function pickupShares(): number[] {
  const rest = COMMUNITY_AREAS.map(({ number }) =>
    number in PICKUP_PERCENT ? 0 : REST_WEIGHT[number] ?? .04
  );
  const scale = 100 - sum(Object.values(PICKUP_PERCENT));
  const total = sum(rest);
  return [
    0,
    ...rest.map((weight, i) => PICKUP_PERCENT[i + 1] ?? weight * scale / total),
  ];
}

/** Miles between the middles of two areas as the crow flies. */
export function crowMiles(from: number, to: number): number {
  const a = COMMUNITY_AREAS[from - 1]!;
  const b = COMMUNITY_AREAS[to - 1]!;
  const milesPerDegree = 69.05;
  const north = (a.latitude - b.latitude) * milesPerDegree;
  const east = (a.longitude - b.longitude) * milesPerDegree *
    Math.cos(41.88 * Math.PI / 180);
  return Math.hypot(north, east);
}

/** Whether the area holds an airport. */
export const isAirport = (area: number) => area === OHARE || area === MIDWAY;

function pickupWeights(shares: readonly number[], airport: number): number[] {
  const weights = shares.map((share, area) =>
    isAirport(area) ? share * airport : share
  );
  weights[0] = sum(weights) * PICKUP_OUTSIDE_PERCENT /
    (100 - PICKUP_OUTSIDE_PERCENT);
  return weights;
}

/** Weights of the city's areas for trips from `from`, airports left out. */
function cityWeights(shares: readonly number[], from: number): number[] {
  return shares.map((share, to) => {
    if (to === 0 || isAirport(to)) return 0;
    if (from === 0 || isAirport(from)) return share;
    const near = Math.exp(-crowMiles(from, to) / NEAR_MILES);
    return share * (near + FAR_CHANCE);
  });
}

function dropoffWeights(
  city: readonly number[],
  from: number,
  airport: number,
): number[] {
  const { outside, ohare, city: usual } = DROPOFF_OUTSIDE_PERCENT;
  const toOutside = from === 0 ? outside : from === OHARE ? ohare : usual;
  const toMidway = from === MIDWAY ? .5 : TO_AIRPORT_PERCENT.midway * airport;
  const toOhare = from === OHARE ? .5 : TO_AIRPORT_PERCENT.ohare * airport;
  const rest = 100 - (toOutside + toMidway + toOhare);
  const total = sum(city);
  const weights = city.map((weight) => weight * rest / total);
  weights[0] = toOutside;
  weights[MIDWAY] = toMidway;
  weights[OHARE] = toOhare;
  return weights;
}

/** Spread of a trip's miles: they are `miles` times e to the power of a normal variable. */
export interface Way {
  /** Median of the miles driven. */
  readonly miles: number;
  /** Standard deviation of their logarithm. */
  readonly spread: number;
}

/** The way from one area to another by road. */
export function way(from: number, to: number): Way {
  if (from === 0 || to === 0) {
    const airport = from === OHARE || to === OHARE;
    return { miles: airport ? 11 : 4.5, spread: .55 };
  }
  const crow = crowMiles(from, to);
  if (isAirport(from) || isAirport(to)) {
    return { miles: crow + 2, spread: .035 };
  }
  return {
    miles: Math.hypot(crow * 1.22, .88),
    spread: .16 + .42 * Math.exp(-crow / 1.8),
  };
}

/** A point the public data set gives as a location: an area's or a tract's middle. */
export interface Place {
  /** Community area. */
  readonly area: number;
  /** Census tract of 11 digits, or `undefined` for an area's middle. */
  readonly tract: number | undefined;
  /** Degrees north. */
  readonly latitude: number;
  /** Degrees east. */
  readonly longitude: number;
}

const ILLINOIS_COOK_COUNTY = 17031000000;
const AIRPORT_TRACT: Readonly<Record<number, number>> = {
  [OHARE]: ILLINOIS_COOK_COUNTY + 980000,
  [MIDWAY]: ILLINOIS_COOK_COUNTY + 980100,
};

/** Tracts of an area: more where more trips start. */
function tractsOf(area: number): number {
  if (isAirport(area)) return 1;
  return area === 8 ? 18 : (PICKUP_PERCENT[area] ?? 0) > 5 ? 12 : 6;
}

/** Six decimals, a tenth of a metre. */
const round = (degrees: number) => Math.round(degrees * 1e6) / 1e6;

/**
 * Places by area: first the area's middle, then its tracts on a spiral around
 * it. As in the real numbering, a tract's number begins with its area's.
 */
export function placesByArea(): Place[][] {
  return COMMUNITY_AREAS.map(({ number: area, latitude, longitude }) => {
    const tracts = tractsOf(area);
    return [
      { area, tract: undefined, latitude, longitude },
      ...Array.from({ length: tracts }, (_, i) => {
        const angle = i * 2.399963 + area;
        const degrees = tracts === 1
          ? .002
          : .011 * Math.sqrt((i + .5) / tracts);
        return {
          area,
          tract: AIRPORT_TRACT[area] ??
            ILLINOIS_COOK_COUNTY + area * 10_000 + (i + 1) * 100,
          latitude: round(latitude + degrees * Math.sin(angle)),
          longitude: round(longitude + degrees * Math.cos(angle)),
        };
      }),
    ];
  });
}

/** Everything the generator draws places from; see {@linkcode geography}. */
export type Geography = Readonly<ReturnType<typeof geography>>;

/** Builds the tables for these years. */
export function geography(years: readonly number[]) {
  const byArea = placesByArea();
  const places = byArea.flat();
  const areas = Array.from({ length: AREAS }, (_, area) => area);
  const ways = areas.flatMap((from) => areas.map((to) => way(from, to)));
  const shares = pickupShares();
  const cities = areas.map((from) => cityWeights(shares, from));
  const factors = years.map((year) => AIRPORT_FACTOR[year] ?? 1);
  return {
    /** All places, area by area. */
    places,
    /** {@linkcode Place.latitude} of each place, and its other values. */
    latitude: Float64Array.from(places, (place) => place.latitude),
    longitude: Float64Array.from(places, (place) => place.longitude),
    /** 0 for an area's middle. */
    tract: Float64Array.from(places, (place) => place.tract ?? 0),
    /** Index in `places` of each area's middle; its tracts follow. Area 0 has -1. */
    firstPlace: Int32Array.from(
      areas,
      (number) => places.findIndex(({ area }) => area === number),
    ),
    /** Number of tracts of each area. */
    tracts: Int32Array.from(areas, (area) => area ? tractsOf(area) : 0),
    /** Chooses a pickup area: one table a year. */
    pickups: choices(factors.map((f) => pickupWeights(shares, f))),
    /** Chooses a dropoff area: table `year * AREAS + pickup area`. */
    dropoffs: choices(
      factors.flatMap((f) =>
        cities.map((c, from) => dropoffWeights(c, from, f))
      ),
    ),
    /** {@linkcode Way.miles} of a way, by `pickup * AREAS + dropoff`; so is its spread. */
    medianMiles: Float64Array.from(ways, (way) => way.miles),
    spread: Float64Array.from(ways, (way) => way.spread),
  };
}
