import { assertEquals } from "@std/assert";
import { parseMillions } from "./settings.ts";
Deno.test("parseMillions() reads millions", () => {
  assertEquals(parseMillions("5"), 5_000_000);
});
