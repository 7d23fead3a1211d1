import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { SparkError } from "./spark_error.ts";

const spark = (name: string) => `org.apache.spark.sql.${name}`;
const iceberg = (name: string) => `org.apache.iceberg.exceptions.${name}`;

Deno.test("SparkError names the error class, the place and the sentence, without the plan", () => {
  const error = new SparkError({
    causes: [{
      name: spark("catalyst.ExtendedAnalysisException"),
      message:
        "[TABLE_OR_VIEW_NOT_FOUND] The table or view `nope` cannot be found. Verify it.\nMore.; line 2 pos 14;\n'Project [*]\n+- 'UnresolvedRelation [nope], [], false\n",
      errorClass: "TABLE_OR_VIEW_NOT_FOUND",
      sqlState: "42P01",
    }],
    stack: ["at a.b.C.d(C.java:1)"],
  });
  assertEquals(
    error.message,
    "TABLE_OR_VIEW_NOT_FOUND at line 2, column 15: The table or view `nope` cannot be found. Verify it",
  );
  assertEquals(
    [error.name, error.sqlState, error.line, error.column, error.conflict],
    ["SparkError", "42P01", 2, 15, false],
  );
});

Deno.test("SparkError says what to do when the trips are not there", () => {
  const error = new SparkError({
    causes: [{
      name: spark("AnalysisException"),
      message:
        "[TABLE_OR_VIEW_NOT_FOUND] The table or view `taxi_trips` cannot be found.",
      errorClass: "TABLE_OR_VIEW_NOT_FOUND",
    }],
    stack: [],
  });
  assertStringIncludes(error.message, "deno task analyze");
});

Deno.test("SparkError says so of no other table, and keeps Spark's own suggestion", () => {
  const of = (errorClass: string, message: string) =>
    new SparkError({
      causes: [{
        name: spark("AnalysisException"),
        message: `[${errorClass}] ${message}`,
        errorClass,
      }],
      stack: [],
    }).message;
  const missing = (path: string) =>
    of("TABLE_OR_VIEW_NOT_FOUND", `The table or view ${path} cannot be found.`);
  for (const path of ["`chicgo`.`taxi_trips`", "`taxi_trip`"]) {
    assertEquals(missing(path).includes("ingested"), false, path);
  }
  for (
    const path of [
      "`chicago`.`taxi_trips`",
      "`lakehouse`.`chicago`.`taxi_trips`",
    ]
  ) {
    assertStringIncludes(missing(path), "nothing was ingested yet");
  }
  assertStringIncludes(
    of(
      "UNRESOLVED_COLUMN.WITH_SUGGESTION",
      "A column, variable, or function parameter with name `compny` cannot be resolved. Did you mean one of the following? [`company`, `fare`]. SQLSTATE: 42703; line 1 pos 7;\n'Project",
    ),
    "Did you mean one of the following? [`company`, `fare`]",
  );
});

Deno.test("SparkError names the cleared cache behind a class that is not there", () => {
  const { message } = new SparkError({
    causes: [{
      name: "java.lang.RuntimeException",
      message:
        "java.lang.ClassNotFoundException: Class org.apache.hadoop.fs.s3a.S3AFileSystem not found",
    }, {
      name: "java.lang.ClassNotFoundException",
      message: "Class org.apache.hadoop.fs.s3a.S3AFileSystem not found",
    }],
    stack: [],
  });
  assertStringIncludes(message, "cache was cleared");
  assertStringIncludes(message, "deno task up");
});

Deno.test("SparkError keeps Java's exceptions as causes, the innermost with its stack", () => {
  const error = new SparkError({
    causes: [
      {
        name: "org.apache.spark.SparkException",
        message:
          "Job aborted due to stage failure: Task 0 in stage 0.0 failed\n\tat x",
        errorClass: "_LEGACY_ERROR_TEMP_2",
      },
      { name: "java.lang.RuntimeException", message: "too many" },
    ],
    stack: ["at a.b.C.d(C.java:1)", "at a.b.E.f(E.java:2)"],
  });
  assertEquals(error.message, "RuntimeException: too many");
  assertEquals(error.errorClass, "RuntimeException");
  const outer = error.cause as Error;
  const inner = outer.cause as Error;
  assertEquals(outer.name, "SparkException");
  assert(!outer.stack!.includes("C.java"));
  assertEquals(
    inner.stack,
    "java.lang.RuntimeException: too many\n    at a.b.C.d(C.java:1)\n    at a.b.E.f(E.java:2)",
  );
});

Deno.test("SparkError marks conflicts of commits, and nothing else, as such", () => {
  const conflict = (name: string, message: string) =>
    new SparkError({
      causes: [
        {
          name: "org.apache.spark.SparkException",
          message: "[WRITING_JOB_ABORTED] Writing job aborted.",
          errorClass: "WRITING_JOB_ABORTED",
        },
        { name: iceberg(name), message },
      ],
      stack: [],
    });
  for (
    const [name, message] of [
      ["CommitFailedException", "Requirement failed: branch main has changed"],
      [
        "ValidationException",
        "Found conflicting files that can contain records matching true",
      ],
      [
        "ValidationException",
        "Missing required files to delete: s3://a/b.parquet",
      ],
    ] as const
  ) {
    const error = conflict(name, message);
    assertEquals([error.conflict, error.errorClass], [true, name]);
    assertStringIncludes(error.message, "run the statement again");
  }
  const other = conflict(
    "ValidationException",
    "Cannot find field 'nope' in struct",
  );
  assertEquals(other.conflict, false);
  const unknown = conflict(
    "CommitStateUnknownException",
    "Cannot tell: timed out",
  );
  assertEquals(unknown.conflict, false);
});

Deno.test("SparkError explains what lies outside of Spark", () => {
  const error = new SparkError({
    causes: [
      {
        name: iceberg("RESTException"),
        message: "Error occurred while processing GET request",
      },
      { name: "java.net.ConnectException", message: "Connection refused" },
    ],
    stack: [],
  });
  assertEquals(error.next, "deno task status, then deno task up");
});

Deno.test("SparkError cuts a sentence that never ends", () => {
  const error = new SparkError({
    causes: [{
      name: iceberg("ValidationException"),
      message: "x".repeat(5_000),
    }],
    stack: [],
  });
  assert(error.message.length < 400);
  assertStringIncludes((error.cause as Error).message, "x".repeat(5_000));
});
