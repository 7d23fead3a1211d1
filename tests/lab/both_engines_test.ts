// One question to Trino and to Spark, on the running stack.
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { askBoth } from "../../lab/engines/comparison.ts";
import { DISPLAY } from "../../lib/core/kernel.ts";
import { SparkError } from "../../lab/engines/spark_error.ts";
import { sparkSession } from "../../lab/engines/spark_session.ts";
import { query, TrinoError } from "../../lib/trino/client.ts";
import { withNamespace } from "../namespace.ts";

const NAMESPACE = "both_engines_test";

Deno.test("askBoth() says whether Trino and Spark agree", () =>
  withNamespace(NAMESPACE, async () => {
    await using _spark = await sparkSession();
    await query(`CREATE TABLE kinds AS SELECT * FROM (VALUES
      (BIGINT '9007199254740993', DECIMAL '12345678901234567.10', REAL '0.1', nan(),
        TIMESTAMP '2024-01-05 13:45:00.123456 UTC', DATE '0001-01-01', 'Zoë', true, X'00ff'),
      (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL))
      AS t (big, money, ratio, odd, at, day, name, ok, raw)`);
    const kinds = await askBoth(
      `SELECT * FROM ${NAMESPACE}.kinds ORDER BY big NULLS LAST`,
    );
    assertEquals([kinds.agree, kinds.trino.rows.length], [true, 2]);
    assertEquals(kinds.first.big, 9007199254740993n);

    // The engines divide integers differently.
    const divided = await askBoth("SELECT 7 / 2, 1 AS one");
    assertEquals(divided.agree, false);
    const text = divided[DISPLAY]()["text/plain"]!;
    assertStringIncludes(text, "Trino");
    assertStringIncludes(text, "3.5");

    const { agree } = await askBoth("SELECT 1 AS n WHERE 1 = 0");
    assertEquals(agree, true);
    await assertRejects(
      () => askBoth("SELECT named_struct('a', 1)"),
      TrinoError,
    );
    await assertRejects(
      () => askBoth("SELECT from_base('ff', 16)"),
      SparkError,
    );
  }));
