import { assert, assertEquals } from "@std/assert";
import { COMPANY_NAMES, fleet } from "./fleet.ts";

Deno.test("fleet() gives every taxi an id of its own and one owner", () => {
  const years = Array.from({ length: 11 }, (_, i) => 2013 + i);
  const { taxiIds, firstTaxi, taxis, size } = fleet(1, years);
  assertEquals(size, COMPANY_NAMES.length + 1);
  assertEquals(new Set(taxiIds).size, taxiIds.length);
  assert(taxiIds.every((id) => /^[0-9a-f]{128}$/.test(id)));
  // The owners' ranges of taxis do not overlap in any year.
  for (let year = 0; year < years.length; year++) {
    for (let owner = 0; owner < size; owner++) {
      const end = firstTaxi[owner]! + taxis[year * size + owner]!;
      assert(end <= (firstTaxi[owner + 1] ?? taxiIds.length));
    }
  }
});

Deno.test("fleet() has fewer taxis on the road in 2021 than in 2019", () => {
  const { taxis, size } = fleet(1, [2019, 2020, 2021]);
  const sum = (year: number) =>
    taxis.slice(year * size, (year + 1) * size).reduce((a, b) => a + b);
  assert(sum(2) < .7 * sum(0));
});

Deno.test("COMPANY_NAMES are about 45, each once", () => {
  assertEquals(new Set(COMPANY_NAMES).size, COMPANY_NAMES.length);
  assertEquals(COMPANY_NAMES.length, 45);
});
