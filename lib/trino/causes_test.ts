import { assertEquals } from "@std/assert";
import { isConflict } from "./causes.ts";

const ICEBERG = "org.apache.iceberg.exceptions";

Deno.test("isConflict() tells conflicts from other failures of a commit", () => {
  const cases: [string, string, boolean][] = [
    [`${ICEBERG}.CommitFailedException`, "Requirement failed", true],
    [
      `${ICEBERG}.ValidationException`,
      "Found conflicting files that can contain records matching true: […]",
      true,
    ],
    [
      `${ICEBERG}.ValidationException`,
      "Missing required files to delete: a.parquet",
      true,
    ],
    [
      `${ICEBERG}.ValidationException`,
      "Found new conflicting delete files that can apply to records",
      true,
    ],
    [
      "java.lang.IllegalStateException",
      "Runtime file filtering is not possible: the table has been concurrently modified. […]",
      true,
    ],
    [`${ICEBERG}.ValidationException`, "Cannot find field n", false],
    // Nobody knows whether it was committed: to try again could do it twice.
    [`${ICEBERG}.CommitStateUnknownException`, "Read timed out", false],
    ["java.lang.IllegalStateException", "conflict", false],
  ];
  for (const [name, message, expected] of cases) {
    assertEquals(isConflict({ name, message }), expected, `${name} ${message}`);
  }
});
