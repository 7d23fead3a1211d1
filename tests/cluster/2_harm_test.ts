/**
 * Lost workers, wrong log-ins, certificates and rights on the cluster.
 *
 * @module
 */

import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { LakehouseError } from "../../lib/core/errors.ts";
import { submitIngest } from "../../lib/spark/ingest.ts";
import { ensureTrinoCatalog } from "../../lib/trino/catalog.ts";
import { query } from "../../lib/trino/client.ts";
import { withEnv } from "../support/env.ts";
import { CLUSTER, toService } from "./cluster.ts";
import { task, trinoIsUp } from "./lane.ts";

const TRIPS = 50_000;

/** These start containers again, which takes a minute each. */
const ignore = !Deno.env.get("TEST_ALL");

const count = async () =>
  (await query("SELECT count(*) AS n FROM taxi_trips")).first.n;

Deno.test("a Spark worker that is killed in the middle of an ingest costs time alone", async () => {
  let lost: Promise<void> | undefined;
  const { rows } = await submitIngest({
    onProgress: ({ tasks }) => {
      if (tasks > 0) lost ??= toService("spark-worker-1", "kill");
    },
  });
  assert(lost, "it was over before");
  await lost;
  assertEquals(rows, TRIPS);
  assertEquals(await count(), BigInt(TRIPS));
  await toService("spark-worker-1", "start");
});

Deno.test({
  name:
    "a Trino worker that is killed under a query is told, and the next one is answered",
  ignore,
  fn: async () => {
    let lost: Promise<void> | undefined;
    const error = await query(
      // Minutes of work, of which each worker has its part.
      "SELECT count(*) FROM taxi_trips a, taxi_trips b WHERE a.fare * b.fare > 1e9",
      {
        onProgress: ({ nodes }) => {
          if (nodes > 1) lost ??= toService("trino-worker-1", "kill");
        },
      },
    ).then(() => undefined, (error: Error) => error);
    await lost;
    assertStringIncludes(error?.message ?? "", "worker");
    await trinoIsUp(1);
    assertEquals(await count(), BigInt(TRIPS));
    await toService("trino-worker-1", "start");
    await trinoIsUp(2);
  },
});

Deno.test("a wrong password, an unknown authority and an expired certificate are told by up", async () => {
  const wrong = [
    {
      env: { TRINO_PASSWORD: "no-such-word" },
      said: ["it wants a log-in, or another one", "TRINO_PASSWORD"],
    },
    // The second is what the first has become for this test's children.
    {
      env: { CA_BUNDLE: "", DENO_CERT: "" },
      said: ["certificate", "CA_BUNDLE"],
    },
    { env: { MINIO_HOST: CLUSTER.expiredStore }, said: ["certificate"] },
    {
      env: { CATALOG_URI: `${CLUSTER.expiredStore}/_iceberg` },
      said: ["certificate has expired"],
    },
  ];
  for (const { env, said } of wrong) {
    const { code, text } = await task("up", ["--stack", "remote"], env);
    assertEquals(code, 1, text);
    for (const words of said) assertStringIncludes(text, words);
    assert(!text.includes("no-such-word"), text);
  }
});

Deno.test("a certificate that Trino does not trust is told as that, not as a server out of reach", async () => {
  const { message } = await assertRejects(
    () => query(`SHOW SCHEMAS FROM ${CLUSTER.expiredCatalog}`),
    LakehouseError,
  );
  assertStringIncludes(message, "certificate");
  assertStringIncludes(message, "expired");
});

Deno.test("where users may not add catalogs, the file to ask for is printed, without the keys", async () => {
  const { message } = await withEnv(
    { TRINO_CATALOG: "mine" },
    () => assertRejects(() => ensureTrinoCatalog(), LakehouseError),
  );
  for (
    const words of ["etc/catalog/mine.properties", `${CLUSTER.store}/_iceberg`]
  ) {
    assertStringIncludes(message, words);
  }
  assert(!message.includes(CLUSTER.secretKey), message);
  const { rows } = await query("SHOW CATALOGS");
  assertEquals(rows.map(({ Catalog }) => Catalog), [
    CLUSTER.expiredCatalog,
    CLUSTER.virtualCatalog,
    CLUSTER.catalog,
    "system",
  ]);
});

Deno.test("who may only read reads, and is told what was refused", async () => {
  const env = {
    TRINO_USER: CLUSTER.reader,
    TRINO_PASSWORD: CLUSTER.readerPassword,
  };
  const read = await task("sql", ["SELECT count(*) FROM taxi_trips"], env);
  assertEquals([read.code, read.out], [0, `"${TRIPS}"\n`], read.text);
  for (const sql of ["DELETE FROM taxi_trips", "DROP TABLE taxi_trips"]) {
    const { code, text } = await task("sql", [sql], env);
    assertEquals(code, 1, text);
    assertStringIncludes(text, "Access Denied");
  }
  assertEquals(await count(), BigInt(TRIPS));
});
