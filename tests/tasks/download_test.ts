import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import pl from "nodejs-polars";
import { catalog } from "../../lib/catalog/config.ts";
import { ensureWarehouse } from "../../lib/catalog/warehouses.ts";
import { settings } from "../../lib/core/settings.ts";
import {
  type DownloadOptions,
  downloadTrips,
} from "../../tasks/download/download.ts";
import { LakehouseError } from "../../lib/core/errors.ts";
import { submitIngest } from "../../lib/spark/ingest.ts";
import { deleteObjects } from "../../lib/store/s3.ts";
import { s3Client } from "../../lib/store/s3.ts";
import { stagedFiles, uploadFiles } from "../../lib/store/staging.ts";
import { generateTrips } from "../../lib/trips/generate.ts";
import { query } from "../../lib/trino/client.ts";
import { ensureTrinoCatalog } from "../../lib/trino/catalog.ts";
import { removeBucket } from "../support/bucket.ts";
import { cutProxy } from "../servers/cut_proxy.ts";
import { closedPort, withEnv } from "../support/env.ts";
import { portalServer } from "../servers/portal.ts";

const BIG = 20 * 1024 * 1024;

function randomBytes(size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; at += 65536) {
    crypto.getRandomValues(bytes.subarray(at, Math.min(at + 65536, size)));
  }
  return bytes;
}

interface Remote {
  bucket: string;
  dir: string;
  put(key: string, body: Uint8Array): Promise<void>;
  remove(key: string): Promise<void>;
  download(options?: DownloadOptions): ReturnType<typeof downloadTrips>;
}

/** Runs `body` with a bucket, a folder, and the local object store in the place of Google's. */
async function withBucket(body: (remote: Remote) => Promise<void>) {
  const { minioHost, accessKey, secretKey } = settings();
  const Bucket = `download-${crypto.randomUUID().slice(0, 8)}`;
  const dir = await Deno.makeTempDir();
  const client = await s3Client();
  try {
    await client.send(new CreateBucketCommand({ Bucket }));
    await withEnv({
      GCS_ENDPOINT: minioHost,
      GCS_ACCESS_KEY: accessKey,
      GCS_SECRET_KEY: secretKey,
    }, () =>
      body({
        bucket: Bucket,
        dir,
        async put(Key, Body) {
          await client.send(new PutObjectCommand({ Bucket, Key, Body }));
        },
        async remove(Key) {
          await client.send(new DeleteObjectCommand({ Bucket, Key }));
        },
        download: (options = {}) =>
          downloadTrips({
            from: `gs://${Bucket}/trips`,
            dir,
            retryWaitMs: 10,
            onProgress: () => {},
            ...options,
          }),
      }));
  } finally {
    client.destroy();
    await removeBucket(Bucket);
    await Deno.remove(dir, { recursive: true });
  }
}

const names = (dir: string) =>
  [...Deno.readDirSync(dir)].map(({ name }) => name).sort();

Deno.test("downloadTrips() copies a bucket's folder, then only what is new or has changed", () =>
  withBucket(async ({ dir, put, remove, download }) => {
    const generated = await Deno.makeTempDir();
    try {
      const { files } = await generateTrips({
        rows: 3_000,
        rowsPerFile: 1_000,
        dir: generated,
      });
      const [first, second, third] = files.map((file) =>
        Deno.readFileSync(file)
      );
      await put("trips/2023/part-0.parquet", first!);
      await put("trips/part-1.parquet", second!);
      await put("trips/_SUCCESS", new Uint8Array());
      await put("trips/notes.txt", new Uint8Array(3));
      await put("tripsof/others.parquet", third!);

      const all = await download();
      assertEquals([all.fetched, all.gone], [2, []]);
      assertEquals(names(dir), [
        "2023__part-0.parquet",
        "_downloaded.json",
        "part-1.parquet",
      ]);
      assertEquals(
        Deno.readFileSync(`${dir}/2023__part-0.parquet`),
        first,
      );
      const rows = pl.concat(all.files.map((file) => pl.readParquet(file)));
      assertEquals([rows.height, rows.columns.length], [2_000, 23]);

      const written = Deno.statSync(`${dir}/part-1.parquet`).mtime;
      assertEquals((await download()).fetched, 0);
      assertEquals(Deno.statSync(`${dir}/part-1.parquet`).mtime, written);

      await put("trips/2023/part-0.parquet", third!);
      await remove("trips/part-1.parquet");
      const changed = await download();
      assertEquals([changed.fetched, changed.gone], [1, ["part-1.parquet"]]);
      assertEquals(
        pl.readParquet(`${dir}/2023__part-0.parquet`).toRecords(),
        pl.readParquet(files[2]!).toRecords(),
      );
      assertEquals(Deno.readFileSync(`${dir}/part-1.parquet`), second);

      // The record knows it still, so that it can be removed later.
      const cleared = await download({ removeGone: true });
      assertEquals([cleared.fetched, cleared.files.length], [0, 1]);
      assertEquals(names(dir), ["2023__part-0.parquet", "_downloaded.json"]);

      await Deno.writeTextFile(`${dir}/2023__part-0.parquet`, "cut");
      assertEquals((await download()).fetched, 1);
      assertEquals(Deno.readFileSync(`${dir}/2023__part-0.parquet`), third);
    } finally {
      await Deno.remove(generated, { recursive: true });
    }
  }));

Deno.test("downloadTrips() goes on within an object whose connection was cut", () =>
  withBucket(async ({ dir, put, download }) => {
    const bytes = randomBytes(BIG);
    await put("trips/big.parquet", bytes);
    using proxy = cutProxy(settings().minioHost, 2, BIG / 3);
    await withEnv({ GCS_ENDPOINT: proxy.uri }, async () => {
      let last = 0;
      await download({ onProgress: ({ done }) => last = done });
      assertEquals(last, BIG);
    });
    assertEquals(proxy.cuts, 0);
    assertEquals(Deno.readFileSync(`${dir}/big.parquet`), bytes);
    // Begun anew each time it would have been two thirds more.
    assert(proxy.bytes < 1.2 * BIG, String(proxy.bytes));
  }));

Deno.test("downloadTrips() goes on after a stop with the bytes that had come", () =>
  withBucket(async ({ dir, put, download }) => {
    const bytes = randomBytes(BIG);
    await put("trips/big.parquet", bytes);
    const controller = new AbortController();
    await assertRejects(
      () =>
        download({
          signal: controller.signal,
          onProgress({ done }) {
            if (done > 0) controller.abort(new Error("stopped by the test"));
          },
        }),
      Error,
      "stopped by the test",
    );
    assertEquals(names(dir), [".downloading", "_downloaded.json"]);
    const part = names(`${dir}/.downloading`)
      .find((name) => name.endsWith(".part"))!;
    assert(Deno.statSync(`${dir}/.downloading/${part}`).size > 0);
    let first: number | undefined;
    await download({ onProgress: ({ done }) => first ??= done });
    assert(first! > 0, String(first));
    assertEquals(Deno.readFileSync(`${dir}/big.parquet`), bytes);
    assertEquals(names(dir), ["_downloaded.json", "big.parquet"]);
  }));

Deno.test("downloadTrips() does not keep bytes that are not the object's", () =>
  withBucket(async ({ dir, put, download }) => {
    const bytes = randomBytes(1_000_000);
    await put("trips/a.parquet", bytes);
    const controller = new AbortController();
    await assertRejects(() =>
      download({
        signal: controller.signal,
        onProgress: ({ done }) => done > 0 && controller.abort(),
      })
    );
    const part = `${dir}/.downloading/${
      names(`${dir}/.downloading`).find((name) => name.endsWith(".part"))
    }`;
    await Deno.writeFile(part, randomBytes(500));
    await download();
    assertEquals(Deno.readFileSync(`${dir}/a.parquet`), bytes);
  }));

Deno.test("downloadTrips() says what is wrong with a bucket", async (t) => {
  await withBucket(async ({ bucket, dir, put, download }) => {
    const refused = async (
      message: string,
      options: DownloadOptions = {},
      env: Record<string, string> = {},
    ) => {
      const error = await withEnv(
        env,
        () => assertRejects(() => download(options), LakehouseError, message),
      );
      assertEquals(names(dir), []);
      return error as LakehouseError;
    };
    await t.step("no Parquet files", async () => {
      await refused("it holds no Parquet files");
    });
    await t.step("no such bucket", async () => {
      await refused("there is no such bucket", { from: `gs://${bucket}-not` });
    });
    await t.step("refused keys, which are not shown", async () => {
      const error = await refused("refused the keys", {}, {
        GCS_SECRET_KEY: "not-the-key",
      });
      assertStringIncludes(error.message, "GCS_ACCESS_KEY");
      assertEquals(Deno.inspect(error).includes("not-the-key"), false);
    });
    await t.step("nothing answers", async () => {
      await refused("goes on where it stopped", {}, {
        GCS_ENDPOINT: `http://127.0.0.1:${closedPort()}`,
      });
    });
    await t.step("two objects with one name", async () => {
      await put("trips/a/b.parquet", new Uint8Array(3));
      await put("trips/a__b.parquet", new Uint8Array(3));
      await refused('would both be the file "a__b.parquet"');
    });
  });
});

Deno.test("trips from the portal pass Spark's check and arrive as they were", async () => {
  const TABLE = "download_test";
  const trip = {
    trip_id: "14176ffa6e52c6716e37275173f1bf8ee681866f",
    taxi_id: "a".repeat(128),
    trip_start_timestamp: "2023-03-12T02:15:00.000",
    trip_seconds: "1044",
    pickup_census_tract: "17031080300",
    fare: "17.5",
    company: "Flash Cab",
    pickup_centroid_location: {
      type: "Point",
      coordinates: [-87.6357600901, 41.9074919303],
    },
  };
  const dir = await Deno.makeTempDir();
  await using portal = portalServer({
    "wrvz-psew": Array.from({ length: 5 }, (_, i) => ({
      ...trip,
      trip_id: trip.trip_id.slice(0, -1) + i,
    })),
  });
  try {
    await withEnv(
      { TABLE, PARQUET_DIR: dir, PORTAL_URI: portal.uri },
      async () => {
        await ensureWarehouse(catalog());
        await downloadTrips({
          months: "2023-03",
          rowsPerRequest: 2,
          rowsPerFile: 3,
          onProgress: () => {},
        });
        await uploadFiles();
        const { rows, files } = await submitIngest();
        assertEquals([rows, files], [5, 2]);
        await ensureTrinoCatalog();
        const { first } = await query(
          `SELECT count(DISTINCT unique_key) AS keys, min(taxi_id) AS taxi,
           min(CAST(trip_start_timestamp AS varchar)) AS start,
           max(trip_end_timestamp) AS "end", sum(trip_seconds) AS seconds,
           max(pickup_census_tract) AS tract, sum(fare) AS fare,
           max(company) AS company, max(pickup_location) AS location
         FROM ${TABLE}`,
        );
        assertEquals({ ...first }, {
          keys: 5n,
          taxi: trip.taxi_id,
          start: "2023-03-12 02:15:00.000000 UTC",
          end: null,
          seconds: 5220n,
          tract: 17031080300n,
          fare: 87.5,
          company: "Flash Cab",
          location: "POINT (-87.6357600901 41.9074919303)",
        });
        await query(`DROP TABLE ${TABLE}`);
        const client = await s3Client();
        const keys = (await stagedFiles()).map(({ key }) => key);
        await deleteObjects(client, settings().stagingBucket, keys);
        client.destroy();
      },
    );
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});
