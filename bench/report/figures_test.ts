import { assert, assertEquals, assertThrows } from "@std/assert";
import { LakehouseError } from "../../lib/core/errors.ts";
import { figureRows, figuresText, withFigures } from "./figures.ts";
import { result, sampleResults } from "./sample_results.ts";

const RESULTS = sampleResults([
  result("generate", "product", 1e6, 0.98, { rss: 290e6 }),
  result("generate", "DuckDB", 1e6, 1.02),
  result("upload", "product", 0, 4, { case: "one file of 2048 MB", rss: 2e8 }),
  result("query", "product", 1e6, 1.6, { case: "all ten" }),
  result("query", "DuckDB", 1e6, 0.4, { case: "all ten" }),
  result("query", "product", 1e6, 0.1, { case: "one month", read: 2e6 }),
  result("startup", "product", 1e6, 9.5, { case: "up", rss: 1.8e9 }),
]);

Deno.test("figureRows() tells the product's figures beside its peers'", () => {
  assertEquals(figureRows(RESULTS), [
    ["generate, 1,000,000 rows", "0.98 s, 290 MB of memory", "DuckDB 1.02 s"],
    ["upload, one file of 2048 MB", "4.00 s, 200 MB of memory", ""],
    [
      "the ten questions of notebook 05, 1,000,000 rows",
      "1.60 s",
      "DuckDB 0.40 s",
    ],
    ["a question about one month, 1,000,000 rows", "0.10 s, 2.0 MB read", ""],
    ["`up` from nothing running", "9.50 s, 1.8 GB of memory", ""],
  ]);
});

Deno.test("figuresText() names machine, day, stack and file, and needs no formatting", async () => {
  const text = figuresText(RESULTS, "bench/results/x.json", "docs/a.md");
  for (
    const part of [
      "2 cores",
      "2024-01-05",
      "local",
      "[bench/results/x.json](../bench/results/x.json)",
    ]
  ) assert(text.replaceAll("\n", " ").includes(part), part);
  const path = await Deno.makeTempFile({ suffix: ".md" });
  await Deno.writeTextFile(path, `${text}\n`);
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--check", "--no-config", path],
  }).output();
  await Deno.remove(path);
  assert(success, new TextDecoder().decode(stderr));
});

Deno.test("withFigures() replaces what stands between the marks, again and again", () => {
  const text = "a\n\n<!-- bench -->\nold\n<!-- /bench -->\n\nb\n";
  const once = withFigures(text, "| new |");
  assertEquals(
    once,
    "a\n\n<!-- bench -->\n\n| new |\n\n<!-- /bench -->\n\nb\n",
  );
  assertEquals(withFigures(once, "| new |"), once);
});

Deno.test("withFigures() refuses a text without the two marks in order", () => {
  const [begin, end] = ["<!-- bench -->", "<!-- /bench -->"];
  for (
    const text of ["", begin, end, `${end}${begin}`, `${begin}${end}${begin}`]
  ) {
    assertThrows(
      () => withFigures(text, "x"),
      LakehouseError,
      "marks on lines",
    );
  }
});
