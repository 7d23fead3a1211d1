import { assertEquals } from "@std/assert";
import { growth } from "./growth.ts";
import { result, sampleResults } from "./sample_results.ts";

Deno.test("growth() is relative to a million rows, wherever that stands", () => {
  const costs = growth(sampleResults([
    result("ingest", "product", 50_000, 5),
    result("ingest", "product", 1_000_000, 10),
    result("ingest", "product", 5_000_000, 30),
    result("ingest", "PyIceberg", 1_000_000, 8),
    result("query", "product", 1_000_000, 1),
  ]));
  assertEquals(
    costs.map(({ rows, microseconds, relative }) => [
      ...[rows, microseconds, relative],
    ]),
    [[50_000, 100, 10], [1_000_000, 10, 1], [5_000_000, 6, 0.6]],
  );
});

Deno.test("growth() takes the fewest rows where a million was not measured", () => {
  const costs = growth(sampleResults([
    result("upload", "product", 20_000_000, 30),
    result("upload", "product", 5_000_000, 5),
  ]));
  assertEquals(costs.map(({ base, relative }) => [base, relative]), [
    [5_000_000, 1.5],
    [5_000_000, 1],
  ]);
});
