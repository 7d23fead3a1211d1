import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { PROJECT_DIR, settings } from "../../lib/core/settings.ts";
import { codeCells, readNotebook } from "../../tasks/notebooks/document.ts";
import * as queries from "./queries.ts";
import { sql } from "../../lib/trino/sql.ts";

type Question = (options?: queries.TripsOptions) => ReturnType<typeof sql>;

const QUESTIONS = Object.entries(queries) as [string, Question][];

/** A statement by its words; a quoted plain name is the name. */
function words(text: string): string {
  return text.replace(/"(\w+)"/g, "$1").replace(/\s+/g, " ").trim();
}

/** The statements of a notebook: what its cells give to `ask()`. */
async function statementsOf(name: string): Promise<string[]> {
  const notebook = await readNotebook(`${PROJECT_DIR}/notebooks/${name}`);
  return codeCells(notebook).flatMap(({ source }) => {
    const constants = source.match(/^const \w+ = (\d+|\[[^\]]*\]);$/m)?.[0] ??
      "";
    return [...source.matchAll(/ask\((sql`[^`]*`)\)/g)].map(([, template]) =>
      String(
        new Function("sql", "trips", `${constants} return ${template};`)(
          sql,
          sql.table(settings().table),
        ),
      )
    );
  });
}

Deno.test("notebook 05 asks what the ten questions ask, in the same words", async () => {
  const [count, ...asked] = await statementsOf("05-analyze.ipynb");
  assertEquals(words(count!), "SELECT count(*) AS trips FROM taxi_trips");
  assertEquals(QUESTIONS.length, 10);
  assertEquals(
    asked.map(words).sort(),
    QUESTIONS.map(([, question]) => words(String(question()))).sort(),
  );
});

Deno.test("every question takes a table and a condition", () => {
  const options = {
    table: 'other.trips"x',
    where: sql`company = ${"Sun's"} OR true`,
  };
  for (const [name, question] of QUESTIONS) {
    const text = String(question(options));
    assertStringIncludes(text, `FROM "other"."trips""x"`, name);
    assert(/(WHERE|AND) \(company = 'Sun''s' OR true\)/.test(text), text);
  }
});

Deno.test("questions take parameters of their own", () => {
  assertStringIncludes(String(queries.tripsByCompany({ limit: 3 })), "LIMIT 3");
  assertStringIncludes(
    String(queries.tripsByFare({ dollars: 12.5 })),
    "BETWEEN 0 AND 12.5E0",
  );
  assertStringIncludes(
    String(queries.paymentsByYear({ types: ["a'b"] })),
    "payment_type IN ('a''b')",
  );
});
