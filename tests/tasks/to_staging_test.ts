import { assert, assertEquals, assertRejects } from "@std/assert";
import { LakehouseError } from "../../lib/core/errors.ts";
import { settings, stateDir } from "../../lib/core/settings.ts";
import { deleteObjects, s3Client } from "../../lib/store/s3.ts";
import { entityTags } from "../../lib/store/multipart.ts";
import { stagedFiles, uploadFiles } from "../../lib/store/staging.ts";
import { generateTrips } from "../../lib/trips/generate.ts";
import {
  generateToStaging,
  type StagedTrips,
} from "../../tasks/generate/staging.ts";
import { withEnv } from "../support/env.ts";

const TABLE = "to_staging_trips";
const RUN = { rows: 9_500, rowsPerFile: 1_000 };

const isMarked = async () => {
  const client = await s3Client();
  try {
    const key = { Bucket: settings().stagingBucket, Key: `_uploads/${TABLE}` };
    return await client.headObject(key).then(() => true, () => false);
  } finally {
    client.destroy();
  }
};
const kept = ({ files, kept, reused }: StagedTrips) => [files, kept, reused];

/** Files of the folder in which they are made. */
const made = async () => {
  const all = await Array.fromAsync(Deno.readDir(`${stateDir()}/to-staging`));
  return all.filter(({ name }) => name !== ".lock").length;
};

Deno.test("trips are made in staging, a few files at a time, and what was stopped goes on", async () => {
  const dir = await Deno.makeTempDir();
  await withEnv({ TABLE }, async () => {
    const stop = new AbortController();
    const reason = new Error("stopped");
    await assertRejects(
      () =>
        generateToStaging({
          ...RUN,
          signal: stop.signal,
          onProgress: () => stop.abort(reason),
        }),
      Error,
      "stopped",
    );
    assertEquals([(await stagedFiles()).length, await isMarked()], [4, true]);
    assertEquals(await made(), 0);

    assertEquals(kept(await generateToStaging(RUN)), [10, 4, false]);
    assertEquals(await isMarked(), false);
    assertEquals(await made(), 0);
    assertEquals(kept(await generateToStaging(RUN)), [10, 10, true]);

    // They are, byte for byte, what the generator writes into a folder.
    const { files } = await generateTrips({ ...RUN, dir });
    const staged = new Map(
      (await stagedFiles()).map(({ key, etag }) => [key.split("/")[1], etag]),
    );
    for (const path of files) {
      const etag = staged.get(path.split("/").at(-1)!) ?? "";
      assert((await entityTags(path)).includes(etag), path);
    }
    const { uploaded, skipped } = await uploadFiles({ dir });
    assertEquals([uploaded, skipped], [0, 10]);

    // Another run's files, and one that somebody else has changed, are made anew.
    assertEquals(
      kept(await generateToStaging({ ...RUN, seed: 7 })),
      [10, 0, false],
    );
    const client = await s3Client();
    const { stagingBucket: Bucket } = settings();
    await client.putObject({
      ...{ Bucket, Key: `${TABLE}/trips-00003.parquet`, Body: "other" },
    });
    await client.putObject({ Bucket, Key: `${TABLE}/x.parquet`, Body: "x" });
    assertEquals(
      kept(await generateToStaging({ ...RUN, seed: 7 })),
      [10, 9, false],
    );
    assertEquals((await stagedFiles()).length, 10);

    await assertRejects(
      () => generateToStaging({ rows: 0 }),
      LakehouseError,
      "whole number",
    );
    const keys = (await stagedFiles()).map(({ key }) => key);
    await deleteObjects(client, Bucket, [...keys, `_generated/${TABLE}.json`]);
    client.destroy();
  });
  await Deno.remove(dir, { recursive: true });
});
