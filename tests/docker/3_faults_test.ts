import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { submitIngest } from "../../lib/spark/ingest.ts";
import { stagedFiles, uploadFiles } from "../../lib/store/staging.ts";
import { containers } from "../../stack/docker/compose.ts";
import { docker } from "../../stack/docker/engine.ts";
import { query } from "../../lib/trino/client.ts";
import { ensureTrinoCatalog } from "../../lib/trino/catalog.ts";
import { withEnv } from "../support/env.ts";
import {
  containerOf,
  count,
  during,
  PROJECT,
  task,
  TRIPS,
  up,
  wrong,
} from "./lane.ts";

const SLOW =
  "SELECT count(*) FROM UNNEST(sequence(1, 10000)) a(x), UNNEST(sequence(1, 10000)) b(y), UNNEST(sequence(1, 1000)) c(z)";

const ingesting = (now: () => void) => submitIngest({ onProgress: now });
const asking = (now: () => void) => query(SLOW, { onProgress: now });

/** Uploads large files for a table of its own, which are in nobody's way. */
async function uploading(now: () => void): Promise<void> {
  const dir = await Deno.makeTempDir();
  try {
    const file = new Uint8Array(24 * 1024 * 1024);
    for (const name of ["a", "b", "c", "d"]) {
      await Deno.writeFile(`${dir}/${name}.parquet`, file);
    }
    await withEnv(
      { TABLE: `upload_${crypto.randomUUID().slice(0, 8)}` },
      () => uploadFiles({ dir, onProgress: now }),
    );
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

async function statusSays(line: RegExp): Promise<void> {
  const { code, text } = await task("status");
  assertEquals(code, 1, text);
  assert(line.test(text), text);
  assertStringIncludes(text, "deno task up --stack docker");
}

Deno.test("a spark container killed in the middle of an ingest is named, and up mends it", async () => {
  const { message } = await during("spark", "kill", ingesting);
  assertStringIncludes(message, "has ended with code 137");
  await statusSays(/✗ spark +exited/);
  const found = await wrong();
  assertEquals(Object.keys(found), ["service spark"]);
  assertStringIncludes(found["service spark"]!, "has ended with code 137");
  assertStringIncludes(found["service spark"]!, "deno task up --stack docker");
  await up();
});

Deno.test("a spark container removed in the middle of an ingest is named, and up makes it anew", async () => {
  const { message } = await during("spark", "rm", ingesting);
  assertMatch(message, /there is no spark container|is being removed/);
  const again = await submitIngest().then(() => "", (error) => error.message);
  assertStringIncludes(again, "there is no spark container");
  assertStringIncludes(again, "deno task up --stack docker");
  await up();
});

Deno.test("a job that is killed alone is told from a container that has ended", async () => {
  let killed: Promise<unknown> | undefined;
  const { id } = await containerOf("spark");
  const error = await submitIngest({
    onProgress: () => killed ??= docker(["exec", id, "pkill", "-KILL", "java"]),
  }).then(() => undefined, (error) => error);
  await killed;
  assertStringIncludes(error?.message ?? "", "it was killed");
  assertStringIncludes(error?.message ?? "", "SPARK_MEMORY");
});

Deno.test("containers are found under the names of the older Compose", async () => {
  for (const { id, service } of await containers()) {
    await docker(["rename", id, `${PROJECT}_${service}_1`]);
  }
  assertEquals((await task("status")).code, 0);
  assertEquals((await submitIngest()).rows, TRIPS);
});

Deno.test("a Trino killed in the middle of a query is named, and up mends it", async () => {
  const { message } = await during("trino", "kill", asking);
  assertStringIncludes(message, "Cannot reach Trino");
  await statusSays(/✗ trino +exited/);
  await up();
  await ensureTrinoCatalog();
  assertEquals(await count(), BigInt(TRIPS));
});

Deno.test("a Trino removed in the middle of a query is named, and up makes it anew", async () => {
  const { message } = await during("trino", "rm", asking);
  assertStringIncludes(message, "Cannot reach Trino");
  await statusSays(/✗ trino +missing/);
  assertStringIncludes(
    (await wrong())["service trino"] ?? "",
    "No such container",
  );
  await up();
});

Deno.test("a minio killed in the middle of an upload is named, and up mends it", async () => {
  const { message } = await during("minio", "kill", uploading);
  assertStringIncludes(message, "nothing answers");
  await statusSays(/✗ minio +exited/);
  await up();
  assertEquals((await stagedFiles()).length > 0, true);
});

Deno.test("a minio removed in the middle of an upload is named, and up brings the data back", async () => {
  const { message } = await during("minio", "rm", uploading);
  assertStringIncludes(message, "nothing answers");
  await statusSays(/✗ minio +missing/);
  await up();
  await ensureTrinoCatalog();
  assertEquals(await count(), BigInt(TRIPS));
});
