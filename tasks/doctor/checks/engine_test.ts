import { assertEquals } from "@std/assert";
import { composeVersionVerdict } from "./engine.ts";

Deno.test("composeVersionVerdict() takes v2, and 1.29 with a warning", () => {
  const status = (version: string) =>
    composeVersionVerdict(version, ["docker", "compose"]).status;
  assertEquals(status("2.40.3"), "passed");
  assertEquals(status("5.0.1-desktop.1"), "passed");
  assertEquals(status("1.29.2"), "warning");
  assertEquals(status("1.25.0"), "failed");
});
