/**
 * Made-up results for tests of what is made from results.
 *
 * @module
 */

import type { Result, Results } from "./results.ts";

/** A result with one round. */
export function result(
  step: Result["step"],
  subject: string,
  rows: number,
  seconds: number,
  rest: Partial<Result> = {},
): Result {
  return { step, subject, rows, seconds: [seconds], ...rest };
}

/** Results files of made-up figures. */
export function sampleResults(results: Result[]): Results {
  return {
    version: 1,
    made: "2024-01-05T10:00:00.000Z",
    machine: {
      ...{ cpu: "A processor", cores: 2, memory: 24 * 2 ** 30 },
      ...{ os: "An OS 12, kernel 6", load: 0.1 },
    },
    stack: "local",
    note: "Local stack of stand-ins",
    versions: { Trino: "483", Stack: "local" },
    rounds: 1,
    results,
    missing: [],
  };
}
