import { assertEquals, assertThrows } from "@std/assert";
import { LakehouseError } from "../../lib/core/errors.ts";
import { withEnv } from "../../tests/support/env.ts";
import { recordStack } from "../record.ts";
import { currentStore, storeEndpoints, storeOf, wantedStore } from "./store.ts";

/** Runs `body` where no store is set, or this one, and none runs, or that one. */
async function choosing<T>(
  body: () => T,
  { STORE = "", running = "" } = {},
): Promise<T> {
  const dir = await Deno.makeTempDir();
  try {
    return await withEnv({ LAKEHOUSE_STATE: dir, STORE }, async () => {
      if (running) {
        const spark = {
          ...{ command: ["spark-submit"], jobs: "", jars: [] },
          ...{ driverOptions: [], env: {} },
        };
        const settings = { STORE: running };
        await recordStack({ stack: "docker", settings, ports: {}, spark });
      }
      return body();
    });
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

Deno.test("wantedStore() is the one asked for, set or running, else AIStor", async () => {
  const running = "seaweedfs";
  assertEquals(await choosing(wantedStore), "aistor");
  assertEquals(await choosing(wantedStore, { running }), "seaweedfs");
  assertEquals(
    await choosing(wantedStore, { STORE: "aistor", running }),
    "aistor",
  );
  const asked = () => wantedStore("seaweedfs");
  assertEquals(await choosing(asked, { STORE: "aistor" }), "seaweedfs");
});

Deno.test("currentStore() is the one that runs, whatever is set", async () => {
  const running = "seaweedfs";
  assertEquals(
    await choosing(currentStore, { STORE: "aistor", running }),
    "seaweedfs",
  );
  assertEquals(
    await choosing(currentStore, { STORE: "seaweedfs" }),
    "seaweedfs",
  );
});

Deno.test("wantedStore() names the stores when there is none of that name", () => {
  const { message } = assertThrows(() => wantedStore("ceph"), LakehouseError);
  assertEquals(
    message.startsWith(
      'Cannot use the store "ceph": there are aistor and seaweedfs',
    ),
    true,
    message,
  );
});

Deno.test("storeEndpoints() are what this machine and the containers use", () => {
  assertEquals(storeEndpoints(storeOf("aistor"), { s3: 9000, catalog: 9000 }), {
    MINIO_HOST: "http://localhost:9000",
    CATALOG_URI: "http://localhost:9000/_iceberg",
    ENGINE_MINIO_HOST: "http://minio:9000",
    ENGINE_CATALOG_URI: "http://minio:9000/_iceberg",
  });
  assertEquals(storeEndpoints(storeOf("seaweedfs"), { s3: 1, catalog: 2 }), {
    MINIO_HOST: "http://localhost:1",
    CATALOG_URI: "http://localhost:2",
    ENGINE_MINIO_HOST: "http://seaweedfs:8333",
    ENGINE_CATALOG_URI: "http://seaweedfs:8181",
  });
});
