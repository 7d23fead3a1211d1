import { assert, assertEquals, assertRejects } from "@std/assert";
import { settings, stateDir } from "../../lib/core/settings.ts";
import { LakehouseError } from "../../lib/core/errors.ts";
import { remoteStack } from "../../stack/remote/remote.ts";
import { submitIngest } from "../../lib/spark/ingest.ts";
import { query } from "../../lib/trino/client.ts";
import { ensureTrinoCatalog } from "../../lib/trino/catalog.ts";
import { closedPort, withEnv } from "../support/env.ts";

// The endpoints are those of the running stack, named as a stranger would.
const { trinoUri, minioHost, catalogUri } = settings();
const REMOTE = () => ({
  STACK: "remote",
  LAKEHOUSE_STATE: `${stateDir()}/remote`,
  TRINO_URI: trinoUri,
  MINIO_HOST: minioHost,
  CATALOG_URI: catalogUri,
  TRINO_CATALOG: "remote_catalog",
  TABLE: "remote_trips",
});

Deno.test("the remote stack comes up on endpoints named by settings", async () => {
  await withEnv(REMOTE(), async () => {
    const steps: string[] = [];
    await remoteStack.up({ onStep: (step) => steps.push(step) });
    assertEquals(steps.length, 3);
    const services = await remoteStack.status();
    assert(services.every(({ healthy }) => healthy), JSON.stringify(services));
    await remoteStack.down();
  });
});

Deno.test("the remote stack names the endpoint that does not answer", async () => {
  const MINIO_HOST = `http://127.0.0.1:${closedPort()}`;
  await withEnv({ ...REMOTE(), MINIO_HOST }, async () => {
    const error = await assertRejects(() => remoteStack.up(), LakehouseError);
    assert(error.message.includes(MINIO_HOST), error.message);
    const [s3] = await remoteStack.status();
    assertEquals(s3?.healthy, false);
  });
});

Deno.test("the remote stack never removes data", async () => {
  await withEnv(REMOTE(), async () => {
    await assertRejects(
      () => remoteStack.down({ clean: true }),
      LakehouseError,
      "not this project's to remove",
    );
  });
});

Deno.test("ingest and Trino work on the remote stack, with the keys in no shown statement", async () => {
  const { stagingBucket } = settings();
  await withEnv(REMOTE(), async () => {
    await remoteStack.up();
    // Staging is by table: this ingest finds none, and says which folder it looked in.
    const error = await assertRejects(() => submitIngest(), LakehouseError);
    assert(
      error.message.includes(`s3a://${stagingBucket}/remote_trips/`),
      error.message,
    );
    await ensureTrinoCatalog();
    await query("CREATE SCHEMA IF NOT EXISTS remote_test");
    await query("CREATE TABLE remote_test.one AS SELECT 1 AS n");
    const { first } = await query("SELECT count(*) AS n FROM remote_test.one");
    assertEquals(first.n, 1n);
    await query("DROP TABLE remote_test.one");
    await query("DROP SCHEMA remote_test");
    await query(`DROP CATALOG remote_catalog`);
  });
});

Deno.test("keys that the catalog refuses are told from a name Trino cannot find", async () => {
  const wrong = {
    TRINO_CATALOG: "wrong_keys",
    MINIO_SECRET_KEY: "wrong/Key+1",
  };
  await withEnv({ ...REMOTE(), ...wrong }, async () => {
    try {
      await assertRejects(
        () => ensureTrinoCatalog(),
        LakehouseError,
        "refused the keys Trino signs with",
      );
    } finally {
      await query("DROP CATALOG IF EXISTS wrong_keys");
    }
  });
});
