import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { claims } from "./claims.ts";
import { LakehouseError } from "../../lib/core/errors.ts";
import { DISPLAY } from "../../lib/core/kernel.ts";

const textOf = (shown: ReturnType<typeof claims>) =>
  shown.summary()[DISPLAY]()["text/plain"] as string;

Deno.test("claims() lists what was checked with its evidence", () => {
  const shown = claims();
  shown.check("All rows are there", true, 1_000_000n);
  shown.skip("Views are shared", "the catalog lists no views");
  const text = textOf(shown);
  assertStringIncludes(text, "1,000,000");
  assertStringIncludes(text, "the catalog lists no views");
  assertEquals(text.includes("✗"), false);
});

Deno.test("claims() fails with a claim that is not so, and lists it as failed", () => {
  const shown = claims();
  shown.check("It holds", true, "once");
  assertThrows(
    () => shown.check("It holds", false, "no longer"),
    LakehouseError,
    '"It holds" is not so',
  );
  const text = textOf(shown);
  assertStringIncludes(text, "✗");
  assertEquals(text.includes("once"), false);
});
