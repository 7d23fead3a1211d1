/**
 * The cluster behind a proxy, which alone knows its names.
 *
 * @module
 */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { stateDir } from "../../lib/core/settings.ts";
import { query } from "../../lib/trino/client.ts";
import { python } from "../../stack/install/python.ts";
import { officeProxy } from "../servers/office_proxy.ts";
import { ended, withPrograms } from "../support/programs.ts";
import { CLUSTER, NAMES } from "./cluster.ts";
import { task } from "./lane.ts";

const WAYS = {
  "in the path": {
    env: { S3_ADDRESSING: "path" },
    hosts: ["store.office.test:9000"],
  },
  "in the host name": {
    env: { S3_ADDRESSING: "virtual", TRINO_CATALOG: CLUSTER.virtualCatalog },
    hosts: [
      "staging.store.office.test:9000",
      "store.office.test:9000",
      "testwarehouse.store.office.test:9000",
    ],
  },
};

for (const [where, { env: addressing, hosts }] of Object.entries(WAYS)) {
  const name =
    `through the proxy goes what lies beyond this machine, of every program, and nothing else; buckets ${where}`;
  const ignore = where !== "in the host name" && !Deno.env.get("TEST_ALL");
  Deno.test({ name, ignore, fn: () => goesThrough(addressing, hosts) });
}

async function goesThrough(
  addressing: Record<string, string>,
  hosts: readonly string[],
): Promise<void> {
  using proxy = officeProxy(NAMES);
  const dir = await Deno.makeTempDir();
  const env = {
    ...{ MINIO_HOST: CLUSTER.named.store, TRINO_URI: CLUSTER.named.trino },
    CATALOG_URI: `${CLUSTER.named.store}/_iceberg`,
    ...{ HTTPS_PROXY: proxy.uri, HTTP_PROXY: proxy.uri, NO_PROXY: "" },
    ...{ LAKEHOUSE_STATE: `${stateDir()}/proxy`, PARQUET_DIR: dir },
    ...{ TABLE: "proxied_trips", ROWS: "0.02" },
    // Deno itself would ask for its newest version.
    ...{ ...addressing, DENO_NO_UPDATE_CHECK: "1" },
  };
  try {
    for (const name of ["up", "generate", "analyze"]) {
      const args = name === "up" ? ["--stack", "remote"] : [];
      const { code, text } = await task(name, args, env);
      assertEquals(code, 0, text);
      if (name === "analyze") assertStringIncludes(text, "20,000");
    }
    if (Deno.env.get("TEST_ALL")) await othersGo(env);
    assertEquals(proxy.refused, []);
    assertEquals(
      [...proxy.asked.keys()].sort(),
      [...hosts, "trino.office.test:8443"],
    );
  } finally {
    await task("down", [], env);
    await query("DROP TABLE IF EXISTS proxied_trips");
    await Deno.remove(dir, { recursive: true });
  }
}

// What needs no table that another engine wrote.
const ROWS = "create,insert,ctas,delete,update,merge,truncate";

/** Engines of others do through the proxy what they do on the same store without. */
async function othersGo(env: Record<string, string>): Promise<void> {
  const args = [
    ...["--engines", "duckdb,pyiceberg", "--only", ROWS],
    ...["--no-catalog-tests", "--out", `${stateDir()}/proxy/compat`],
    ...["--expect", "docs/compatibility/local.json"],
  ];
  const { code, text } = await task("compat", args, env);
  assertEquals(code, 0, text);

  const lines = await task("connect", ["pyiceberg"], env);
  const { bin } = await python({ packages: "compat" });
  await withPrograms(
    { python3: `exec ${bin}/python "$@"` },
    async (_, own) => {
      const { out, all } = await ended(
        "bash",
        ["-eu"],
        { ...env, ...own },
        lines.out,
      );
      assertStringIncludes(out, "20000", all);
    },
  );
}
