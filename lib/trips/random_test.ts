import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertThrows,
} from "@std/assert";
import {
  choices,
  choose,
  mix,
  NORMAL,
  QUANTILES,
  quantiles,
  rowHash,
  steps,
  uniform,
} from "./random.ts";

const N = 100_000;
const range = (n: number) => Array.from({ length: n }, (_, i) => i);

Deno.test("mix() and rowHash() are one to one", () => {
  assertEquals(new Set(range(N).map(mix)).size, N);
  assertEquals(new Set(range(N).map((row) => rowHash(5, row))).size, N);
});

Deno.test("rowHash() differs by seed, and beyond 2³² rows", () => {
  assert(rowHash(1, 7) !== rowHash(2, 7));
  assert(rowHash(1, 7) !== rowHash(1, 2 ** 32 + 7));
});

Deno.test("uniform() is even, and draws do not go together", () => {
  let sum = 0;
  let product = 0;
  for (let row = 0; row < N; row++) {
    const hash = rowHash(1, row);
    const [a, b] = [uniform(hash, 1), uniform(hash, 2)];
    assert(a >= 0 && a < 1);
    sum += a;
    product += (a - .5) * (b - .5);
  }
  assertAlmostEquals(sum / N, .5, .005);
  assertAlmostEquals(product / N, 0, .002);
});

Deno.test("choose() keeps to the weights of each table", () => {
  const from = choices([[1, 0, 3], [5, 5, 0]]);
  const counts = [[0, 0, 0], [0, 0, 0]];
  for (let row = 0; row < N; row++) {
    for (const table of [0, 1]) {
      const outcome = choose(from, table, uniform(rowHash(3, row), table));
      counts[table]![outcome]! += 100 / N;
    }
  }
  const expected = [[25, 0, 75], [50, 50, 0]];
  counts.flat().forEach((percent, i) =>
    assertAlmostEquals(percent, expected.flat()[i]!, .5)
  );
  assertEquals([counts[0]![1], counts[1]![2]], [0, 0]);
});

Deno.test("choices() refuses weights that add up to nothing", () => {
  assertThrows(() => choices([[0, 0]]), RangeError, "sum to 0");
});

Deno.test("quantiles() interpolates, steps() does not", () => {
  const line = quantiles([0, .5, 1], [0, 10, 110]);
  assertAlmostEquals(line[QUANTILES / 4]!, 5, .01);
  assertAlmostEquals(line[QUANTILES * 3 / 4]!, 60, .1);
  const stairs = steps([.25, 1], [1, 2]);
  assertEquals([stairs[QUANTILES / 4 - 1], stairs[QUANTILES / 4]], [1, 2]);
});

Deno.test("NORMAL has the quantiles of the normal distribution", () => {
  assertAlmostEquals(NORMAL[QUANTILES / 2]!, 0, .001);
  assertAlmostEquals(NORMAL[Math.floor(.975 * QUANTILES)]!, 1.96, .005);
  assertAlmostEquals(NORMAL[Math.floor(.1 * QUANTILES)]!, -1.2816, .005);
});
