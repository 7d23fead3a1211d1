import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import {
  calendar,
  HOURLY_PERCENT,
  slotAt,
  WEEKDAY_PERCENT,
  weekPattern,
} from "./calendar.ts";

const sum = (list: readonly number[]) => list.reduce((a, b) => a + b, 0);

Deno.test("weekPattern() fits hours and weekdays, with nights at the weekend", () => {
  const pattern = weekPattern();
  pattern.forEach((row, weekday) =>
    assertAlmostEquals(sum(row), WEEKDAY_PERCENT[weekday]!, .1)
  );
  HOURLY_PERCENT.forEach((percent, hour) =>
    assertAlmostEquals(sum(pattern.map((row) => row[hour]!)), percent, 1e-9)
  );
  const [sunday, monday] = pattern;
  assert(sunday![2]! > 2 * monday![2]!);
  assert(sunday![8]! < monday![8]!);
});

Deno.test("calendar() gives each year its volume", () => {
  const { cumulative, yearSlots, start } = calendar(1, [2019, 2020, 2021]);
  assertEquals(new Date(start * 1000).toISOString().slice(0, 10), "2019-01-01");
  assertEquals(cumulative.length, (365 + 366 + 365) * 96);
  assertEquals(cumulative.at(-1), 1);
  // Millions of trips in 2019, 2020 and 2021.
  const years = [16.5, 3.89, 3.95];
  years.forEach((millions, i) => {
    const before = i === 0 ? 0 : cumulative[yearSlots[i]! - 1]!;
    const share = cumulative[yearSlots[i + 1]! - 1]! - before;
    assertAlmostEquals(share, millions / sum(years), 1e-9);
  });
});

Deno.test("calendar() falls in the middle of March 2020", () => {
  const { cumulative } = calendar(1, [2020]);
  const week = (firstDay: number) =>
    cumulative[(firstDay + 7) * 96]! - cumulative[firstDay * 96]!;
  const march16 = 31 + 29 + 15;
  assert(week(march16 - 7) > 5 * week(march16));
});

Deno.test("slotAt() finds the slot of a share of the trips", () => {
  const days = calendar(1, [2013]);
  assertEquals(slotAt(days, 0), 0);
  assertEquals(slotAt(days, days.cumulative[1234]!), 1235);
  assertEquals(slotAt(days, days.cumulative[1234]! - 1e-12), 1234);
  assertEquals(slotAt(days, 1), days.cumulative.length - 1);
});
