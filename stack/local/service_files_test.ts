import { assertEquals } from "@std/assert";
import { propertyValue } from "./service_files.ts";

Deno.test("propertyValue() keeps what Java would take for an escape", () => {
  assertEquals(propertyValue("a\\b/c+d="), "a\\\\b/c+d=");
  assertEquals(propertyValue(" a b"), "\\ a b");
});
