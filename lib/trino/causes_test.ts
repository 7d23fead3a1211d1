import { assertEquals, assertStringIncludes } from "@std/assert";
import { isConflict, trinoCause } from "./causes.ts";

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

Deno.test("trinoCause() knows what usually lies behind an error", () => {
  const why = (name: string, message: string, underneath?: string) =>
    trinoCause(name, message, underneath)?.why;
  const reached = "Unable to execute HTTP request: Connection refused";
  assertStringIncludes(why("ICEBERG_CATALOG_ERROR", reached)!, "cannot reach");
  assertStringIncludes(
    why("ICEBERG_CATALOG_ERROR", reached, "ForbiddenException: Forbidden")!,
    "refused the keys",
  );
  assertStringIncludes(
    why("ICEBERG_CATALOG_ERROR", "SignatureDoesNotMatch")!,
    "refused the keys",
  );
  assertStringIncludes(
    trinoCause("CATALOG_NOT_FOUND", "Catalog 'x' not found")!.next,
    "ensureTrinoCatalog()",
  );
  for (const name of ["TABLE_NOT_FOUND", "SCHEMA_NOT_FOUND"]) {
    assertEquals(why(name, "it does not exist"), "nothing was ingested yet");
  }
  assertEquals(why("SYNTAX_ERROR", "TABLE_NOT_FOUND: is no table"), undefined);
});
