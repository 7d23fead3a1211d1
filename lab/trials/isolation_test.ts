import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  anomalies,
  type BatchCounts,
  type Observation,
  observe,
} from "./isolation.ts";

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

Deno.test("observe() looks from the beginning on, and once after the end", async () => {
  let written = 0;
  const work = (async () => {
    for (; written < 3; written++) await pause(20);
    return "done";
  })();
  const { result, observations } = await observe(work, {
    quick: () => Promise.resolve(written),
    slow: async () => {
      const seen = written;
      await pause(15);
      return seen;
    },
  }, { pauseMs: 5 });
  assertEquals(result, "done");
  for (const observer of ["quick", "slow"]) {
    const own = observations.filter((each) => each.observer === observer);
    assertEquals([own[0]?.seen, own.at(-1)?.seen], [0, 3], observer);
    assert(own.length > 3);
    assert(own.every(({ startMs, endMs }) => startMs <= endMs));
  }
});

Deno.test("observe() without a pause lets the work go on", async () => {
  let state = "old";
  const work = (async () => {
    await pause(30);
    state = "new";
    await pause(30);
  })();
  const look = () => Promise.resolve(state);
  const { observations } = await observe(work, { look }, { pauseMs: 0 });
  const states = new Set(observations.map(({ seen }) => seen));
  assertEquals([...states], ["old", "new"]);
});

Deno.test("observe() looks at work that has ended already", async () => {
  const look = () => Promise.resolve(1);
  const { observations } = await observe(Promise.resolve(), { look });
  assertEquals(observations.map(({ seen }) => seen), [1, 1]);
});

Deno.test("observe() throws what the work throws, when the look is done", async () => {
  let looks = 0;
  const look = async () => {
    await pause(20);
    looks++;
  };
  await assertRejects(
    () => observe(Promise.reject(new Error("no space")), { look }),
    Error,
    "no space",
  );
  assertEquals(looks, 1);
});

Deno.test("observe() throws what an observer throws, when the work is done", async () => {
  let isDone = false;
  const work = pause(20).then(() => isDone = true);
  const observers = {
    failing: () => Promise.reject(new Error("no table")),
    looking: () => Promise.resolve(1),
  };
  await assertRejects(() => observe(work, observers), Error, "no table");
  assertEquals(isDone, true);
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
const observation = (
  startMs: number,
  seen: [number, number][],
  observer = "Trino",
): Observation<BatchCounts> => ({
  ...{ observer, startMs, endMs: startMs + 1, seen: new Map(seen) },
});

Deno.test("anomalies() finds nothing where commits are atomic", () => {
  const found = anomalies(
    [
      observation(0, []),
      // Seen before the writer was told.
      observation(5, [[1, 100]]),
      observation(20, [[1, 100], [2, 50]]),
      observation(6, [], "Spark"),
    ],
    SIZES,
    [entry(1, "committed", 10), entry(2, "failed", 15)],
  );
  assertEquals(found, { fractured: [], stale: [], nonMonotonic: [] });
});

Deno.test("anomalies() finds parts of batches, doubles and strangers", () => {
  const parts = [
    observation(1, [[1, 99]]),
    observation(2, [[1, 200]]),
    observation(3, [[1, 100], [3, 1]]),
  ];
  const { fractured } = anomalies(parts, SIZES, []);
  assertEquals(fractured, parts);
});

Deno.test("anomalies() finds what was acknowledged and is not there", () => {
  const late = observation(11, [], "Spark");
  const { stale, nonMonotonic } = anomalies(
    [observation(9, []), late],
    SIZES,
    [entry(1, "committed", 10)],
  );
  assertEquals([stale, nonMonotonic], [[late], []]);
});

Deno.test("anomalies() finds what an observer no longer sees", () => {
  const gone = observation(2, [[2, 50]]);
  const { nonMonotonic } = anomalies(
    [observation(1, [[1, 100]]), observation(1, [], "Spark"), gone],
    SIZES,
    [],
  );
  assertEquals(nonMonotonic, [gone]);
});
