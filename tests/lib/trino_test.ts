import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { catalog } from "../../lib/catalog/config.ts";
import { ensureWarehouse } from "../../lib/catalog/warehouses.ts";
import { settings } from "../../lib/core/settings.ts";
import { LakehouseError } from "../../lib/core/errors.ts";
import { withNamespace } from "../support/namespace.ts";
import { type Sql, sql } from "../../lib/trino/sql.ts";
import { query, TrinoError } from "../../lib/trino/client.ts";
import { ensureTrinoCatalog } from "../../lib/trino/catalog.ts";
import { closedPort, withEnv } from "../support/env.ts";

const LONG = `SELECT count(*) FROM UNNEST(sequence(1, 10000)) a(x)
  CROSS JOIN UNNEST(sequence(1, 10000)) b(y) CROSS JOIN UNNEST(sequence(1, 1000)) c(z)`;

Deno.test("query() returns every value exactly", async () => {
  const { first } = await query(`SELECT
    9007199254740993 AS big,
    DECIMAL '12345678901234567890.10' AS money,
    TIMESTAMP '2020-01-01 00:00:00.123456' AS micros,
    CAST(NULL AS bigint) AS nothing,
    X'00ff' AS bytes,
    ARRAY[BIGINT '9007199254740993'] AS list,
    CAST(ROW(1, 'a') AS ROW(id bigint, name varchar)) AS pair,
    MAP(ARRAY['k'], ARRAY[DOUBLE '1.5']) AS pairs,
    nan() AS nan`);
  assertEquals(first, {
    big: 9007199254740993n,
    money: "12345678901234567890.10",
    micros: "2020-01-01 00:00:00.123456",
    nothing: null,
    bytes: new Uint8Array([0, 255]),
    list: [9007199254740993n],
    pair: { id: 1n, name: "a" },
    pairs: { k: 1.5 },
    nan: NaN,
  });
});

Deno.test("query() returns all rows of a result of many pages", async () => {
  const { rows } = await query(
    "SELECT n FROM UNNEST(sequence(1, 10000)) t(n), UNNEST(sequence(1, 10)) u(m)",
  );
  assertEquals(rows.length, 100_000);
  assertEquals(
    rows.reduce((sum, { n }) => sum + (n as bigint), 0n),
    500_050_000n,
  );
});

Deno.test("query() returns columns of a result without rows", async () => {
  const result = await query("SELECT 1 AS one WHERE false");
  assertEquals(result.rows, []);
  assertEquals(result.columns.map(({ name }) => name), ["one"]);
});

Deno.test("query() tells name, place and query id of a syntax error", async () => {
  const error = await assertRejects(
    () => query("SELECT 1,\n  FROM x"),
    TrinoError,
  );
  assertEquals(error.errorName, "SYNTAX_ERROR");
  assertEquals([error.line, error.column], [2, 3]);
  assertMatch(error.queryId, /^\d{8}_\d{6}_\d{5}_\w{5}$/);
  assertStringIncludes(error.message, error.queryId);
});

Deno.test("query() fails when the query fails half way", async () => {
  const error = await assertRejects(
    () => query("SELECT 1 / (n - 50) FROM UNNEST(sequence(1, 100)) t(n)"),
    TrinoError,
  );
  assertEquals(error.errorName, "DIVISION_BY_ZERO");
});

Deno.test("query() names what comes near, and what was not ingested", () =>
  withNamespace("near_names_test", async () => {
    await ensureTrinoCatalog();
    const says = async (statement: string, part: string) => {
      const { message } = await assertRejects(
        () => query(statement),
        TrinoError,
      );
      assertStringIncludes(message, part);
      return message;
    };
    await says("SELECT * FROM taxi_trip", "nothing was ingested yet");
    await query(
      "CREATE TABLE rides (company varchar, fare double, payment_type varchar)",
    );
    await query("CREATE VIEW seen AS SELECT company AS firm FROM rides");
    await says("SELECT * FROM taxi_trips", "nothing was ingested yet");
    await says("SELECT * FROM rides2", "the nearest name is rides");
    await says("SELECT compny FROM rides", "the nearest name is company");
    await says(
      "WITH x AS (SELECT * FROM rides) SELECT r.payment FROM x AS r",
      "the nearest name is payment_type",
    );
    await says("INSERT INTO rides (compny) VALUES 'a'", "name is company");
    await says("UPDATE rides SET compny = 'a'", "name is company");
    await says("SELECT frm FROM seen", "the nearest name is firm");
    await says("SELECT cont(*) FROM rides", "the nearest name is count");
    await says(
      "SELECT * FROM near_name_test.rides",
      "the nearest name is near_names_test",
    );
    await says(
      "SELECT * FROM tutorial_catlog.near_names_test.rides",
      "the nearest name is tutorial_catalog",
    );
    const other = await says("SELECT * FROM zzz", "does not exist");
    assert(!other.includes("ingested"), other);
  }));

Deno.test("a bigint limits rows, sorts by its place, and is a type's digits", async () => {
  const { first } = await query("SELECT BIGINT '2' AS n, BIGINT '1' AS one");
  const { n, one } = first as Record<string, bigint>;
  const from = sql`SELECT n FROM (VALUES 3, 1, 2, 4) v(n) ORDER BY ${one!}`;
  const numbers = async (statement: Sql) =>
    (await query(statement)).rows.map((row) => row.n);
  assertEquals(await numbers(sql`${from} LIMIT ${n!}`), [1, 2]);
  assertEquals(
    await numbers(sql`${from} OFFSET ${one!} LIMIT ${n!}`),
    [2, 3],
  );
  assertEquals(await numbers(sql`${from} FETCH FIRST ${n!} ROWS ONLY`), [1, 2]);
  const { columns } = await query(
    sql`SELECT CAST(1 AS decimal(${20n}, ${n!})), CAST('a' AS varchar(${n!}))`,
  );
  assertEquals(columns.map(({ type }) => type), [
    "decimal(20, 2)",
    "varchar(2)",
  ]);
});

Deno.test("query() runs one statement, whatever stands behind it", async () => {
  assertEquals((await query("SELECT 1 AS n; -- done")).first.n, 1);
  assertEquals((await query("SELECT 1 AS n;;")).first.n, 1);
  assertEquals(
    (await query(`WITH FUNCTION f() RETURNS int
      BEGIN DECLARE x int DEFAULT 6; SET x = x + 1; RETURN x; END
      SELECT f() AS n;`)).first.n,
    7,
  );
  await assertRejects(() => query("SELECT 1; SELECT 2"), LakehouseError, "2");
});

Deno.test("query() reports progress, and an abort ends the query on the server", async () => {
  const controller = new AbortController();
  const states: string[] = [];
  const started = performance.now();
  const running = query(LONG, {
    signal: controller.signal,
    onProgress: ({ state, totalSplits }) => {
      states.push(state);
      if (state === "RUNNING" && totalSplits > 0) {
        controller.abort(new Error("stopped by the test"));
      }
    },
  });
  await assertRejects(() => running, Error, "stopped by the test");
  assert(performance.now() - started < 20_000);
  assert(states.includes("RUNNING"), states.join());
  let state: unknown;
  for (let i = 0; i < 20 && state !== "FAILED"; i++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    const { rows } = await query(
      "SELECT state FROM system.runtime.queries WHERE query LIKE '%sequence(1, 1000)%' AND query NOT LIKE '%runtime%' ORDER BY created DESC LIMIT 1",
    );
    state = rows[0]?.state;
  }
  assertEquals(state, "FAILED");
});

Deno.test("query() ends at its time limit", async () => {
  await assertRejects(
    () => query(LONG, { limitMs: 1_000 }),
    LakehouseError,
    "took longer than 1 s",
  );
});

Deno.test("query() says that nothing answers", async () => {
  const uri = `http://127.0.0.1:${closedPort()}`;
  await withEnv({ TRINO_URI: uri }, async () => {
    const error = await assertRejects(() => query("SELECT 1"), LakehouseError);
    assertStringIncludes(error.message, uri);
    assertStringIncludes(error.message, "deno task up");
  });
});

Deno.test("ensureTrinoCatalog() keeps a catalog that answers and mends one that does not", async () => {
  await ensureWarehouse(catalog());
  await ensureTrinoCatalog();
  assertEquals(await ensureTrinoCatalog(), false);
  const { trinoCatalog } = settings();
  await query(`DROP CATALOG ${trinoCatalog}`);
  assertEquals(await ensureTrinoCatalog(), true);
});

Deno.test("ensureTrinoCatalog() drops no catalog that is refused, nor one of somebody else's", async () => {
  const { trinoCatalog } = settings();
  await ensureTrinoCatalog();
  // That Trino refuses a statement is no fault of the catalog's.
  await assertRejects(
    () => ensureTrinoCatalog({ session: { no_such_property: "1" } }),
    LakehouseError,
    "SESSION_PROPERTY",
  );
  await withEnv({ STACK: "remote", TRINO_CATALOG: "theirs" }, async () => {
    // Its catalog is nowhere, so that it does not answer.
    // It is there nevertheless, as one is whose server has gone.
    await assertRejects(() =>
      query(`CREATE CATALOG theirs USING iceberg WITH (
        "iceberg.catalog.type" = 'rest',
        "iceberg.rest-catalog.uri" = 'http://127.0.0.1:${closedPort()}')`)
    );
    try {
      await assertRejects(() => ensureTrinoCatalog(), LakehouseError);
      const { rows } = await query("SHOW CATALOGS LIKE 'theirs'");
      assertEquals(rows.length, 1);
    } finally {
      await query("DROP CATALOG theirs");
    }
  });
  const { rows } = await query(`SHOW CATALOGS LIKE '${trinoCatalog}'`);
  assertEquals(rows.length, 1);
});

Deno.test("ensureTrinoCatalog() names the address when Trino cannot reach the catalog", async () => {
  const uri = `http://127.0.0.1:${closedPort()}/_iceberg`;
  await withEnv(
    { ENGINE_CATALOG_URI: uri, TRINO_CATALOG: "lost_catalog" },
    async () => {
      const error = await assertRejects(
        () => ensureTrinoCatalog(),
        LakehouseError,
      );
      assertStringIncludes(error.message, uri);
      assertStringIncludes(error.message, "ENGINE_MINIO_HOST");
      const { rows } = await query("SHOW CATALOGS LIKE 'lost_catalog'");
      assertEquals(rows, []);
    },
  );
});

Deno.test("Trino's own record of the statements holds no secret key", async () => {
  await ensureTrinoCatalog();
  const { rows } = await query("SELECT query FROM system.runtime.queries");
  assert(rows.some((row) => String(row.query).startsWith("CREATE CATALOG")));
  const { secretKey } = settings();
  // Only the remote stack has the keys in its statement, as docs/clusters.md says.
  const statements = rows.map((row) => String(row.query))
    .filter((text) => !text.includes('"remote_catalog"'));
  assert(statements.length > 0);
  assert(!statements.some((text) => text.includes(secretKey)));
});

Deno.test("query() passes on what its caller throws, and leaves no query running", async () => {
  const text = "SELECT count(*) AS passed_on FROM UNNEST(sequence(1, 10000)) " +
    "CROSS JOIN UNNEST(sequence(1, 10000)) CROSS JOIN UNNEST(sequence(1, 100))";
  await assertRejects(
    () =>
      query(text, {
        onProgress: ({ state }) => {
          if (state === "RUNNING") throw new RangeError("the caller's own");
        },
      }),
    RangeError,
    "the caller's own",
  );
  // A cancelled query takes a moment to end.
  const states = async () =>
    (await query(
      "SELECT state FROM system.runtime.queries WHERE query LIKE 'SELECT count(*) AS passed_on%'",
    )).rows.map(({ state }) => state);
  for (let i = 0; i < 50 && (await states()).join() !== "FAILED"; i++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assertEquals(await states(), ["FAILED"]);
});

Deno.test("query() refuses a result that would fill the memory", async () => {
  const rows = (count: number) =>
    sql`SELECT n FROM UNNEST(sequence(1, ${count})) AS t(n)`;
  const error = await assertRejects(
    () => query(rows(5_000), { maxRows: 4_999 }),
    LakehouseError,
    "more than 4,999 rows of 1 columns",
  );
  assertStringIncludes(error.message, "LIMIT");
  assertEquals(
    (await query(rows(5_000), { maxRows: 5_000 })).rows.length,
    5_000,
  );
});
