// A network that loses requests and answers, before the real services.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { catalog } from "../../lib/catalog/config.ts";
import { loadTable } from "../../lib/catalog/tables.ts";
import { ensureWarehouse } from "../../lib/catalog/warehouses.ts";
import { LakehouseError } from "../../lib/core/errors.ts";
import { PROJECT_DIR } from "../../lib/core/files.ts";
import { settings } from "../../lib/core/settings.ts";
import { stagedFiles, uploadFiles } from "../../lib/store/staging.ts";
import { ensureTrinoCatalog } from "../../lib/trino/catalog.ts";
import { query } from "../../lib/trino/client.ts";
import { generateTrips } from "../../lib/trips/generate.ts";
import { removeBucket } from "../support/bucket.ts";
import { withEnv } from "../support/env.ts";
import { withNamespace } from "../support/namespace.ts";
import {
  flakyFront,
  type FlakyRequest,
  type Mishap,
} from "../servers/flaky_front.ts";

const NAMESPACE = "flaky_test";
/** It is not there when the test begins. */
const BUCKET = "flaky-staging";
const KINDS: readonly Mishap[] = [503, "lost", 429, "cut", 502, "lost", 504];

/** A request has a mishap, the same one again has none; one kind after the other. */
function inTurn() {
  const asked = new Map<string, number>();
  let mishaps = 0;
  return ({ method, path }: FlakyRequest) => {
    const times = asked.get(method + path) ?? 0;
    asked.set(method + path, times + 1);
    return times % 2 === 0 ? KINDS[mishaps++ % KINDS.length] : undefined;
  };
}

const mishapsOf = (log: string[]) =>
  new Set(log.map((line) => line.split(" ")[2]).filter(Boolean));

Deno.test("what a flaky network loses of store, catalog and Trino is asked for again, and nothing is done twice", async () => {
  const { minioHost, catalogUri, trinoUri } = settings();
  await ensureWarehouse(catalog());
  await ensureTrinoCatalog();
  await removeBucket(BUCKET);
  await withNamespace(NAMESPACE, async () => {
    const dir = await Deno.makeTempDir();
    await generateTrips({ rows: 20_000, rowsPerFile: 2_000, dir });
    await using store = await flakyFront(minioHost, inTurn());
    await using lake = await flakyFront(catalogUri, inTurn());
    await using trino = await flakyFront(trinoUri, inTurn());
    await withEnv({
      MINIO_HOST: store.uri,
      CATALOG_URI: lake.uri + new URL(catalogUri).pathname,
      TRINO_URI: trino.uri,
      TABLE: "flaky_trips",
      STAGING_BUCKET: BUCKET,
    }, async () => {
      const { uploaded } = await uploadFiles({ dir });
      assertEquals([uploaded, (await stagedFiles()).length], [10, 10]);

      await query(`CREATE TABLE ${NAMESPACE}.t (n bigint)`);
      for (let n = 1; n <= 3; n++) {
        const { updateCount } = await query(
          `INSERT INTO ${NAMESPACE}.t VALUES ${n}`,
        );
        assertEquals(updateCount, 1);
      }
      const { rows } = await query(`SELECT n FROM ${NAMESPACE}.t ORDER BY n`);
      assertEquals(rows.map(({ n }) => n), [1n, 2n, 3n]);
      const pages = await query(
        "SELECT n, repeat('x', 2000) AS x FROM UNNEST(sequence(1, 9000)) AS t (n)",
      );
      assertEquals(new Set(pages.rows.map(({ n }) => n)).size, 9000);
      for (let i = 0; i < 8; i++) {
        const table = await loadTable(catalog(), NAMESPACE, "t");
        assert(table.snapshots.length >= 3);
      }
    });
    for (const { log } of [store, lake, trino]) {
      assert(mishapsOf(log).size >= 5, log.join("\n"));
    }
    await removeBucket(BUCKET);
    await Deno.remove(dir, { recursive: true });
  });
});

const long = (name: string) =>
  `SELECT count(*) AS ${name} FROM UNNEST(sequence(1, 9000)) AS a (x)
    CROSS JOIN UNNEST(sequence(1, 9000)) AS b (y)
    CROSS JOIN UNNEST(sequence(1, 9000)) AS c (z)`;
const stateOf = async (name: string) => {
  const { first } = await query(`SELECT state FROM system.runtime.queries
    WHERE query LIKE '%AS ${name} FROM UNNEST%' AND query NOT LIKE '%runtime%'`);
  return first.state;
};

Deno.test("a query is ended on the server when its client gives up, though the network loses that too", async () => {
  const { trinoUri } = settings();
  // Nothing but the end of the query is heard any more, and that the third time.
  let pages = 0;
  let ends = 0;
  await using deaf = await flakyFront(
    trinoUri,
    ({ method }) =>
      method === "GET" && ++pages > 3
        ? 503
        : method === "DELETE" && ++ends < 3
        ? "cut"
        : undefined,
  );
  await withEnv({ TRINO_URI: deaf.uri }, async () => {
    const error = await assertRejects(
      () => query(long("given_up")),
      LakehouseError,
    );
    assert(error.message.includes("503"), error.message);
  });
  assertEquals(await stateOf("given_up"), "FAILED");

  await using flaky = await flakyFront(trinoUri, inTurn());
  await withEnv({ TRINO_URI: flaky.uri }, async () => {
    await assertRejects(() => query(long("stopped"), { limitMs: 3_000 }));
  });
  const last = performance.now() + 20_000;
  while (await stateOf("stopped") !== "FAILED") {
    assert(performance.now() < last, "it goes on");
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
});

Deno.test("a program that is stopped ends its query before it ends", async () => {
  await using slow = await flakyFront(settings().trinoUri, async (request) => {
    if (request.method === "DELETE") {
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    return undefined;
  });
  const program = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-A", `${PROJECT_DIR}/tests/faults/step.ts`, "query"],
      long("stopped_program"),
    ],
    env: { TRINO_URI: slow.uri },
    ...{ stdout: "piped", stderr: "null" },
  }).spawn();
  let said = "";
  for await (
    const chunk of program.stdout.pipeThrough(new TextDecoderStream())
  ) {
    said += chunk;
    if (said.includes("now\nnow")) break;
  }
  assertEquals(await stateOf("stopped_program"), "RUNNING");
  program.kill("SIGINT");
  await program.status;
  assertEquals(await stateOf("stopped_program"), "FAILED");
});
