import { assertEquals, assertStringIncludes } from "@std/assert";
import { trinoInfoVerdict, trinoVersionVerdict } from "./trino.ts";

const URI = "http://localhost:9999";

Deno.test("trinoVersionVerdict() refuses versions without a working SIGV4", () => {
  const status = (version: string) => trinoVersionVerdict(version).status;
  assertEquals(status("476"), "failed");
  assertEquals(status("477"), "warning");
  assertEquals(status("481-e.3"), "warning");
  assertEquals(status("482"), "failed");
  assertEquals(status("483"), "passed");
  assertEquals(status("490"), "passed");
  assertEquals(status("dev"), "warning");
});

Deno.test("trinoVersionVerdict() gives the reason", () => {
  assertStringIncludes(trinoVersionVerdict("482").text, "NoClassDefFoundError");
  assertStringIncludes(trinoVersionVerdict("470").text, "came with 477");
});

Deno.test("trinoInfoVerdict() tells a starting Trino and another server", () => {
  const verdict = (status: number, version?: string, starting?: boolean) =>
    trinoInfoVerdict({ status, version, starting }, URI);
  assertEquals(verdict(200, "483", false).status, "passed");
  assertStringIncludes(verdict(200, "483", true).text, "still starting");
  assertStringIncludes(verdict(200).text, "not as Trino does");
  assertStringIncludes(verdict(404, "483").text, "answers 404");
});
