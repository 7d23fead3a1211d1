import { assertAlmostEquals, assertEquals } from "@std/assert";
import { AGAIN, REGISTERED, type Result } from "./results.ts";
import { result, sampleResults } from "./sample_results.ts";
import { FIRST, FULL, MONTH } from "../measure/scans.ts";
import { evaluate, TARGETS } from "./targets.ts";

const MILLION = 1e6;

/** What becomes of the target whose claim begins so. */
function target(claim: string, results: Result[]) {
  const found = evaluate(sampleResults(results)).filter((each) =>
    each.claim.startsWith(claim)
  );
  assertEquals(found.length, 1, claim);
  return found[0]!;
}

Deno.test("no two targets are called the same, and none is met by nothing", () => {
  const claims = TARGETS.map(({ claim }) => claim);
  assertEquals(new Set(claims).size, claims.length);
  for (const each of evaluate(sampleResults([]))) {
    assertEquals(each.state, "not measured", each.claim);
  }
});

Deno.test("a ratio is the product's rate over the peer's, at a million rows", () => {
  const results = [
    result("generate", "product", MILLION, 2),
    result("generate", "DuckDB", MILLION, 3),
    result("generate", "product", 5 * MILLION, 9),
    result("generate", "DuckDB", 5 * MILLION, 1),
  ];
  const met = target("Generates as fast as DuckDB", results);
  assertEquals([met.state, met.value], ["met", 1.5]);
  results[0]!.seconds = [6];
  const missed = target("Generates as fast as DuckDB", results);
  assertEquals([missed.state, missed.value], ["missed", 0.5]);
  assertEquals(missed.text, "0.50 × (at least 1.00 ×)");
});

Deno.test("the upload is held against the fastest peer, not against big files", () => {
  const { state, value } = target("Uploads nearly", [
    result("upload", "product", MILLION, 1),
    result("upload", "boto3", MILLION, 2),
    result("upload", "s5cmd", MILLION, 0.5),
    result("upload", "product", 0, 9, { case: "one file of 2048 MB" }),
  ]);
  assertEquals([state, value], ["missed", 0.5]);
});

Deno.test("memory of one big file is held against that of a smaller one", () => {
  const big = (megabytes: number, rss: number) =>
    result("upload", "product", 0, 1, {
      ...{ case: `one file of ${megabytes} MB`, rss },
    });
  const { state, value } = target("A file of 2 GB", [
    big(256, 100e6),
    big(2048, 150e6),
  ]);
  assertEquals([state, value], ["missed", 1.5]);
});

Deno.test("what the client adds to Trino's time is held against Trino's own client", () => {
  const question = (client: string, name: string, ms: number, trino: number) =>
    result("query", client, MILLION, ms / 1000, {
      ...{ case: name, figures: { "Trino ms": [trino] } },
    });
  const claim = "The client adds";
  const own = [
    question("Trino CLI", "a", 120, 100),
    question("Trino CLI", "b", 1020, 1000),
  ];
  const well = target(claim, [
    ...own,
    question("product", "a", 109, 100),
    question("product", "b", 1011, 1000),
  ]);
  assertEquals(well.state, "met");
  assertAlmostEquals(well.value!, 0.5, 0.001);
  const late = target(claim, [
    ...own,
    question("product", "a", 120, 100),
    question("product", "b", 1030, 1000),
  ]);
  assertEquals(late.state, "missed");
  assertAlmostEquals(late.value!, 1.25, 0.001);
});

Deno.test("bytes of a month are held against the table's, a full scan against a plain table's", () => {
  const month = result("query", "product", MILLION, 1, {
    case: MONTH,
    figures: { "share of the table's bytes": [0.09] },
  });
  assertEquals(target("A question about one month", [month]).state, "met");
  const full = (subject: string, seconds: number) =>
    result("query", subject, MILLION, seconds, { case: FULL });
  assertEquals(
    target("Reading all columns", [
      full("product", 1.2),
      full("bare spark-submit's table", 1),
    ]).state,
    "missed",
  );
});

Deno.test("costs by row are held against those of a million rows only", () => {
  const claim = "A row of 20 million costs as much as one of a million to upl";
  const upload = (millions: number, seconds: number) =>
    result("upload", "product", millions * MILLION, seconds);
  assertEquals(target(claim, [upload(1, 1), upload(20, 22)]).value, 1.1);
  assertEquals(target(claim, [upload(1, 1), upload(20, 30)]).state, "missed");
  assertEquals(
    target(claim, [upload(5, 1), upload(20, 30)]).state,
    "not measured",
  );
});

Deno.test("an ingest is held against the peers of its own size, by seconds", () => {
  const ingest = (subject: string, rows: number, seconds: number, name = "") =>
    result("ingest", subject, rows, seconds, name ? { case: name } : {});
  const results = [
    ingest("product", MILLION, 9),
    ingest("bare spark-submit", MILLION, 18),
    ingest("PyIceberg", MILLION, 4),
    ingest("product", MILLION, 4.4, AGAIN),
    ingest("product", 5 * MILLION, 24),
    ingest("PyIceberg", 5 * MILLION, 10),
    ingest("product", 5 * MILLION, 3, REGISTERED),
  ];
  const values = (claim: string) => {
    const { state, value } = target(claim, results);
    return [state, value];
  };
  assertEquals(values("Ingests a million rows"), ["missed", 0.5]);
  assertEquals(values("Ingests 5,000,000"), ["missed", 2.4]);
  assertEquals(values("Ingests 20,000,000"), ["not measured", undefined]);
  assertEquals(values("Ingests 1,000,000 rows again"), ["met", 4.4 / 4]);
  assertEquals(values("Registers 5,000,000"), ["met", 8]);
});

Deno.test("what has no peer is held against the same run's own measure", () => {
  const question = (name: string, seconds: number) =>
    result("query", "product", MILLION, seconds, { case: name });
  const first = "The first question after a catalog";
  const warm = question("tripsByCompany", 0.1);
  assertEquals(target(first, [question(FIRST, 0.2), warm]).value, 2);
  assertEquals(target(first, [question(FIRST, 0.4), warm]).state, "missed");
  const up = (name: string, seconds: number) =>
    result("startup", "product", MILLION, seconds, { case: name });
  assertEquals(
    target("up takes", [up("up", 9), up("trino", 6)]).state,
    "missed",
  );
});
