import { assertEquals } from "@std/assert";
import { catalogTest } from "./catalog_tests.ts";

const line = (changes: Record<string, unknown>) =>
  catalogTest(JSON.stringify({
    suite: "OfTables",
    test: "testCreateNamespace",
    variant: "testCreateNamespace()",
    outcome: "passed",
    reason: "",
    seconds: 0.25,
    ...changes,
  }));

Deno.test("catalogTest() reads a line of a test, and no other", () => {
  assertEquals(line({}), {
    group: "namespaces",
    name: "testCreateNamespace",
    outcome: "passed",
    reason: "",
    seconds: 0.25,
  });
  assertEquals(catalogTest("[main] WARN something"), undefined);
  assertEquals(catalogTest('{"other": 1}'), undefined);
});

Deno.test("catalogTest() groups tests, and tells variants apart", () => {
  const group = (test: string, suite = "OfTables") =>
    line({ test, suite })?.group;
  assertEquals(group("testListNestedNamespaces"), "namespaces");
  assertEquals(group("testRenameTable"), "tables");
  assertEquals(group("testAppend"), "commits");
  assertEquals(group("testConcurrentReplaceTransactions"), "transactions");
  assertEquals(group("createViewConflict", "OfViews"), "views");
  assertEquals(
    line({ test: "testRemoveUnusedSpec", variant: "[1] true" })?.name,
    "testRemoveUnusedSpec [1] true",
  );
});

Deno.test("catalogTest() tells what no catalog can have from what this one lacks", () => {
  const ended = (test: string, reason: string) => {
    const { outcome, reason: shown } = line({
      test,
      reason,
      outcome: "failed",
    })!;
    return [outcome, shown];
  };
  const [outcome, wants] = ended(
    "testDefaultTableProperties",
    "java.lang.AssertionError: \nExpecting map:\n  {}",
  );
  assertEquals(outcome, "not applicable");
  assertEquals(wants?.startsWith("wants a server"), true);
  // The same test, but it comes no further than the namespace.
  const refused = "org.apache.iceberg.exceptions.ServiceFailureException: down";
  assertEquals(ended("testDefaultTableProperties", refused), [
    "failed",
    refused,
  ]);
  assertEquals(ended("testCreateTransaction", "Expecting map: {}"), [
    "failed",
    "Expecting map: {}",
  ]);
});

Deno.test("catalogTest() tells other words from another error", () => {
  const { outcome, reason } = line({
    outcome: "failed",
    reason: `java.lang.AssertionError:
Expecting throwable message:
  "namespace newdb already exists"
to contain:
  "Namespace already exists"
but did not.

Throwable that failed the check:

org.apache.iceberg.exceptions.AlreadyExistsException: namespace newdb
\tat org.apache.iceberg.rest.ErrorHandlers.accept(ErrorHandlers.java:1)`,
  })!;
  assertEquals([outcome, reason], [
    "other words",
    'java.lang.AssertionError: Expecting throwable message: "namespace newdb ' +
    'already exists" to contain: "Namespace already exists"',
  ]);
  const another = line({
    outcome: "failed",
    reason: `java.lang.AssertionError:
Expecting actual throwable to be an instance of:
  org.apache.iceberg.exceptions.NoSuchNamespaceException
but was:
  org.apache.iceberg.exceptions.BadRequestException: no`,
  })!;
  assertEquals(another.outcome, "failed");
});
