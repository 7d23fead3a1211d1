import { assert, assertRejects, assertStringIncludes } from "@std/assert";
import { barChart } from "../lib/mod.ts";
import { LakehouseError } from "../lib/core/errors.ts";
import { DISPLAY } from "../lib/core/kernel.ts";
import { help } from "./help.ts";

const textOf = async (thing: Parameters<typeof help>[0]) =>
  (await help(thing))[DISPLAY]()["text/plain"]!;

Deno.test("help() shows the call, the options with their defaults, an example", async () => {
  const text = await textOf(barChart);
  assertStringIncludes(
    text,
    "barChart(rows: ChartRows, options: BarChartOptions): Displayable",
  );
  assertStringIncludes(text, "Bars with their values written at the end.");
  assertStringIncludes(text, "Default: 100, or 300 that stand.");
  // Of the options that all charts have, too.
  assertStringIncludes(text, "What the chart says, in one line.");
  assertStringIncludes(text, `label: "company",`);
});

Deno.test("help() knows rooms of the lab, types, and what is thrown", async () => {
  assertStringIncludes(await textOf("tableTree"), "Promise<");
  assertStringIncludes(await textOf("QueryOptions"), "signal?");
  const ask = await textOf("ask");
  assertStringIncludes(ask, "options?: AskOptions");
  assertStringIncludes(ask, "Throws TrinoError: When Trino refuses");
  assert(!ask.includes("{@link"), ask);
});

Deno.test("help() for a misspelt name says which comes near", async () => {
  await assertRejects(
    () => help("barchart"),
    LakehouseError,
    `help("barChart")`,
  );
});
