import { assertEquals } from "@std/assert";
import { keepAgreeing } from "./agree.ts";
import type { Missing } from "../report/results.ts";
import { result } from "../report/sample_results.ts";

Deno.test("who counts other trips than the product is dropped, and named", () => {
  const asked = (subject: string, name: string, counted?: number) =>
    result("query", subject, 100, 1, {
      case: name,
      ...counted === undefined ? {} : { counted },
    });
  const others = [
    result("ingest", "Spark SQL", 100, 1, { counted: 7 }),
    asked("product", "tripsByMonth", 100),
    asked("product", "tripsByFare", 90),
    asked("DuckDB", "tripsByMonth", 100),
    asked("DuckDB", "tripsByFare", 90),
    asked("Trino CLI", "tripsByFare"),
  ];
  const results = [
    ...others,
    asked("Spark SQL", "tripsByMonth", 100),
    asked("Spark SQL", "tripsByFare", 89),
  ];
  const missing: Missing[] = [];
  keepAgreeing({ results, missing, log: () => {} }, 100);
  assertEquals(results, others);
  assertEquals(missing, [{
    ...{ step: "query", subject: "Spark SQL", rows: 100, failed: true },
    reason: 'it counted 89 in "tripsByFare", the product 90',
  }]);
});
