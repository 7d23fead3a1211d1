import { assertEquals, assertStringIncludes } from "@std/assert";
import { settings } from "../core/settings.ts";
import { isConflict, missingAdvice, trinoCause } from "./causes.ts";

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
  const shake = "javax.net.ssl.SSLHandshakeException: PKIX path";
  assertStringIncludes(
    why("ICEBERG_CATALOG_ERROR", reached, `${shake} building failed`)!,
    "does not trust",
  );
  const late = `${shake} validation failed\nCertificateExpiredException`;
  assertStringIncludes(
    why("ICEBERG_CATALOG_ERROR", reached, late)!,
    "has expired",
  );
  assertStringIncludes(
    why("ICEBERG_CATALOG_ERROR", "SignatureDoesNotMatch")!,
    "refused the keys",
  );
  const { trinoCatalog } = settings();
  assertStringIncludes(
    trinoCause("CATALOG_NOT_FOUND", `Catalog '${trinoCatalog}' not found`)!
      .next,
    "ensureTrinoCatalog()",
  );
  assertEquals(why("CATALOG_NOT_FOUND", "Catalog 'x' not found"), undefined);
  assertEquals(why("TABLE_NOT_FOUND", "it does not exist"), undefined);
  assertEquals(why("SYNTAX_ERROR", "TABLE_NOT_FOUND: is no table"), undefined);
});

Deno.test("missingAdvice() names what comes near, and says nothing of what is there", async () => {
  const { trinoCatalog, namespace, table } = settings();
  const asked: string[] = [];
  const advice = async (
    errorName: string,
    message: string,
    { names = [], text = "" }: { names?: string[]; text?: string } = {},
  ) => {
    const known = await missingAdvice({ errorName, message }, text, (list) => {
      asked.push(list);
      return Promise.resolve(names);
    });
    return [known?.why, known?.next].join("; ");
  };
  assertEquals(
    await advice("COLUMN_NOT_FOUND", "Column 't.compny' cannot be resolved", {
      text: `SELECT compny FROM chicago."order" t JOIN b.c ON 1 = 1 JOIN b.c`,
      names: ["fare", "company", "payment_type"],
    }),
    "the nearest name is company; write that, or ask " +
      'SHOW COLUMNS FROM chicago."order", SHOW COLUMNS FROM b.c',
  );
  assertEquals(asked, [
    'SHOW COLUMNS FROM chicago."order"',
    "SHOW COLUMNS FROM b.c",
    "SHOW COLUMNS FROM b.c",
  ]);
  for (
    const message of [
      "Insert column name does not exist in target table: compny",
      "The UPDATE SET target column compny doesn't exist",
    ]
  ) {
    const said = await advice("COLUMN_NOT_FOUND", message, {
      text: "INSERT INTO rides (compny) VALUES 1",
      names: ["fare", "company"],
    });
    assertStringIncludes(said, "is company;");
  }
  const path = `'${trinoCatalog}.${namespace}`;
  const missing = (name: string, names: string[]) =>
    advice("TABLE_NOT_FOUND", `Table ${path}.${name}' does not exist`, {
      names,
    });
  assertStringIncludes(await missing("taxi_trip", [table]), `is ${table};`);
  assertStringIncludes(await missing("trips", [table]), `is ${table};`);
  // The table of the trips is not there, whatever resembles it.
  const nothing = "nothing was ingested yet";
  assertStringIncludes(await missing(table, ["taxi_trips2"]), nothing);
  assertStringIncludes(await missing("taxi_trip", []), nothing);
  assertEquals((await missing("xyz", [table])).includes(nothing), false);
  assertStringIncludes(
    await advice("SCHEMA_NOT_FOUND", `Schema '${namespace}' does not exist`),
    nothing,
  );
  assertStringIncludes(
    await advice("SCHEMA_NOT_FOUND", "Schema 'chicgo' does not exist", {
      names: ["chicago", "default"],
    }),
    "is chicago;",
  );
  assertStringIncludes(
    await advice("FUNCTION_NOT_FOUND", "Function 'cont' not registered", {
      names: ["concat", "count", "cos"],
    }),
    "is count;",
  );
  assertEquals(await advice("SYNTAX_ERROR", "mismatched input 'x'"), "; ");
});
