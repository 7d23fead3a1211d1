import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { catalog } from "../../lib/catalog/config.ts";
import { ensureWarehouse } from "../../lib/catalog/warehouses.ts";
import { explain } from "../../lab/engines/plan.ts";
import { DISPLAY, type Displayable } from "../../lib/core/kernel.ts";
import { sql } from "../../lib/trino/sql.ts";
import { query, TrinoError } from "../../lib/trino/client.ts";
import { ensureTrinoCatalog } from "../../lib/trino/catalog.ts";

const text = (shown: Displayable) => shown[DISPLAY]()["text/plain"]!;
const html = (shown: Displayable) => shown[DISPLAY]()["text/html"]!;

async function withTable(body: (name: string) => Promise<void>) {
  await ensureWarehouse(catalog());
  await ensureTrinoCatalog();
  const name = "explain_test.trips";
  await query("CREATE SCHEMA IF NOT EXISTS explain_test");
  try {
    await query(`CREATE OR REPLACE TABLE ${name} AS
      SELECT n, CAST(n AS varchar) AS company FROM UNNEST(sequence(1, 1000)) t(n)`);
    await body(name);
  } finally {
    await query(`DROP TABLE IF EXISTS ${name}`);
    await query("DROP SCHEMA IF EXISTS explain_test");
  }
}

Deno.test("explain() shows the plan, what it reads, and a link", async () => {
  await withTable(async (name) => {
    const plan = await explain(
      sql`SELECT count(*) FROM ${
        sql.table(name)
      } WHERE n > ${5} AND company <> ${"<b>"};`,
    );
    const [scan] = plan.scans;
    assert(scan!.table.endsWith(`.${name}`), scan!.table);
    assertEquals(scan!.conditions.n, "> 5");
    assert(scan!.rows! > 0 && scan!.bytes! > 0);
    assertEquals(plan.analyzed, false);
    assertStringIncludes(plan.text, "└─");
    assertStringIncludes(text(plan), "Plan, not run\nreads ");
    assertStringIncludes(text(plan), plan.infoUri);
    const [tree = "", whole = ""] = html(plan).split("<details>");
    assertStringIncludes(tree, "<b>Aggregate</b>[type = FINAL");
    assert(!/Layout: |Estimates: /.test(tree + text(plan)), tree);
    assertStringIncludes(whole, "Estimates: {rows: ");
    assert(!html(plan).includes("'<b>'"), "HTML of the statement is escaped");
  });
});

Deno.test("explain() cuts long lines, and keeps them whole below", async () => {
  const long = "x".repeat(300);
  const plan = await explain(sql`SELECT ${long} AS a`, { width: 60 });
  for (const line of text(plan).split("\n").slice(1, -1)) {
    assert(line.length <= 60, line);
  }
  const [tree, whole] = html(plan).split("<details>");
  assert(!tree!.includes(long));
  assertStringIncludes(whole!, long);
});

Deno.test("explain() with analyze runs the statement and says what steps took", async () => {
  await withTable(async (name) => {
    const plan = await explain(sql`SELECT max(n) FROM ${sql.table(name)}`, {
      analyze: true,
    });
    assertStringIncludes(plan.text, "Execution: ");
    assertStringIncludes(plan.text, "1000 rows");
    assertStringIncludes(text(plan), "Plan, with what each step took");

    await explain(`INSERT INTO ${name} VALUES (2000, 'a')`);
    const max = async () =>
      (await query(`SELECT max(n) AS n FROM ${name}`)).first.n;
    assertEquals(await max(), 1000n);
    await explain(`INSERT INTO ${name} VALUES (2000, 'a')`, { analyze: true });
    assertEquals(await max(), 2000n);
  });
});

Deno.test("explain() of a wrong statement is Trino's error", async () => {
  const error = await assertRejects(() => explain("SELECT nope"), TrinoError);
  assertEquals(error.errorName, "COLUMN_NOT_FOUND");
});
