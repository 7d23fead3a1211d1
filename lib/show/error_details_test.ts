import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { PROJECT_DIR } from "../core/settings.ts";
import { errorDetails } from "./error_details.ts";
import { LakehouseError } from "../core/errors.ts";
import { DISPLAY, type Displayable } from "../core/kernel.ts";
import { TrinoError, type TrinoPage } from "../trino/client.ts";

const text = (shown: Displayable) => shown[DISPLAY]()["text/plain"]!;
const html = (shown: Displayable) => shown[DISPLAY]()["text/html"]!;

function trinoError(sql: string): TrinoError {
  const page = {
    id: "20240105_1",
    infoUri: "http://localhost:9999/ui#/queries/20240105_1",
    error: {
      message: "line 2:3: <b> is nothing",
      errorName: "SYNTAX_ERROR",
      errorType: "USER_ERROR",
      errorLocation: { lineNumber: 2, columnNumber: 3 },
      failureInfo: {
        type: "io.trino.Failure",
        message: "deep",
        stack: ["io.trino.Parser.parse(Parser.java:5)"],
      },
    },
  };
  return new TrinoError(page as unknown as TrinoPage, sql);
}

Deno.test("errorDetails() shows causes and the stack without this machine's paths", () => {
  const cause = new Error("inner", { cause: "refused" });
  const shown = text(
    errorDetails(new LakehouseError({ what: "Outer", cause })),
  );
  assertStringIncludes(
    shown,
    "LakehouseError: Outer\n\n    at lib/show/error_details_test.ts:",
  );
  assertStringIncludes(shown, "\n\nCaused by Error: inner\n    at lib/");
  assertStringIncludes(shown, "\n\nCaused by refused");
  assert(!shown.includes(PROJECT_DIR), shown);
  assert(!/\bext:/.test(shown), shown);
});

Deno.test("errorDetails() marks the place in the SQL, and links the query", () => {
  const shown = errorDetails(trinoError("SELECT 1,\n  FROM x"));
  assertStringIncludes(
    text(shown),
    "1 │ SELECT 1,\n2 │   FROM x\n  │   ^\n\nTrinoError: SYNTAX_ERROR at line 2",
  );
  assertStringIncludes(
    text(shown),
    "Caused by Error: io.trino.Failure: deep\n    at io.trino.Parser.parse(Parser.java:5)",
  );
  assertStringIncludes(html(shown), `<a href="http://localhost:9999/ui#/q`);
  assert(/^<details><summary[^>]*>/.test(html(shown)));
  assert(!html(shown).includes("<b>"));
});

Deno.test("errorDetails() ends with causes that go round", () => {
  const one = new Error("one");
  const two = new Error("two", { cause: one });
  one.cause = two;
  assertEquals(text(errorDetails(one)).match(/Caused by/g)?.length, 1);
  assertStringIncludes(text(errorDetails()), "no error yet");
});

Deno.test("a TrinoError keeps its SQL without the secret key", () => {
  const name = "MINIO_SECRET_KEY";
  const before = Deno.env.get(name);
  Deno.env.set(name, "s3cr'et");
  try {
    const { text: kept } = trinoError(`WITH ("k" = 's3cr''et')`);
    assertEquals(kept, `WITH ("k" = '…')`);
  } finally {
    if (before === undefined) Deno.env.delete(name);
    else Deno.env.set(name, before);
  }
});
