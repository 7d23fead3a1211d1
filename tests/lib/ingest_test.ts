import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import pl from "nodejs-polars";
import { catalog } from "../../lib/catalog/config.ts";
import { ensureWarehouse } from "../../lib/catalog/warehouses.ts";
import { loadTable } from "../../lib/catalog/tables.ts";
import { settings } from "../../lib/core/settings.ts";
import { LakehouseError } from "../../lib/core/errors.ts";
import { submitIngest } from "../../lib/spark/ingest.ts";
import { uploadFiles } from "../../lib/store/staging.ts";
import { generateTrips } from "../../lib/trips/generate.ts";
import { query } from "../../lib/trino/client.ts";
import { ensureTrinoCatalog } from "../../lib/trino/catalog.ts";
import { withEnv } from "../support/env.ts";

const TABLE = "ingest_test";

/** Runs `body` on a table and a folder of its own; the table stays for the next step. */
async function withTrips(
  rows: number,
  body: (dir: string) => Promise<void>,
): Promise<void> {
  const dir = await Deno.makeTempDir();
  try {
    await withEnv({ TABLE, PARQUET_DIR: dir }, async () => {
      await ensureWarehouse(catalog());
      await generateTrips({ rows, dir, rowsPerFile: 5_000 });
      await body(dir);
    });
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

async function countRows(): Promise<bigint> {
  return (await query(`SELECT count(*) AS n FROM ${TABLE}`)).first.n as bigint;
}

async function refused(dir: string, includes: string): Promise<void> {
  await uploadFiles({ dir });
  const error = await assertRejects(() => submitIngest(), LakehouseError);
  assertStringIncludes(error.message, includes);
}

Deno.test("submitIngest() writes every column of every file in one commit", async () => {
  await withTrips(20_000, async () => {
    await uploadFiles();
    const result = await submitIngest();
    assertEquals([result.rows, result.files], [20_000, 4]);
    const table = await loadTable(catalog(), settings().namespace, TABLE);
    assertEquals(table.currentSnapshot?.id, result.snapshotId);
    assertEquals(table.fields.length, 23);
    await ensureTrinoCatalog();
    assertEquals(await countRows(), 20_000n);
  });
});

Deno.test("submitIngest() takes names that are patterns elsewhere as they are", async () => {
  await withTrips(5_000, async (dir) => {
    const names = ["trips[2023].parquet", "a b{1}*?.parquet", "ñ %41.parquet"];
    for (const name of names) {
      await Deno.copyFile(`${dir}/trips-00000.parquet`, `${dir}/${name}`);
    }
    await uploadFiles({ dir });
    assertEquals((await submitIngest()).rows, 20_000);
  });
});

Deno.test("submitIngest() replaces the table while readers see the old one or the new one", async () => {
  await withTrips(30_000, async () => {
    await uploadFiles();
    const seen = new Set<bigint>();
    const before = await countRows();
    let isDone = false;
    const reader = (async () => {
      while (!isDone) {
        seen.add(await countRows());
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    })();
    await submitIngest().finally(() => isDone = true);
    await reader;
    seen.add(await countRows());
    assertEquals([...seen], [before, 30_000n]);
  });
});

Deno.test("submitIngest() names what is wrong with the files and leaves the table as it was", async (t) => {
  await withTrips(5_000, async (dir) => {
    const before = await countRows();
    const file = `${dir}/trips-00000.parquet`;
    const good = await Deno.readFile(file);

    await t.step("a name that Spark passes over", async () => {
      for (const name of ["_b.parquet", ".b.parquet"]) {
        await Deno.copyFile(file, `${dir}/${name}`);
        await refused(dir, `Cannot ingest ${name}: its name begins`);
        await Deno.remove(`${dir}/${name}`);
      }
    });
    await t.step("a missing column", async () => {
      pl.readParquet(file).drop("fare").writeParquet(file);
      await refused(dir, 'column "fare" is missing');
    });
    await t.step("a column of another type", async () => {
      await Deno.writeFile(file, good);
      const frame = pl.readParquet(file);
      frame.withColumn(pl.col("trip_miles").cast(pl.Utf8)).writeParquet(file);
      await refused(dir, 'column "trip_miles" is');
    });
    await t.step("a truncated file", async () => {
      await Deno.writeFile(file, good.subarray(0, good.length / 2));
      await refused(dir, "trips-00000.parquet");
    });
    assertEquals(await countRows(), before);
  });
});

Deno.test("submitIngest() says what to do when staging is empty", async () => {
  await withEnv({ TABLE: "never_staged" }, async () => {
    await assertRejects(
      () => submitIngest(),
      LakehouseError,
      "deno task analyze",
    );
  });
});

Deno.test("submitIngest() ends Spark when stopped", async () => {
  await withTrips(5_000, async () => {
    await uploadFiles();
    const before = await countRows();
    const controller = new AbortController();
    const started = performance.now();
    await assertRejects(
      () =>
        submitIngest({
          signal: controller.signal,
          onProgress: () => controller.abort(new Error("stopped by the test")),
        }),
      Error,
      "stopped by the test",
    );
    assert(performance.now() - started < 60_000);
    const { stdout } = await new Deno.Command("ps", { args: ["-eo", "args"] })
      .output();
    const left = new TextDecoder().decode(stdout).split("\n")
      .filter((line) => line.includes(`--table ${TABLE}`));
    assertEquals(left, []);
    assertEquals(await countRows(), before);
    await query(`DROP TABLE ${TABLE}`);
  });
});

Deno.test("submitIngest() names a warehouse that is not there", async () => {
  await withTrips(1_000, async (dir) => {
    await withEnv(
      { WAREHOUSE: `none-${crypto.randomUUID().slice(0, 8)}` },
      () => refused(dir, "there is no warehouse"),
    );
  });
});
