import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { COMMUNITY_AREAS } from "./data_set.ts";
import {
  AREAS,
  crowMiles,
  geography,
  MIDWAY,
  OHARE,
  placesByArea,
  way,
} from "./places.ts";
import { choose } from "./random.ts";

Deno.test("COMMUNITY_AREAS are 77 points of Chicago with names of their own", () => {
  assertEquals(COMMUNITY_AREAS.length, 77);
  assertEquals(new Set(COMMUNITY_AREAS.map(({ name }) => name)).size, 77);
  COMMUNITY_AREAS.forEach(({ number, name, latitude, longitude }, i) => {
    assertEquals(number, i + 1);
    assert(latitude > 41.64 && latitude < 42.03, name);
    assert(longitude > -87.95 && longitude < -87.52, name);
  });
  assertEquals(COMMUNITY_AREAS[32 - 1]!.name, "Loop");
});

Deno.test("crowMiles() measures the way from the Loop to O'Hare", () => {
  assertAlmostEquals(crowMiles(32, OHARE), 16.4, .3);
  assertEquals(crowMiles(8, 8), 0);
});

Deno.test("way() leads from O'Hare downtown in 17 to 18.5 miles, with little spread", () => {
  for (const downtown of [8, 32]) {
    const { miles, spread } = way(OHARE, downtown);
    assert(miles > 16.5 && miles < 18.6, `${miles}`);
    assert(spread < .1);
  }
});

Deno.test("placesByArea() numbers tracts by their area", () => {
  const all = placesByArea();
  assertEquals(all.length, 77);
  all.forEach(([middle, ...tracts], i) => {
    assertEquals([middle!.area, middle!.tract], [i + 1, undefined]);
    assert(tracts.length > 0);
    for (const { tract, latitude, longitude } of tracts) {
      assertEquals(String(tract).length, 11);
      if (i + 1 !== OHARE && i + 1 !== MIDWAY) {
        assertEquals(Math.floor(tract! / 10_000), 1_703_100 + i + 1);
      }
      assert(Math.abs(latitude - middle!.latitude) < .02);
      assert(Math.abs(longitude - middle!.longitude) < .02);
    }
  });
  const tracts = all.flat().flatMap(({ tract }) => tract ?? []);
  assertEquals(new Set(tracts).size, tracts.length);
});

Deno.test("geography() ends most trips near where they start", () => {
  const { dropoffs } = geography([2013]);
  const steps = 20_000;
  let same = 0;
  for (let i = 0; i < steps; i++) {
    const to = choose(dropoffs, 6, (i + .5) / steps);
    if (to !== 0 && crowMiles(6, to) < 4) same++;
  }
  assert(same / steps > .6, `${same / steps}`);
});

Deno.test("geography() sends more trips to the airports in later years", () => {
  const { pickups } = geography([2016, 2022]);
  const steps = 20_000;
  const airport = (year: number) => {
    let count = 0;
    for (let i = 0; i < steps; i++) {
      if (choose(pickups, year, (i + .5) / steps) === OHARE) count++;
    }
    return count / steps;
  };
  assert(airport(1) > 2 * airport(0));
  assert(AREAS === 78);
});
