// Temporary keys, whose token every request must carry, and keys with few rights.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { openEngines } from "../../lab/compat/engines/mod.ts";
import { catalog } from "../../lib/catalog/config.ts";
import { ensureWarehouse } from "../../lib/catalog/warehouses.ts";
import { LakehouseError } from "../../lib/core/errors.ts";
import { settings, stateDir } from "../../lib/core/settings.ts";
import { submitIngest } from "../../lib/spark/ingest.ts";
import { stagedFiles, uploadFiles } from "../../lib/store/staging.ts";
import { ensureTrinoCatalog } from "../../lib/trino/catalog.ts";
import { query } from "../../lib/trino/client.ts";
import { generateTrips } from "../../lib/trips/generate.ts";
import { remoteStack } from "../../stack/remote/remote.ts";
import { ensureTools } from "../../stack/tools.ts";
import { withEnv } from "../support/env.ts";
import { flakyFront, type FlakyRequest } from "../servers/flaky_front.ts";
import { startSparkCluster } from "../servers/spark_cluster.ts";

const TOKEN = "a/token+of=hours";
const DENIED = {
  status: 403,
  body:
    "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>",
};
const FORBIDDEN = {
  status: 403,
  body: JSON.stringify({
    error: { code: 403, type: "ForbiddenException", message: "No right" },
  }),
};

const hasToken = ({ headers }: FlakyRequest) =>
  headers["x-amz-security-token"] === TOKEN &&
  /SignedHeaders=[^,]*x-amz-security-token/.test(
    String(headers.authorization),
  );

Deno.test("temporary keys go with their token to the store and the catalog, by every program and a cluster's executors", async () => {
  await ensureWarehouse(catalog());
  await ensureTrinoCatalog();
  const { minioHost, catalogUri, trinoUri, trinoCatalog } = settings();
  const names = new Set<string>();
  await using store = await flakyFront(
    minioHost,
    (request) => hasToken(request) ? undefined : DENIED,
  );
  await using door = await flakyFront(catalogUri, (request) => {
    const [, name = ""] = String(request.headers.authorization)
      .match(/\/([^/]+)\/aws4_request/) ?? [];
    names.add(name);
    return hasToken(request) ? undefined : FORBIDDEN;
  });
  await using cluster = await startSparkCluster();
  const dir = await Deno.makeTempDir();
  const known = {
    ...{ STACK: "remote", LAKEHOUSE_STATE: `${stateDir()}/temporary` },
    ...{ TRINO_URI: trinoUri, MINIO_HOST: store.uri },
    CATALOG_URI: door.uri + new URL(catalogUri).pathname,
    ...{ ENGINE_MINIO_HOST: "", ENGINE_CATALOG_URI: "" },
    ...{ TABLE: "temporary_trips", PARQUET_DIR: dir },
    ...{ SPARK_MASTER: cluster.master, SPARK_PROPERTIES: cluster.properties },
  };
  await withEnv(known, async () => {
    const error = await assertRejects(() => stagedFiles(), LakehouseError);
    assert(error.message.includes("AccessDenied"), error.message);
    await assertRejects(() => remoteStack.up(), LakehouseError, "the keys");
  });
  await withEnv({ ...known, MINIO_SESSION_TOKEN: TOKEN }, async () => {
    await remoteStack.up();
    await generateTrips({ rows: 5_000, dir });
    await uploadFiles();
    assertEquals((await submitIngest()).rows, 5_000);
    const { first } = await query("SELECT count(*) AS n FROM temporary_trips");
    assertEquals(first.n, 5_000n);
    const tools = await ensureTools({ python: true });
    const signal = AbortSignal.timeout(120_000);
    await using opened = await openEngines(
      tools,
      ["duckdb", "pyiceberg"],
      signal,
    );
    assertEquals(opened.absent, {});
    const { namespace } = settings();
    const [duckdb, pyiceberg] = opened.engines;
    assertEquals(
      await duckdb!.run(
        `SELECT count(*) FROM lakehouse.${namespace}.temporary_trips`,
        signal,
      ),
      [[5_000]],
    );
    const rows = await pyiceberg!.run(
      `[[catalog.load_table("${namespace}.temporary_trips").scan().to_arrow().num_rows]]`,
      signal,
    );
    assertEquals(rows, [[5_000]]);

    // Trino has no setting for a token.
    await withEnv({ TRINO_CATALOG: "temporary" }, async () => {
      const error = await assertRejects(
        () => ensureTrinoCatalog(),
        LakehouseError,
        "Trino takes no temporary keys",
      );
      assert(error.message.includes("temporary.properties"), error.message);
      assert(!error.message.includes(TOKEN));
    });
    assertEquals(settings().trinoCatalog, trinoCatalog);
    assertEquals([...names], ["s3tables"]);

    // Another name is what the catalog is signed for.
    await withEnv({ SIGNING_NAME: "execute-api" }, async () => {
      names.clear();
      await assertRejects(() => submitIngest(), LakehouseError, "keys");
      assertEquals([...names], ["execute-api"]);
    });
    await remoteStack.down();
  });
  await query("DROP TABLE temporary_trips");
  await Deno.remove(dir, { recursive: true });
});

Deno.test("keys that may make neither buckets nor warehouses use what is there, and say what is not", async () => {
  await ensureWarehouse(catalog());
  const { minioHost, catalogUri, trinoUri } = settings();
  await using store = await flakyFront(
    minioHost,
    ({ method, path }) =>
      method === "GET" && /^\/(\?|$)/.test(path) ||
        method === "PUT" && /^\/[\w-]+\/?(\?|$)/.test(path)
        ? DENIED
        : undefined,
  );
  await using door = await flakyFront(
    catalogUri,
    ({ method, path }) =>
      method === "POST" && path.endsWith("/v1/warehouses")
        ? FORBIDDEN
        : undefined,
  );
  const dir = await Deno.makeTempDir();
  await generateTrips({ rows: 10, dir });
  await uploadFiles({ dir });
  await withEnv({
    ...{ STACK: "remote", LAKEHOUSE_STATE: `${stateDir()}/rights` },
    ...{ TRINO_URI: trinoUri, MINIO_HOST: store.uri, PARQUET_DIR: dir },
    CATALOG_URI: door.uri + new URL(catalogUri).pathname,
  }, async () => {
    await remoteStack.up();
    const { name } = await ensureWarehouse(catalog());
    assertEquals(name, settings().warehouse);
    assertEquals((await uploadFiles()).skipped, 1);

    const other = { STAGING_BUCKET: "not-there", WAREHOUSE: "not-there" };
    await withEnv(other, async () => {
      const bucket = await assertRejects(() => uploadFiles(), LakehouseError);
      assert(bucket.message.includes("no right"), bucket.message);
      assert(bucket.message.includes("STAGING_BUCKET"), bucket.message);
      const warehouse = await assertRejects(
        () => ensureWarehouse(catalog()),
        LakehouseError,
      );
      assert(warehouse.message.includes("for these keys"), warehouse.message);
      assert(warehouse.message.includes("WAREHOUSE"), warehouse.message);
    });
    await remoteStack.down();
  });
  await Deno.remove(dir, { recursive: true });
});
