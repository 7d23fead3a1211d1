import { assertEquals, assertRejects } from "@std/assert";
import { LakehouseError } from "../../lib/core/errors.ts";
import { findJava, parseRelease, TRINO_JAVA } from "./java.ts";

Deno.test("parseRelease() reads version and modules", () => {
  assertEquals(
    parseRelease(
      'JAVA_VERSION="25.0.3"\nMODULES="java.base jdk.incubator.vector"\n',
    ),
    { version: 25, modules: ["java.base", "jdk.incubator.vector"] },
  );
});

Deno.test("findJava() refuses a home set by hand that does not serve", async () => {
  Deno.env.set("TRINO_JAVA_HOME", "/nowhere");
  try {
    await assertRejects(
      () => findJava(TRINO_JAVA),
      LakehouseError,
      "TRINO_JAVA_HOME",
    );
  } finally {
    Deno.env.delete("TRINO_JAVA_HOME");
  }
});
