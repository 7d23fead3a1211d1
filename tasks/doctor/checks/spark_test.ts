import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { settings, type StackName } from "../../../lib/core/settings.ts";
import { parseSparkVersion, sparkVerdict } from "./spark.ts";

const OUTPUT = `Welcome to
      ____              __
     / __/__  ___ _____/ /__
    _\\ \\/ _ \\/ _ \`/ __/  '_/
   /___/ .__/\\_,_/_/ /_/\\_\\   version 3.5.9
      /_/

Using Scala version 2.12.18, OpenJDK 64-Bit Server VM, 17.0.15
Branch HEAD`;

const subject = (stack: StackName = "local") => ({ stack, given: settings() });
const found = { spark: "3.5.9", scala: "2.12.18", java: "17.0.15" };

Deno.test("parseSparkVersion() reads what spark-submit --version prints", () => {
  assertEquals(parseSparkVersion(OUTPUT), found);
  assertEquals(
    parseSparkVersion(OUTPUT.replace("17.0.15", "1.8.0_402"))?.java,
    "1.8.0",
  );
  assertEquals(parseSparkVersion("JAVA_HOME is not set"), undefined);
});

Deno.test("sparkVerdict() takes Spark 3.5 on Java 17 and 21 only", () => {
  const status = (changes: Partial<typeof found>) =>
    sparkVerdict({ ...found, ...changes }, subject()).status;
  assertEquals(status({}), "passed");
  assertEquals(status({ java: "21.0.8" }), "passed");
  assertEquals(status({ java: "25.0.1" }), "failed");
  assertEquals(status({ java: "1.8.0" }), "failed");
  assertEquals(status({ spark: "4.0.1" }), "failed");
  assertEquals(status({ scala: "2.13.8" }), "failed");
});

Deno.test("sparkVerdict() says how to mend it on each stack", () => {
  const next = (stack: StackName) => {
    const outcome = sparkVerdict({ ...found, java: "25" }, subject(stack));
    assert(outcome.status === "failed");
    assertStringIncludes(outcome.text, "getSubject is not supported");
    return outcome.next;
  };
  assertStringIncludes(next("local"), "SPARK_JAVA_HOME");
  assertStringIncludes(next("docker"), "SPARK_IMAGE");
});
