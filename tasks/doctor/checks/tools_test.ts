import { assertEquals, assertStringIncludes } from "@std/assert";
import { PROJECT_DIR } from "../../../lib/core/settings.ts";
import { jarsVerdict, kernelVerdict, pinnedDeno } from "./tools.ts";

Deno.test("pinnedDeno() finds the kernel's version in requirements.txt", async () => {
  const path = `${PROJECT_DIR}/jupyter/requirements.txt`;
  assertEquals(pinnedDeno(await Deno.readTextFile(path)), "2.8.1");
});

Deno.test("kernelVerdict() takes the pinned version only", () => {
  const text = (version: string) => `deno ${version} (stable, release)\nv8 14`;
  assertEquals(kernelVerdict(text("2.8.1"), "2.8.1").status, "passed");
  const other = kernelVerdict(text("2.9.0"), "2.8.1");
  assertEquals(other.status, "failed");
  assertStringIncludes(other.text, "2.9.0 instead of 2.8.1");
  assertEquals(kernelVerdict("", "2.8.1").status, "failed");
});

Deno.test("jarsVerdict() says how many will be fetched", () => {
  assertEquals(jarsVerdict(488, 0).text, "all 488 are there");
  const some = jarsVerdict(488, 7);
  assertEquals(some.status, "skipped");
  assertStringIncludes(some.text, "7 of 488");
});
