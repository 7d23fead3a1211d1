import {
  assert,
  assertEquals,
  assertFalse,
  assertStringIncludes,
} from "@std/assert";
import { DISPLAY, type Displayable } from "../../lib/core/kernel.ts";
import { resultsTable, speedOver, targetsTable } from "./report.ts";
import { missingTable, TABLES } from "./report.ts";
import { STEPS } from "./results.ts";
import { result, sampleResults } from "./sample_results.ts";

const text = (shown: Displayable | undefined) =>
  String(shown?.[DISPLAY]()["text/plain"]).replaceAll("\u00a0", " ");

const RESULTS = sampleResults([
  result("upload", "product", 100, 2, { rss: 100e6 }),
  result("upload", "boto3", 100, 3, { rss: 50e6 }),
  result("query", "product", 100, 0.11, {
    ...{ case: "tripsByFare", figures: { "Trino ms": [100] } },
  }),
  result("query", "product", 100, 1, { case: "all ten" }),
  result("query", "DuckDB", 100, 0.0123, { case: "tripsByFare" }),
  result("query", "DuckDB", 100, 0.5, { case: "all ten" }),
]);

Deno.test("the tables show every step once", () => {
  assertEquals(Object.values(TABLES).flat(), [...STEPS]);
});

Deno.test("speedOver() is above 1 where the product is faster", () => {
  const [product, boto3] = RESULTS.results;
  assertEquals(speedOver(RESULTS, boto3!), "1.50 ×");
  assertEquals(speedOver(RESULTS, product!), "");
});

Deno.test("a table has the columns its steps speak of, and no others", () => {
  const long = text(resultsTable(RESULTS, ["generate", "upload"]));
  assertStringIncludes(long, "100 MB");
  assertFalse(long.includes("client adds"), long);
  assertFalse(long.includes("tripsByFare"), long);
  assertEquals(resultsTable(RESULTS, ["startup"]), undefined);
});

Deno.test("single questions are shown of the product, sums of its peers", () => {
  const asked = text(resultsTable(RESULTS, ["query"]));
  assertStringIncludes(asked, "10 ms");
  assertStringIncludes(asked, "0.50 s");
  assertFalse(asked.includes("0.01 s"), asked);
});

Deno.test("what is missing is named with its reason; nothing is no table", () => {
  assertEquals(missingTable(RESULTS), undefined);
  const missing = missingTable({
    ...RESULTS,
    missing: [{ step: "upload", subject: "s5cmd", reason: "Go is not here" }],
  });
  assertStringIncludes(text(missing), "Go is not here");
});

Deno.test("targets that were not measured can be left out, and are counted", () => {
  const all = text(targetsTable(RESULTS));
  const some = text(targetsTable(RESULTS, { all: false }));
  assert(all.length > some.length);
  assertStringIncludes(some, "0 met, 0 missed");
});
