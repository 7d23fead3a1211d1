/**
 * The stack with SeaweedFS: the real program, in an image as bare as the others.
 *
 * @module
 */

import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { settings } from "../../lib/core/settings.ts";
import { ensureTrinoCatalog } from "../../lib/trino/catalog.ts";
import { containers } from "../../stack/docker/compose.ts";
import { docker } from "../../stack/docker/engine.ts";
import { findNotebooks } from "../../tasks/notebooks/paths.ts";
import { runNotebook } from "../../tasks/notebooks/run.ts";
import { runFacts } from "../../tasks/report/run_facts.ts";
import { withEnv } from "../support/env.ts";
import { containerOf, count, PROJECT, task, TRIPS, up, wrong } from "./lane.ts";

/** What leads the other files to AIStor's stand-in; the record leads here. */
const ENV = {
  STORE: "",
  MINIO_LICENSE: "",
  MINIO_HOST: "",
  CATALOG_URI: "",
  TRINO_URI: "",
  ENGINE_MINIO_HOST: "",
  ENGINE_CATALOG_URI: "",
};

/** `isLong`: only the whole lane has it, since `test:seaweedfs` does the like without containers. */
function seaweedFsTest(
  name: string,
  fn: () => Promise<void>,
  isLong = false,
): void {
  Deno.test({
    name: `SeaweedFS: ${name}`,
    ignore: !Deno.env.get("LANE_SEAWEEDFS") ||
      isLong && !Deno.env.get("TEST_ALL"),
    fn: () => withEnv(ENV, fn),
  });
}

seaweedFsTest(
  "up --store seaweedfs asks for no licence, and starts no AIStor",
  async () => {
    const text = await up("--store", "seaweedfs");
    assertStringIncludes(text, "Store: SeaweedFS");
    assertStringIncludes(text, "seaweedfs is healthy after");
    assert(!/aistor|minio/i.test(text), text);
    const services = (await containers()).map(({ service }) => service);
    assertEquals(services.sort(), ["seaweedfs", "spark", "trino"]);
    const { minioHost, catalogUri, engineMinioHost, engineCatalogUri } =
      settings();
    assertEquals([minioHost, catalogUri], [
      "http://localhost:29000",
      "http://localhost:29002",
    ]);
    assertEquals([engineMinioHost, engineCatalogUri], [
      "http://seaweedfs:8333",
      "http://seaweedfs:8181",
    ]);
  },
);

seaweedFsTest("status, logs and facts call it by its name", async () => {
  const status = await task("status");
  assertEquals(status.code, 0, status.text);
  assertMatch(status.text, /✓ seaweedfs +healthy .*SeaweedFS/);
  assert(!/aistor|minio/i.test(status.text), status.text);
  const logs = await task("logs", ["seaweedfs", "--lines", "5"]);
  assertEquals(logs.code, 0, logs.text);
  const { facts, note } = await runFacts(new Date());
  assertStringIncludes(JSON.stringify(facts), "SeaweedFS (");
  assertStringIncludes(note, "The store is SeaweedFS");
});

seaweedFsTest(
  "it lets in nobody without the keys, which stand on no command line",
  async () => {
    const { minioHost, catalogUri, secretKey, warehouse } = settings();
    const namespaces = `${catalogUri}/v1/${warehouse}/namespaces`;
    for (const address of [minioHost, `${minioHost}/staging`, namespaces]) {
      const response = await fetch(address);
      await response.body?.cancel();
      assert(
        [401, 403].includes(response.status),
        `${address}: ${response.status}`,
      );
    }
    const { id } = await containerOf("seaweedfs");
    const { stdout: processes } = await docker(["top", id, "-eo", "pid,args"]);
    const logs = await docker(["logs", id]);
    assertStringIncludes(processes, "-master.telemetry=false");
    for (const text of [processes, logs.stdout, logs.stderr]) {
      assert(!text.includes(secretKey));
    }
  },
);

for (const number of ["01", "02", "03", "04", "05"]) {
  seaweedFsTest(`notebook ${number} runs unchanged`, async () => {
    const [path] = await findNotebooks([number]);
    const { fault, path: executed } = await runNotebook(path!);
    assertEquals(fault, undefined);
    const text = await Deno.readTextFile(executed);
    assert(!text.includes(settings().secretKey), "a secret in an output");
  }, true);
}

seaweedFsTest("the doctor finds nothing wrong with it", async () => {
  assertEquals(await wrong(), {});
}, true);

seaweedFsTest("down keeps its data, and up counts it again", async () => {
  const down = await task("down");
  assertEquals(down.code, 0, down.text);
  assertEquals(await containers(), []);
  await withEnv({ STORE: "seaweedfs" }, async () => {
    await up();
    await ensureTrinoCatalog();
    assertEquals(await count(), BigInt(TRIPS));
  });
}, true);

seaweedFsTest("another store takes its place, and its data waits", async () => {
  const text = await withEnv(
    { MINIO_LICENSE: "stand-in" },
    () => up("--store", "aistor"),
  );
  assertStringIncludes(text, "Removing the container of SeaweedFS");
  const services = (await containers()).map(({ service }) => service);
  assertEquals(services.sort(), ["minio", "spark", "trino"]);
  assertStringIncludes(settings().engineMinioHost, "http://minio:9000");
  await up("--store", "seaweedfs");
  await ensureTrinoCatalog();
  assertEquals(await count(), BigInt(TRIPS));
}, true);

seaweedFsTest("down --clean removes its volume", async () => {
  const { code, text } = await task("down", ["--clean"]);
  assertEquals(code, 0, text);
  assertEquals(await containers(), []);
  const { stdout } = await docker(["volume", "ls", "--format", "{{.Name}}"]);
  assert(!stdout.includes(PROJECT), stdout);
});
