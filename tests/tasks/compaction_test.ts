// A table that took many small deliveries: that compaction is due is told, its command
// mends it, and questions then read what they read of the same trips ingested at once.
import {
  assert,
  assertEquals,
  assertLessOrEqual,
  assertStringIncludes,
} from "@std/assert";
import pl from "nodejs-polars";
import { tripsByCompany, tripsByFare } from "../../lab/engines/queries.ts";
import { queryCosts } from "../../lab/trials/costs.ts";
import { catalog } from "../../lib/catalog/config.ts";
import { ensureWarehouse } from "../../lib/catalog/warehouses.ts";
import { settings } from "../../lib/core/settings.ts";
import { submitIngest } from "../../lib/spark/ingest.ts";
import { lakeArguments, submit } from "../../lib/spark/submit.ts";
import { deleteObjects, s3Client } from "../../lib/store/s3.ts";
import { uploadFiles } from "../../lib/store/staging.ts";
import { generateTrips } from "../../lib/trips/generate.ts";
import { ensureTrinoCatalog } from "../../lib/trino/catalog.ts";
import { query } from "../../lib/trino/client.ts";
import { sql } from "../../lib/trino/sql.ts";
import type { CheckResult } from "../../tasks/doctor/check.ts";
import { lookAtFiles } from "../../tasks/doctor/checks/files.ts";
import { withEnv } from "../support/env.ts";
import { taskArguments } from "../../tasks/dev/task.ts";

const ONCE = "compaction_test_once";
const OFTEN = "compaction_test";
const ROWS = 200_000;
const DELIVERIES = 20;

async function task(name: string, ...args: string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: taskArguments(name, ...args),
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  return { code, text: decoder.decode(stdout), all: decoder.decode(stderr) };
}

const NAME = "table's files";

/** What doctor says of the table's files; on a busy machine it may not get that far at once. */
async function doctorSays(): Promise<CheckResult> {
  for (let tries = 5;; tries--) {
    const { text } = await task("doctor", "--json");
    const { results } = JSON.parse(text) as { results: CheckResult[] };
    const found = results.find(({ name }) => name === NAME);
    assert(found, text);
    if (found.status !== "skipped" || tries === 0) return found;
  }
}

/** What is said of the table's files. */
const looked = () => lookAtFiles(settings());

/** The trips in the order of time, a stretch a delivery, each staged in a folder of its own. */
async function stageDeliveries(path: string): Promise<string[]> {
  const trips = pl.readParquet(path);
  const client = await s3Client();
  const rows = ROWS / DELIVERIES;
  const keys: string[] = [];
  try {
    for (let i = 0; i < DELIVERIES; i++) {
      const number = `${i}`.padStart(2, "0");
      const Key = `${OFTEN}/${number}/month-${number}.parquet`;
      const part = trips.slice(i * rows, rows);
      part.writeParquet(`${path}.part`, { compression: "zstd" });
      const Body = await Deno.readFile(`${path}.part`);
      const Bucket = settings().stagingBucket;
      await client.putObject({ Bucket, Key, Body });
      keys.push(Key);
    }
  } finally {
    client.destroy();
  }
  return keys;
}

Deno.test({
  name: "twenty appends are told, and optimize brings them back",
  // Minutes: `test --all` has it.
  ignore: !Deno.env.get("TEST_ALL"),
  fn: async (t) => {
    const dir = await Deno.makeTempDir();
    await withEnv({ TABLE: ONCE, PARQUET_DIR: dir }, async () => {
      await ensureWarehouse(catalog());
      await ensureTrinoCatalog();
      await generateTrips({ rows: ROWS, dir, rowsPerFile: ROWS });
      await uploadFiles();
      assertEquals((await submitIngest()).files, 1);
      assertEquals((await looked()).status, "passed");
      assertEquals((await task("status")).text.includes("compaction"), false);
    });
    const costs = async () =>
      await queryCosts({ once: ONCE, often: OFTEN }, {
        companies: (table) => tripsByCompany({ table }),
        fares: (table) => tripsByFare({ table }),
        month: (table) =>
          tripsByCompany({
            table,
            where: sql`trip_start_timestamp >= ${new Date("2015-05-01")}
            AND trip_start_timestamp < ${new Date("2015-06-01")}`,
          }),
      });
    /** How much of the table of deliveries is read, as a share of the other. */
    const shares = async () => {
      const found = await costs();
      const names = [...new Set(found.map(({ question }) => question))];
      return Object.fromEntries(names.map((name) => {
        const of = (table: string) =>
          found.find((cost) => cost.question === name && cost.table === table)!;
        // Sums of floating point depend on the order of the rows.
        if (name === "fares") {
          assertEquals(of("often").answer, of("once").answer);
        }
        return [name, of("often").bytesRead / of("once").bytesRead];
      }));
    };
    await withEnv({ TABLE: OFTEN, PARQUET_DIR: dir }, async () => {
      const { stagingBucket } = settings();
      const keys = await stageDeliveries(`${dir}/trips-00000.parquet`);
      let statement = "";

      await t.step("what many appends leave is told", async () => {
        const staging = `s3a://${stagingBucket}/${OFTEN}/`;
        const lines: string[] = [];
        const code = await submit({
          script: "../tests/tasks/many_appends.py",
          args: [
            ...["--mode", "append", "--table", OFTEN, "--staging", staging],
            ...lakeArguments(),
          ],
          onLine: (line) => lines.push(line),
        });
        assertEquals(code, 0, lines.slice(-20).join("\n"));
        const found = await doctorSays();
        const said =
          "compaction is due: 20 data files, 20 of them below 3 MiB and to be merged, 0 files of deletes";
        assertEquals([found.status, found.text], ["warning", said]);
        const next = "next" in found ? found.next : "";
        const shown = await task("status");
        assertEquals(shown.code, 0);
        assertStringIncludes(shown.text, `! ${said}\n    Next: ${next}`);
        statement = /`(ALTER TABLE .*)`/.exec(next)![1]!;
      });

      await t.step("its questions read more until it is mended", async () => {
        const { companies, fares } = await shares();
        assert(companies! > 1.1 && fares! > 1.1, `${companies}, ${fares}`);
      });

      await t.step("the command mends it", async () => {
        await query(statement);
        const { status, text } = await looked();
        assertEquals(status, "passed", text);
        assertEquals((await task("status")).text.includes("compaction"), false);
        const found = await shares();
        for (const [name, share] of Object.entries(found)) {
          assertLessOrEqual(share, 1.1, name);
        }
      });

      await t.step("files of deletes are told, and go by it", async () => {
        for (let i = 0; i < 10; i++) {
          await query(
            `DELETE FROM ${OFTEN} WHERE unique_key = (SELECT min(unique_key) FROM ${OFTEN})`,
          );
        }
        const { status, text } = await looked();
        assertEquals(status, "warning", text);
        assertStringIncludes(text, ", 10 files of deletes");
        await query(statement);
        const { first } = await query(`SELECT count(*) AS n FROM ${OFTEN}`);
        assertEquals(first.n, BigInt(ROWS - 10));
        assertStringIncludes((await looked()).text, ", 0 files of deletes");
      });

      await query(`DROP TABLE ${ONCE}`);
      await query(`DROP TABLE ${OFTEN}`);
      const client = await s3Client();
      await deleteObjects(client, stagingBucket, keys);
      client.destroy();
      assertEquals(
        (await looked()).text,
        `${settings().namespace}.${OFTEN} is not ingested yet`,
      );
    }).finally(() => Deno.remove(dir, { recursive: true }));
  },
});
