// What statements set for those that follow, on Trino itself.
import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { LakehouseError } from "../../lib/core/errors.ts";
import { DISPLAY } from "../../lib/core/kernel.ts";
import { ask } from "../../lib/trino/ask.ts";
import { settings } from "../../lib/core/settings.ts";
import { ensureTrinoCatalog } from "../../lib/trino/catalog.ts";
import { sql } from "../../lib/trino/sql.ts";
import { withNamespace } from "../support/namespace.ts";
import { query, TrinoError, trinoSession } from "../../lib/trino/client.ts";

const first = async (statement: string) =>
  Object.values((await query(statement)).first)[0];

const refused = (statement: string) =>
  assertRejects(() => query(statement), TrinoError);

async function step(
  t: Deno.TestContext,
  name: string,
  body: () => Promise<void>,
): Promise<void> {
  await t.step(name, body);
  trinoSession.reset();
}

Deno.test("what a statement sets holds for the next ones", async (t) => {
  trinoSession.reset();
  await step(t, "USE, and a schema given for one statement", async () => {
    await query("USE system.runtime");
    assert(await first("SELECT count(*) FROM nodes") === 1n);
    assertEquals(trinoSession.values, ["catalog system", "schema runtime"]);
    const { rows } = await query("SELECT * FROM catalogs", {
      schema: "metadata",
    });
    assert(rows.length > 0);
    assertEquals(
      await first("SELECT current_catalog || '.' || current_schema"),
      "system.runtime",
    );
  });

  await step(
    t,
    "USE of names with signs, and of letters no header has",
    async () => {
      await withNamespace("session_test", async () => {
        await ensureTrinoCatalog();
        const catalog = sql.id(settings().trinoCatalog);
        for (const schema of ["per%cent", "plus+q", 'q"uote', "münchen"]) {
          await query(
            sql`CREATE SCHEMA IF NOT EXISTS ${catalog}.${sql.id(schema)}`,
          );
          try {
            await query(sql`USE ${catalog}.${sql.id(schema)}`);
            assertEquals(trinoSession.values.at(-1), `schema ${schema}`);
            assertEquals(await first("SELECT current_schema"), schema);
          } finally {
            await query(sql`DROP SCHEMA ${catalog}.${sql.id(schema)}`);
          }
        }
        trinoSession.reset();
        const japan = sql`${catalog}.${sql.id("日本")}`;
        await query(sql`CREATE SCHEMA IF NOT EXISTS ${japan}`);
        try {
          for (
            const run of [
              () => query(sql`USE ${japan}`),
              () => query("SELECT 1", { schema: "日本" }),
            ]
          ) {
            await assertRejects(run, LakehouseError, "Latin letters alone");
            assertEquals(await first("SELECT current_schema"), "session_test");
          }
        } finally {
          await query(sql`DROP SCHEMA ${japan}`);
        }
      });
    },
  );

  await step(t, "SET TIME ZONE and SET SESSION, shown and reset", async () => {
    const zone = await first("SELECT current_timezone()");
    await query("SET TIME ZONE 'America/Chicago'");
    const set = await query("SET SESSION query_max_run_time = '1h'");
    await query("SET SESSION join_distribution_type = 'BROADCAST'");
    assertEquals(await first("SELECT current_timezone()"), "America/Chicago");
    const property = (name: string) =>
      query(`SHOW SESSION LIKE '${name}'`).then(({ first }) => first.Value);
    assertEquals(await property("query_max_run_time"), "1h");
    assertEquals(await property("join_distribution_type"), "BROADCAST");
    assertStringIncludes(set.summary, "session query_max_run_time=1h");
    const shown = (await ask("SELECT 1"))[DISPLAY]();
    assertStringIncludes(
      shown["text/plain"]!,
      "session time_zone_id=America/Chicago",
    );
    // Of one statement alone.
    const { first: one } = await query(
      "SHOW SESSION LIKE 'query_max_run_time'",
      {
        session: { query_max_run_time: "2h" },
      },
    );
    assertEquals(one.Value, "2h");
    await query("RESET SESSION query_max_run_time");
    assert(await property("query_max_run_time") !== "1h");
    assertEquals(await property("join_distribution_type"), "BROADCAST");
    trinoSession.reset();
    assertEquals(await first("SELECT current_timezone()"), zone);
    assertEquals((await query("SELECT 1")).session, []);
  });

  await step(t, "PREPARE, of any text, and DEALLOCATE", async () => {
    await query("PREPARE a FROM SELECT ? + 1, 'x, y=z; %41 + é'");
    await query('PREPARE "B c" FROM SELECT 2');
    assertEquals(Object.values((await query("EXECUTE a USING 2")).first), [
      3,
      "x, y=z; %41 + é",
    ]);
    assertEquals(await first('EXECUTE "B c"'), 2);
    assert(trinoSession.values.some((each) => each.includes("%41 + é")));
    await query("DEALLOCATE PREPARE a");
    assertStringIncludes((await refused("EXECUTE a")).message, "a");
    assertEquals(await first('EXECUTE "B c"'), 2);
  });

  await step(t, "SET TIME ZONE LOCAL and RESET SESSION take back", async () => {
    const zone = await first("SELECT current_timezone()");
    await query("SET TIME ZONE INTERVAL -'5' HOUR");
    assertEquals(await first("SELECT current_timezone()"), "-05:00");
    await refused("SET TIME ZONE 'Nowhere/At_All'");
    assertEquals(await first("SELECT current_timezone()"), "-05:00");
    await query("SET TIME ZONE LOCAL");
    assertEquals(await first("SELECT current_timezone()"), zone);
    await query("SET TIME ZONE 'Asia/Tokyo'");
    await query("RESET SESSION time_zone_id");
    assertEquals(await first("SELECT current_timezone()"), zone);
    assertEquals(trinoSession.values, []);
  });

  await step(t, "SET PATH, and SET ROLE where there are none", async () => {
    await refused("SET ROLE NONE IN system");
    const { message } = await refused("SET ROLE nobody");
    assertStringIncludes(message, "Role 'nobody' does not exist");
    assertEquals(trinoSession.values, []);
    // All roles and none there are everywhere.
    await query("SET ROLE ALL");
    assertEquals(trinoSession.values, ["role system=ALL"]);
    assertEquals(await first("SELECT 1"), 1);
    await query("SET ROLE NONE");
    assertEquals(trinoSession.values, ["role system=NONE"]);
    trinoSession.reset();
    await query("SET PATH system.runtime");
    assertStringIncludes(trinoSession.values.join(), "path ");
    assertEquals(await first("SELECT 1"), 1);
  });

  await step(t, "a transaction, until COMMIT or ROLLBACK", async () => {
    await query("START TRANSACTION READ ONLY");
    assertEquals(await first("SELECT 1"), 1);
    assertStringIncludes((await query("SELECT 1")).summary, "transaction-id ");
    const [one, other] = await Promise.allSettled([
      query("SELECT count(*) FROM UNNEST(sequence(1, 1000)) t(n)"),
      query("SELECT 2"),
    ]);
    assertEquals([one.status, other.status], ["fulfilled", "rejected"]);
    const { reason } = other as PromiseRejectedResult;
    assert(reason instanceof LakehouseError);
    assertStringIncludes(reason.message, "two statements of a transaction");
    assertEquals(await first("SELECT 2"), 2);
    await query("COMMIT");
    assertEquals(trinoSession.values, []);
    await Promise.all([query("SELECT 1"), query("SELECT 2")]);

    await query("START TRANSACTION");
    await refused("SELECT 1 / 0");
    const aborted = await refused("SELECT 1");
    assertStringIncludes(aborted.message, "ROLLBACK");
    await query("ROLLBACK");
    assertEquals(await first("SELECT 1"), 1);
  });

  await step(t, "a transaction that Trino has forgotten", async () => {
    await query("START TRANSACTION");
    const [id = ""] = trinoSession.values;
    trinoSession.reset();
    await query("START TRANSACTION");
    assert(trinoSession.values[0] !== id);
    await query("ROLLBACK");
  });

  await step(t, "statements at once have it as it stood at first", async () => {
    const zone = await first("SELECT current_timezone()");
    const [, before] = await Promise.all([
      query("SET TIME ZONE 'Asia/Tokyo'"),
      first("SELECT current_timezone()"),
    ]);
    assertEquals(before, zone);
    assertEquals(await first("SELECT current_timezone()"), "Asia/Tokyo");
  });

  await step(t, "what this client has no way for is refused", async () => {
    await refused("SET SESSION AUTHORIZATION alice");
    assertEquals(trinoSession.values, []);
  });
});
