import { assert, assertEquals, assertRejects } from "@std/assert";
import { compare, type Sample, type Subject, toResult } from "./compare.ts";

const OPTIONS = {
  step: "generate",
  ...{ rows: 1000, rounds: 2, warmUps: 1, log: () => {} },
} as const;

/** A subject that notes its runs and takes the given seconds, one after the other. */
function subject(name: string, runs: string[], seconds: number[]): Subject {
  const left = [...seconds];
  return {
    name,
    run() {
      runs.push(name);
      const next = left.shift();
      if (next === undefined) return Promise.reject(new Error(`${name} broke`));
      return Promise.resolve({ seconds: next, rss: 100 * next });
    },
  };
}

Deno.test("compare() runs in turn, and the warm-up counts for nothing", async () => {
  const runs: string[] = [];
  const { results } = await compare([
    subject("product", runs, [90, 1, 3]),
    subject("peer", runs, [80, 4, 6]),
  ], OPTIONS);
  assertEquals(runs.join(), "product,peer,product,peer,product,peer");
  assertEquals(results.map(({ seconds }) => seconds), [[1, 3], [4, 6]]);
  assertEquals(results[0]!.rss, 300);
  assertEquals(results[0]!.rowsPerSecond, 500);
});

Deno.test("a peer that fails is named as missing and has no result", async () => {
  const runs: string[] = [];
  const { results, missing } = await compare([
    subject("product", runs, [1, 1, 1]),
    subject("peer", runs, [1, 1]),
    subject("other", runs, [1, 1, 1]),
  ], OPTIONS);
  assertEquals(results.map(({ subject }) => subject), ["product", "other"]);
  assertEquals(missing.length, 1);
  assertEquals(missing[0]!.subject, "peer");
  assert(missing[0]!.reason.includes("peer broke"));
  assertEquals(missing[0]!.failed, true);
});

Deno.test("a product that fails ends the comparison", async () => {
  await assertRejects(
    () => compare([subject("product", [], [1, 1])], OPTIONS),
    Error,
    "product broke",
  );
});

Deno.test("cases of one run are results of their own", async () => {
  let seconds = 0;
  const several: Subject = {
    name: "product",
    run: () =>
      Promise.resolve(
        ["a", "b"].map((name): Sample => ({
          case: name,
          seconds: ++seconds,
          figures: { "Trino ms": seconds * 10 },
        })),
      ),
  };
  const { results } = await compare([several], { ...OPTIONS, warmUps: 0 });
  assertEquals(
    results.map((each) => [each.case, each.seconds, each.figures]),
    [
      ["a", [1, 3], { "Trino ms": [10, 30] }],
      ["b", [2, 4], { "Trino ms": [20, 40] }],
    ],
  );
});

Deno.test("toResult() keeps only what every round measured", () => {
  const result = toResult({ step: "upload", rows: 0 }, "product", [
    { seconds: 1, cpu: 0.5 },
    { seconds: 2 },
  ]);
  assertEquals(result, {
    ...{ step: "upload", subject: "product", rows: 0, seconds: [1, 2] },
  });
});
