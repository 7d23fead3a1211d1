import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  type BatchCounts,
  impossibleSightings,
  type Sighting,
  watchDuring,
} from "./isolation.ts";

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

Deno.test("watchDuring() looks from the beginning on, and once after the end", async () => {
  let written = 0;
  const work = (async () => {
    for (; written < 3; written++) await pause(20);
    return "done";
  })();
  const { result, sightings } = await watchDuring(work, {
    quick: () => Promise.resolve(written),
    slow: async () => {
      const seen = written;
      await pause(15);
      return seen;
    },
  }, { pauseMs: 5 });
  assertEquals(result, "done");
  for (const reader of ["quick", "slow"]) {
    const own = sightings.filter((sighting) => sighting.reader === reader);
    assertEquals([own[0]?.seen, own.at(-1)?.seen], [0, 3], reader);
    assert(own.length > 3);
    assert(own.every(({ startMs, endMs }) => startMs <= endMs));
  }
});

Deno.test("watchDuring() fails with the work, and with a reader", async () => {
  const late = pause(20);
  await assertRejects(
    () =>
      watchDuring(late.then(() => Promise.reject(new Error("no disk"))), {
        reader: () => Promise.resolve(1),
      }),
    Error,
    "no disk",
  );
  await assertRejects(
    () =>
      watchDuring(pause(20), {
        reader: () => Promise.reject(new Error("no network")),
      }),
    Error,
    "no network",
  );
});

const SIZES: BatchCounts = new Map([[1, 100], [2, 50]]);
const entry = (
  job: number,
  outcome: "committed" | "failed",
  endMs: number,
) => ({
  writer: "one",
  job,
  attempts: [{ startMs: 0, endMs, outcome }],
});
const sighting = (
  startMs: number,
  seen: [number, number][],
  reader = "Trino",
): Sighting<BatchCounts> => ({
  ...{ reader, startMs, endMs: startMs + 1, seen: new Map(seen) },
});

Deno.test("impossibleSightings() finds nothing where commits are atomic", () => {
  const found = impossibleSightings(
    [
      sighting(0, []),
      // Seen before the writer was told.
      sighting(5, [[1, 100]]),
      sighting(20, [[1, 100], [2, 50]]),
      sighting(6, [], "Spark"),
    ],
    SIZES,
    [entry(1, "committed", 10), entry(2, "failed", 15)],
  );
  assertEquals(found, { partial: [], missed: [], vanished: [] });
});

Deno.test("impossibleSightings() finds parts of batches, doubles and strangers", () => {
  const parts = [
    sighting(1, [[1, 99]]),
    sighting(2, [[1, 200]]),
    sighting(3, [[1, 100], [3, 1]]),
  ];
  const { partial } = impossibleSightings(parts, SIZES, []);
  assertEquals(partial, parts);
});

Deno.test("impossibleSightings() finds what was acknowledged and is not there", () => {
  const late = sighting(11, [], "Spark");
  const { missed, vanished } = impossibleSightings(
    [sighting(9, []), late],
    SIZES,
    [entry(1, "committed", 10)],
  );
  assertEquals([missed, vanished], [[late], []]);
});

Deno.test("impossibleSightings() finds what a reader no longer sees", () => {
  const gone = sighting(2, [[2, 50]]);
  const { vanished } = impossibleSightings(
    [sighting(1, [[1, 100]]), sighting(1, [], "Spark"), gone],
    SIZES,
    [],
  );
  assertEquals(vanished, [gone]);
});
