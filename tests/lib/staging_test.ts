import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { LakehouseError } from "../../lib/core/errors.ts";
import { settings } from "../../lib/core/settings.ts";
import { listObjects, s3Client } from "../../lib/store/s3.ts";
import { entityTags } from "../../lib/store/multipart.ts";
import { stagedFiles, uploadFiles } from "../../lib/store/staging.ts";
import { closedPort, withEnv } from "../support/env.ts";

const BIG = 40 * 1024 * 1024;

function randomBytes(size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; at += 65536) {
    crypto.getRandomValues(bytes.subarray(at, Math.min(at + 65536, size)));
  }
  return bytes;
}

/** Runs `body` on a folder and a staging folder of its own. */
async function withFolder(body: (dir: string) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir();
  const TABLE = `staging_${crypto.randomUUID().slice(0, 8)}`;
  try {
    await withEnv({ TABLE, PARQUET_DIR: dir }, () => body(dir));
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

/** Whether an ingest is told that the folder is there in part. */
async function isMarked(): Promise<boolean> {
  const { stagingBucket, table } = settings();
  const client = await s3Client();
  try {
    const prefix = `_uploads/${table}`;
    const found = listObjects(client, stagingBucket, prefix);
    return (await Array.fromAsync(found)).length > 0;
  } finally {
    client.destroy();
  }
}

Deno.test("uploadFiles() sends, skips what is identical, sends what changed, removes the rest", async () => {
  await withFolder(async (dir) => {
    await Deno.writeFile(`${dir}/a.parquet`, randomBytes(1000));
    await Deno.writeFile(`${dir}/b.parquet`, randomBytes(BIG));
    await Deno.writeTextFile(`${dir}/notes.txt`, "no Parquet");
    const first = await uploadFiles();
    assertEquals([first.files, first.uploaded, first.skipped], [2, 2, 0]);
    const staged = await stagedFiles();
    assertEquals(staged.map(({ size }) => size), [1000, BIG]);
    const tags = await entityTags(`${dir}/b.parquet`);
    assert(tags.includes(staged[1]!.etag), staged[1]!.etag);

    const again = await uploadFiles();
    assertEquals([again.uploaded, again.skipped], [0, 2]);

    // The same size, other bytes.
    await Deno.writeFile(`${dir}/a.parquet`, randomBytes(1000));
    await Deno.remove(`${dir}/b.parquet`);
    const changed = await uploadFiles();
    assertEquals([changed.uploaded, changed.removed], [1, 1]);
    assertEquals((await stagedFiles()).length, 1);
  });
});

Deno.test("uploadFiles() reports every byte", async () => {
  await withFolder(async (dir) => {
    await Deno.writeFile(`${dir}/a.parquet`, randomBytes(BIG));
    let last = { done: 0, total: 0, files: 0 };
    await uploadFiles({ onProgress: (progress) => last = progress });
    assertEquals(last, { done: BIG, total: BIG, files: 1 });
  });
});

Deno.test("uploadFiles() leaves nothing half done when stopped", async () => {
  await withFolder(async (dir) => {
    await Deno.writeFile(`${dir}/a.parquet`, randomBytes(BIG));
    const controller = new AbortController();
    await assertRejects(
      () =>
        uploadFiles({
          signal: controller.signal,
          onProgress: () => controller.abort(new Error("stopped by the test")),
        }),
      Error,
      "stopped by the test",
    );
    assertEquals(await stagedFiles(), []);
    assertEquals(await isMarked(), true);
    assertEquals((await uploadFiles()).uploaded, 1);
    assertEquals(await isMarked(), false);
  });
});

Deno.test("uploadFiles() takes no more memory for more bytes", async () => {
  const megabytes = 256;
  await withFolder(async (dir) => {
    using file = await Deno.open(`${dir}/a.parquet`, {
      ...{ create: true, write: true },
    });
    for (let i = 0; i < megabytes; i++) {
      await file.write(randomBytes(1 << 20));
    }
    const staging = new URL("../../lib/store/staging.ts", import.meta.url).href;
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "eval",
        `import { uploadFiles } from "${staging}";
        const { bytes } = await uploadFiles({ dir: "${dir}" });
        const status = Deno.readTextFileSync("/proc/self/status");
        console.log(bytes, status.match(/VmHWM:\\s+(\\d+)/)[1] * 1024);
        Deno.exit();`,
      ],
    }).output();
    const [bytes, memory] = new TextDecoder().decode(stdout).split(" ")
      .map(Number);
    const said = new TextDecoder().decode(stderr);
    assertEquals(bytes, megabytes << 20, said);
    // Deno with the SDK takes 130 MB, the buffers 64 MB.
    assert(memory! < 260e6, `${memory} bytes`);
  });
});

Deno.test("uploadFiles() says what to do without files", async () => {
  await withFolder(async () => {
    await assertRejects(
      () => uploadFiles(),
      LakehouseError,
      "deno task generate",
    );
  });
});

Deno.test("stagedFiles() says that the keys are refused", async () => {
  await withEnv({ MINIO_SECRET_KEY: "not-the-key" }, async () => {
    const error = await assertRejects(() => stagedFiles(), LakehouseError);
    assertStringIncludes(error.message, "MINIO_SECRET_KEY");
    assertEquals(error.message.includes("not-the-key"), false);
  });
});

Deno.test("stagedFiles() says that nothing answers", async () => {
  await withEnv(
    { MINIO_HOST: `http://127.0.0.1:${closedPort()}` },
    async () => {
      await assertRejects(() => stagedFiles(), LakehouseError, "deno task up");
    },
  );
});
