// A Spark session that stays takes ingests as spark-submit does: the same rows, the same
// refusals, none twice, beside its statements.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { sparkSession } from "../../lab/engines/spark_session.ts";
import { catalog } from "../../lib/catalog/config.ts";
import { ensureWarehouse } from "../../lib/catalog/warehouses.ts";
import { signedFetch } from "../../lib/core/sigv4.ts";
import { LakehouseError } from "../../lib/core/errors.ts";
import { settings } from "../../lib/core/settings.ts";
import type { IngestProgress } from "../../lib/spark/ingest.ts";
import { uploadFiles } from "../../lib/store/staging.ts";
import { generateTrips } from "../../lib/trips/generate.ts";
import { flakyFront } from "../servers/flaky_front.ts";
import { withEnv } from "../support/env.ts";

const TABLE = "session_ingest_test";

/** How a catalog answers whoever commits to a table that another just changed. */
const MOVED_ON = JSON.stringify({
  error: { message: "changed", type: "CommitFailedException", code: 409 },
});

/** Commits what changes no row. */
async function changeTable(url: string): Promise<void> {
  const { accessKey, secretKey, region } = catalog();
  const updates = [{
    action: "set-properties",
    updates: { changed: crypto.randomUUID() },
  }];
  const { ok } = await signedFetch({
    method: "POST",
    url,
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ requirements: [], updates }),
  }, { accessKey, secretKey, region, service: "s3tables" });
  assert(ok);
}

Deno.test("a session ingests without Spark's start", async (t) => {
  const dir = await Deno.makeTempDir();
  const { engineCatalogUri } = settings();
  /** Which of the next commits to the table are refused, counted from 1. */
  const refusals = new Set<number>();
  let commits = 0;
  /** Of so many looks at the table each sees another one than the look before. */
  let changes = 0;
  await using front = await flakyFront(engineCatalogUri, async (request) => {
    const { method, path } = request;
    const [way = ""] = path.split("?");
    if (!way.endsWith(`/tables/${TABLE}`)) return;
    const url = engineCatalogUri + way.slice(way.indexOf("/v1/"));
    if (method === "GET" && changes > 0 && changes-- > 0) {
      await changeTable(url);
    }
    if (method !== "POST" || !refusals.delete(++commits)) return;
    await changeTable(url);
    return { status: 409, body: MOVED_ON };
  });
  const env = {
    TABLE,
    PARQUET_DIR: dir,
    ENGINE_CATALOG_URI: front.uri + new URL(engineCatalogUri).pathname,
  };
  await withEnv(env, async () => {
    await ensureWarehouse(catalog());
    await generateTrips({ rows: 10_000, dir, rowsPerFile: 2_500 });
    await uploadFiles();
    await using spark = await sparkSession({ name: TABLE });
    const count = async () =>
      (await spark.sql(`SELECT count(*) AS n,
        count(DISTINCT unique_key) AS keys FROM ${TABLE}`)).rows[0];

    await t.step("what is staged is in the table, and told", async () => {
      const told: IngestProgress[] = [];
      const result = await spark.ingest({ onProgress: (at) => told.push(at) });
      assertEquals(
        [result.rows, result.added, result.held, result.files],
        [10_000, 10_000, 0, 4],
      );
      assert(result.snapshotId > 0n && result.sparkSeconds > 0);
      assertEquals(told[0], { tasks: 0, total: 0, rows: 0 });
      assertEquals(await count(), { n: 10_000n, keys: 10_000n });
    });

    await t.step("a rerun adds nothing, in each mode", async () => {
      for (const mode of ["append", "merge"] as const) {
        const { added, held } = await spark.ingest({ mode });
        assertEquals([added, held], [0, 4]);
      }
    });

    await t.step("two at once, and statements beside them", async () => {
      const other = await Deno.makeTempDir();
      await generateTrips({ rows: 1_000, dir: other, seed: 7 });
      await Deno.copyFile(
        `${other}/trips-00000.parquet`,
        `${dir}/more.parquet`,
      );
      await Deno.remove(other, { recursive: true });
      await uploadFiles();
      const [first, second] = await Promise.all([
        spark.ingest({ mode: "append" }),
        spark.ingest({ mode: "append" }),
        count(),
      ]);
      assertEquals([first.added, second.added].sort(), [0, 1_000]);
      assertEquals(await count(), { n: 11_000n, keys: 11_000n });
    });

    await t.step("commits that others came before are made again", async () => {
      await Deno.copyFile(`${dir}/trips-00000.parquet`, `${dir}/again.parquet`);
      await uploadFiles();
      [commits, changes] = [0, 12];
      // Making the branch, the rows on it, publishing; of the attempt after that the removal.
      for (const nth of [1, 3, 5, 6]) refusals.add(nth);
      const { added, rows } = await spark.ingest({ mode: "append" });
      assertEquals([added, rows], [2_500, 13_500]);
      assertEquals([refusals.size, changes], [0, 0]);
      const { refs } = (await spark.sql(
        `SELECT count(*) AS refs FROM ${settings().namespace}.${TABLE}.refs`,
      )).rows[0]!;
      assertEquals(refs, 1n);
      await Deno.remove(`${dir}/again.parquet`);
    });

    await t.step("what is refused is told as ingest() tells it", async () => {
      await Deno.writeTextFile(`${dir}/more.parquet`, "no Parquet");
      await uploadFiles();
      const error = await assertRejects(() => spark.ingest(), LakehouseError);
      assert(error.message.includes("it is no whole Parquet file"));
      await assertRejects(
        () => spark.ingest({ mode: "merge", register: true }),
        Error,
        "SystemExit",
      );
      assertEquals(await count(), { n: 13_500n, keys: 11_000n });
    });

    await t.step("one that is cancelled changes nothing", async () => {
      await Deno.remove(`${dir}/more.parquet`);
      await uploadFiles();
      const snapshots = async () =>
        (await spark.sql(
          `SELECT * FROM ${settings().namespace}.${TABLE}.snapshots`,
        )).rows.length;
      const before = await snapshots();
      const stop = new AbortController();
      await assertRejects(
        () =>
          spark.ingest({
            signal: stop.signal,
            onProgress: () => stop.abort(new Error("enough")),
          }),
        Error,
        "enough",
      );
      // By its end the cancelled one, which began before, would have committed too.
      assertEquals((await spark.ingest()).rows, 10_000);
      assertEquals(await snapshots(), before + 1);
      assertEquals(await count(), { n: 10_000n, keys: 10_000n });
    });
    await spark.sql(`DROP TABLE ${TABLE}`);
  }).finally(() => Deno.remove(dir, { recursive: true }));
});
