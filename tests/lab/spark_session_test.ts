import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { catalog } from "../../lib/catalog/config.ts";
import { ensureWarehouse } from "../../lib/catalog/warehouses.ts";
import { LakehouseError } from "../../lib/core/errors.ts";
import { SparkError } from "../../lab/engines/spark_error.ts";
import { sparkSession } from "../../lab/engines/spark_session.ts";
import { query } from "../../lib/trino/client.ts";
import { withEnv } from "../support/env.ts";
import { withNamespace } from "../support/namespace.ts";

const NAMESPACE = "spark_session_test";
// One task, so that the other cores stay free for other statements.
const LONG =
  "SELECT count(*) FROM range(0, 100000000000, 1, 1) WHERE hash(id) % 7 = 1";

const isAlive = (pid: number) =>
  Deno.stat(`/proc/${pid}`).then(() => true, () => false);

async function waitUntilGone(pid: number): Promise<boolean> {
  for (let i = 0; i < 100; i++) {
    if (!await isAlive(pid)) return true;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return false;
}

/** Processes of sessions of these tests. */
async function processes(): Promise<string[]> {
  const { stdout } = await new Deno.Command("ps", { args: ["-eo", "args"] })
    .output();
  return new TextDecoder().decode(stdout).split("\n")
    .filter((line) => line.includes(`--namespace ${NAMESPACE}`));
}

Deno.test("a Spark session", async (t) => {
  await withNamespace(NAMESPACE, async () => {
    await using spark = await sparkSession();
    await t.step("is the one that runs, for every call", async () => {
      const [first, second] = await Promise.all([
        sparkSession(),
        sparkSession(),
      ]);
      assert(first === spark && second === spark);
      assert(await isAlive(spark.pid));
    });

    await t.step("answers twenty statements one after another", async () => {
      for (let n = 0; n < 20; n++) {
        assertEquals((await spark.sql(`SELECT ${n} AS n`)).rows, [{ n }]);
      }
    });

    await t.step("writes a table of which Trino says the same", async () => {
      await spark.sql(`CREATE TABLE kinds AS SELECT
        9007199254740993 AS big, 7 AS small, CAST(0.1 AS float) AS f,
        1e-300D AS d, CAST('12345678901234567890.10' AS decimal(38,2)) AS money,
        'Zoë' AS name, X'00ff' AS bytes, DATE'2020-02-29' AS day, true AS yes,
        TIMESTAMP'2020-01-01 00:00:00.123456' AS instant,
        TIMESTAMP_NTZ'1969-12-31 23:59:59.999999' AS local,
        CAST(NULL AS bigint) AS nothing, array(1L, NULL) AS list,
        map('k', 1.5D) AS pairs, named_struct('id', 1L, 'at', DATE'0001-01-01') AS pair`);
      const ours = await spark.sql("SELECT * FROM kinds");
      assertEquals(ours.rows, (await query("SELECT * FROM kinds")).rows);
      assertEquals(ours.first.big, 9007199254740993n);
      assertEquals(ours.first.money, "12345678901234567890.10");
      assertEquals(ours.columns[9], {
        name: "instant",
        type: "timestamp",
        // Spark's timestamp is an instant.
        typeSignature: { rawType: "timestamp with time zone" },
      });
    });

    await t.step("sees at once what Trino has committed", async () => {
      await query("CREATE TABLE shared AS SELECT 1 AS n");
      const count = async (version = "") =>
        (await spark.sql(`SELECT count(*) AS n FROM shared ${version}`)).first
          .n;
      assertEquals(await count(), 1n);
      await query("INSERT INTO shared VALUES 2");
      assertEquals(await count(), 2n);
      const { first } = await query(
        'SELECT max_by(snapshot_id, committed_at) AS id FROM "shared$snapshots"',
      );
      assertEquals(await count(`FOR VERSION AS OF ${first.id}`), 2n);
    });

    await t.step("shuffles into few parts, as it has few cores", async () => {
      const { first } = await spark.sql("SET spark.sql.shuffle.partitions");
      const cores = navigator.hardwareConcurrency;
      assertEquals(first.value, String(4 * cores));
    });

    await t.step(
      "returns what is not finite, names given twice, and many rows",
      async () => {
        const { first } = await spark.sql(
          "SELECT double('NaN') AS nan, -double('Infinity') AS low",
        );
        assertEquals(first, { nan: NaN, low: -Infinity });
        const twice = await spark.sql("SELECT 1 AS n, 2 AS n");
        assertEquals(twice.rows, [{ n: 1, n_2: 2 }]);
        const { rows } = await spark.sql("SELECT id FROM range(25000)");
        assertEquals(rows.length, 25_000);
        assertEquals(
          rows.reduce((sum, { id }) => sum + (id as bigint), 0n),
          312487500n,
        );
      },
    );

    await t.step(
      "knows Iceberg's procedures, branches and metadata",
      async () => {
        await spark.sql("CREATE TABLE small AS SELECT id FROM range(10)");
        await spark.sql("ALTER TABLE small CREATE BRANCH audit");
        await spark.sql(
          `INSERT INTO ${NAMESPACE}.small.branch_audit VALUES (10)`,
        );
        const count = async (at: string) =>
          (await spark.sql(`SELECT count(*) AS n FROM small ${at}`)).first.n;
        assertEquals([await count(""), await count("VERSION AS OF 'audit'")], [
          10n,
          11n,
        ]);
        const { rows } = await spark.sql(
          `SELECT * FROM ${NAMESPACE}.small.snapshots`,
        );
        assertEquals(rows.length, 2);
        const { first } = await spark.sql(
          "CALL system.fast_forward('small', 'main', 'audit')",
        );
        assertEquals(first.branch_updated, "main");
        assertEquals(await count(""), 11n);
      },
    );

    await t.step("names error, place and cause, and goes on", async () => {
      const failed = (text: string) =>
        assertRejects(() => spark.sql(text), SparkError);
      const syntax = await failed("SELECT 1\n  FROM a b c");
      assertEquals(syntax.errorClass, "PARSE_SYNTAX_ERROR");
      assertEquals([syntax.line, syntax.column], [2, 12]);
      const missing = await failed("SELECT * FROM no_such_table");
      assertEquals(missing.errorClass, "TABLE_OR_VIEW_NOT_FOUND");
      assertEquals([missing.sqlState, missing.conflict], ["42P01", false]);
      assert(!missing.message.includes("UnresolvedRelation"));
      const task = await failed(
        "SELECT raise_error(concat('id ', id)) FROM range(5)",
      );
      assertStringIncludes(task.message, "RuntimeException: id ");
      let root = task.cause as Error;
      while (root.cause) root = root.cause as Error;
      assertStringIncludes(root.stack!, "at org.apache.spark");
      assertEquals((await spark.sql("SELECT 1 AS n")).first.n, 1);
    });

    await t.step(
      "answers a short statement while a long one runs",
      async () => {
        const controller = new AbortController();
        const { promise: runs, resolve } = Promise.withResolvers<void>();
        const long = spark.sql(LONG, {
          signal: controller.signal,
          onProgress: ({ total }) => total > 0 && resolve(),
        });
        await runs;
        const { rows } = await spark.sql("SELECT count(*) AS n FROM small");
        assertEquals(rows, [{ n: 11n }]);
        controller.abort(new Error("stopped by the test"));
        const started = performance.now();
        await assertRejects(() => long, Error, "stopped by the test");
        assert(performance.now() - started < 2_000);
        assertEquals((await spark.sql("SELECT 2 AS n")).first.n, 2);
      },
    );

    await t.step("ends a statement at its time limit", async () => {
      const late = () => spark.sql(LONG, { limitMs: 1_000 });
      await assertRejects(late, LakehouseError, "took longer than 1 s");
      const stopped = AbortSignal.abort(new Error("no"));
      await assertRejects(
        () => spark.sql("SELECT 1", { signal: stopped }),
        Error,
        "no",
      );
    });

    await t.step("marks a commit that another writer forestalled", async () => {
      await spark.sql("CREATE TABLE races AS SELECT 1 AS v");
      const pause = "reflect('java.lang.Thread', 'sleep', 3000L)";
      const slow = spark.sql(`UPDATE races SET v = nvl(int(${pause}), 2)`);
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      await spark.sql("UPDATE races SET v = 3");
      const error = await assertRejects(() => slow, SparkError);
      assertEquals(error.conflict, true, error.message);
      assertStringIncludes(error.message, "another writer");
      assertEquals((await spark.sql("SELECT v FROM races")).rows, [{ v: 3 }]);
    });

    await t.step(
      "has threads that write at once, and all rows arrive",
      async () => {
        await spark.sql("CREATE TABLE appended (writer int)");
        const writers = Array.from({ length: 4 }, (_, n) => n);
        await Promise.all(
          writers.map((n) => spark.sql(`INSERT INTO appended VALUES (${n})`)),
        );
        const { rows } = await spark.sql(
          "SELECT writer FROM appended ORDER BY 1",
        );
        assertEquals(rows.map(({ writer }) => writer), writers);
      },
    );
  });
  assertEquals(await processes(), []);
});

Deno.test("a Spark session that is killed says so, and the next call starts another", () =>
  withEnv({ NAMESPACE }, async () => {
    await ensureWarehouse(catalog());
    const [spark, other] = await Promise.all([
      sparkSession(),
      sparkSession({ name: "other" }),
    ]);
    assert(spark.pid !== other.pid);
    const running = spark.sql(LONG);
    const killed = assertRejects(
      () => running,
      LakehouseError,
      "it was killed",
    );
    await new Promise((resolve) => setTimeout(resolve, 500));
    await spark.kill();
    await killed;
    assertEquals([spark.isRunning, await isAlive(spark.pid)], [false, false]);
    await assertRejects(
      () => spark.sql("SELECT 1"),
      LakehouseError,
      "sparkSession()",
    );
    assertEquals((await other.sql("SELECT 1 AS n")).first.n, 1);
    // This one dies by another's hand.
    const lost = assertRejects(
      () => other.sql(LONG),
      LakehouseError,
      "has ended",
    );
    Deno.kill(other.pid, "SIGKILL");
    await lost;
    await using next = await sparkSession();
    assert(next !== spark && next.isRunning);
    assertEquals((await next.sql("SELECT 1 AS n")).first.n, 1);
  }));

Deno.test("a Spark session ends with the program that started it, even when that is killed", () =>
  withEnv({ NAMESPACE }, async () => {
    await ensureWarehouse(catalog());
    const module =
      new URL("../../lab/engines/spark_session.ts", import.meta.url).href;
    const program = `import { sparkSession } from "${module}";
    const spark = await sparkSession();
    console.log(spark.pid);
    await spark.sql("${LONG}");`;
    const child = new Deno.Command(Deno.execPath(), {
      args: ["eval", "--no-lock", program],
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const reader = child.stdout.pipeThrough(new TextDecoderStream())
      .getReader();
    const pid = Number((await reader.read()).value);
    assert(await isAlive(pid));
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    child.kill("SIGKILL");
    await child.status;
    await reader.cancel();
    assert(await waitUntilGone(pid), "the JVM outlived the program");
    assertEquals(await processes(), []);
  }));

Deno.test("a start of Spark that is stopped leaves nothing behind", () =>
  withEnv({ NAMESPACE }, async () => {
    const controller = new AbortController();
    const starting = sparkSession({ signal: controller.signal });
    setTimeout(() => controller.abort(new Error("stopped by the test")), 1_000);
    await assertRejects(() => starting, Error, "stopped by the test");
    for (let i = 0; i < 60 && (await processes()).length; i++) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    assertEquals(await processes(), []);
  }));
