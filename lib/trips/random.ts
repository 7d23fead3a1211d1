/**
 * Seeded random numbers by counter: a draw depends on nothing but the seed, the
 * row and the draw's own number, so rows come out the same however they are
 * split into batches and files.
 *
 * @module
 */

/** Scrambles 32 bits one to one (the finalizer of MurmurHash3). */
export function mix(x: number): number {
  x ^= x >>> 16;
  x = Math.imul(x, 0x85ebca6b);
  x ^= x >>> 13;
  x = Math.imul(x, 0xc2b2ae35);
  return x ^ (x >>> 16);
}

/**
 * Where a row's draws start, as 32 signed bits. One to one in `row` up to 2³²
 * rows, so no two rows of such a run share their draws.
 */
export function rowHash(seed: number, row: number): number {
  const high = Math.floor(row / 2 ** 32);
  return mix(row ^ mix(seed ^ mix(high + 0x51ed270b)));
}

/** Draw number `n` of a row as 32 signed bits. */
export function bits(hash: number, n: number): number {
  return mix((hash + Math.imul(n, 0x9e3779b9)) | 0);
}

/** Draw number `n` of a row, uniform in [0, 1). */
export function uniform(hash: number, n: number): number {
  return (bits(hash, n) >>> 0) * 2 ** -32;
}

/** The numbers added up, from the first on. */
export function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}

/** Walker's alias tables: a weighted choice in constant time, `size` outcomes a table. */
export interface Choices {
  /** Outcomes of each table. */
  readonly size: number;
  /** Chance to stay in a cell, table after table. */
  readonly stay: Float64Array;
  /** Where a cell's remaining chance goes. */
  readonly other: Uint16Array;
}

/**
 * Makes one alias table of each list of weights; the lists have equal lengths.
 *
 * @throws {RangeError} When the weights of a table do not add up to more than zero.
 */
export function choices(tables: readonly (readonly number[])[]): Choices {
  const size = tables[0]?.length ?? 0;
  const stay = new Float64Array(tables.length * size).fill(1);
  const other = new Uint16Array(tables.length * size);
  tables.forEach((weights, t) => {
    const total = sum(weights);
    if (!(total > 0)) {
      throw new RangeError(`Weights of table ${t} sum to ${total}`);
    }
    const scaled = weights.map((weight) => weight * size / total);
    const small: number[] = [];
    const large: number[] = [];
    scaled.forEach((w, i) => (w < 1 ? small : large).push(i));
    while (small.length > 0 && large.length > 0) {
      const low = small.pop()!;
      const high = large.at(-1)!;
      stay[t * size + low] = scaled[low]!;
      other[t * size + low] = high;
      scaled[high] = scaled[high]! - (1 - scaled[low]!);
      if (scaled[high]! < 1) small.push(large.pop()!);
    }
  });
  return { size, stay, other };
}

/** An outcome of table `table` for `u` in [0, 1). */
export function choose(from: Choices, table: number, u: number): number {
  const x = u * from.size;
  const cell = x | 0;
  const i = table * from.size + cell;
  return x - cell < from.stay[i]! ? cell : from.other[i]!;
}

/** Entries of the tables made by {@linkcode quantiles}. */
export const QUANTILES = 4096;

/** The value that draw number `n` of a row takes from a table of {@linkcode QUANTILES}. */
export function drawn(table: Float64Array, hash: number, n: number): number {
  return table[(uniform(hash, n) * QUANTILES) | 0]!;
}

/** Values at evenly spaced probabilities, interpolated between known quantiles. */
export function quantiles(
  probabilities: ArrayLike<number>,
  values: ArrayLike<number>,
): Float64Array {
  let k = 1;
  return new Float64Array(QUANTILES).map((_, i) => {
    const p = (i + 0.5) / QUANTILES;
    while (k < probabilities.length - 1 && probabilities[k]! < p) k++;
    const [p0, v0] = [probabilities[k - 1]!, values[k - 1]!];
    return v0 + (values[k]! - v0) * (p - p0) / (probabilities[k]! - p0);
  });
}

/** Like {@linkcode quantiles}, for a few values, each up to a probability. */
export function steps(
  upTo: readonly number[],
  values: readonly number[],
): Float64Array {
  return new Float64Array(QUANTILES).map((_, i) =>
    values[upTo.findIndex((p) => (i + 0.5) / QUANTILES < p)]!
  );
}

/**
 * The standard normal distribution's values at {@linkcode QUANTILES} evenly
 * spaced probabilities, from summing up its density.
 */
export const NORMAL: Float64Array = (() => {
  const [limit, steps] = [4.5, 20_000];
  const values = new Float64Array(steps + 1)
    .map((_, i) => -limit + 2 * limit * i / steps);
  let area = 0;
  const areas = values.map((z) => area += Math.exp(-z * z / 2));
  return quantiles(areas.map((part) => part / area), values);
})();
