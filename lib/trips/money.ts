/**
 * What a trip costs and how it is paid.
 *
 * @module
 */

import shares from "./shares.json" with { type: "json" };
import { type Choices, choices, quantiles, steps } from "./random.ts";

/** Ways to pay, in the order of their codes. */
// deno-fmt-ignore
export const PAYMENT_TYPES = [
  "Cash", "Credit Card", "Mobile", "Prcard", "Unknown", "No Charge", "Dispute",
] as const;

/** Code of "Cash" in {@linkcode PAYMENT_TYPES}. */
const CASH = 0;
/** Code of "Credit Card" in {@linkcode PAYMENT_TYPES}. */
export const CREDIT_CARD = 1;
/** Code of "Mobile" in {@linkcode PAYMENT_TYPES}. */
export const MOBILE = 2;

/** Share of each way to pay by year, in percent, in the order of {@linkcode PAYMENT_TYPES}. */
const PAYMENT_PERCENT: Readonly<Record<number, readonly number[]>> =
  shares.paymentPercent;

/** Trips from and to an airport are paid by card this much more often. */
const AIRPORT_CARD_FACTOR = 1.3;
/** Share of airport trips, about, for which the other trips make up. */
const AIRPORT_SHARE = .12;

/** Chooses a way to pay: table `2 * year`, and the one after it for airport trips. */
export function payments(years: readonly number[]): Choices {
  const others = (1 - AIRPORT_CARD_FACTOR * AIRPORT_SHARE) /
    (1 - AIRPORT_SHARE);
  return choices(
    years.flatMap((year) =>
      [others, AIRPORT_CARD_FACTOR].map((factor) => {
        const percents = [...PAYMENT_PERCENT[year]!];
        const more = percents[CREDIT_CARD]! * (factor - 1);
        percents[CASH]! -= more;
        percents[CREDIT_CARD]! += more;
        return percents;
      })
    ),
  );
}

/** For getting in, in cents. */
export const BASE_CENTS = 325;

/** Cents for each ninth of a mile, and for each 36 seconds of waiting. */
export function stepCents(year: number): number {
  return year < 2016 ? 20 : 25;
}

/** Share of card trips with a tip. */
export const TIPPED_SHARE = .95;

/** Tips of tipped card trips as a share of the fare. */
export const TIP_RATIO: Float64Array = quantiles(
  [0, .03, .12, .25, .5, .75, .9, .97, 1],
  [.02, .09, .155, .2, .224, .307, .404, .6, 1.2],
);

/** Extras in cents for more passengers, by probability. */
export const EXTRAS: Float64Array = steps(
  [.62, .82, .9, .96, 1],
  [0, 100, 150, 200, 300],
);

/** Added to the extras of a trip from an airport, in cents. */
export const AIRPORT_DEPARTURE = 400;
/** Share of trips over a toll road, and what it costs in cents. */
export const TOLL = { share: .0006, cents: 190 };
