import { assertEquals, assertRejects } from "@std/assert";
import type { S3 } from "@aws-sdk/client-s3";
import { LakehouseError } from "../core/errors.ts";
import { withEnv } from "../../tests/support/env.ts";
import { deleteObjects, listObjects } from "./s3.ts";
import { s3Client } from "./s3.ts";

/**
 * An object store that gives the answers a test asks for: a real one has no
 * second page of a few objects, and deletes what it is asked to. The real one is
 * tested in tests/lib/staging_test.ts.
 */
async function withStore(
  answer: (url: URL, body: string) => string,
  test: (client: S3) => Promise<void>,
): Promise<void> {
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) =>
      new Response(answer(new URL(request.url), await request.text()), {
        headers: { "content-type": "application/xml" },
      }),
  );
  const MINIO_HOST = `http://127.0.0.1:${server.addr.port}`;
  await withEnv({ MINIO_HOST }, async () => {
    const client = await s3Client();
    try {
      await test(client);
    } finally {
      client.destroy();
    }
  });
}

const page = (keys: string[], token?: string) =>
  `<ListBucketResult><IsTruncated>${token !== undefined}</IsTruncated>${
    keys.map((key) =>
      `<Contents><Key>${key}</Key><Size>3</Size><ETag>"e-${key}"</ETag>` +
      `<LastModified>2026-01-02T03:04:05.000Z</LastModified></Contents>`
    ).join("")
  }${
    token ? `<NextContinuationToken>${token}</NextContinuationToken>` : ""
  }</ListBucketResult>`;

Deno.test("listObjects() gives the objects of all pages", async () => {
  const asked: string[] = [];
  await withStore(({ searchParams }) => {
    const token = searchParams.get("continuation-token");
    asked.push(`${searchParams.get("prefix")} ${token}`);
    return token ? page(["trips/c"]) : page(["trips/a", "trips/b"], "more");
  }, async (client) => {
    const found = await Array.fromAsync(listObjects(client, "b", "trips/"));
    assertEquals(found.map(({ key }) => key), [
      "trips/a",
      "trips/b",
      "trips/c",
    ]);
    assertEquals(found[0], {
      key: "trips/a",
      size: 3,
      etag: "e-trips/a",
      modified: new Date("2026-01-02T03:04:05Z"),
    });
    assertEquals(asked, ["trips/ null", "trips/ more"]);
  });
});

Deno.test("listObjects() ends at the signal", () =>
  withStore(({ searchParams }) => {
    const number = Number(searchParams.get("continuation-token") ?? 0);
    return page([String(number)], String(number + 1));
  }, async (client) => {
    const ended = new AbortController();
    await assertRejects(async () => {
      for await (
        const { key } of listObjects(client, "b", "", ended.signal)
      ) {
        if (key === "2") ended.abort();
      }
    });
  }));

Deno.test("deleteObjects() asks for a thousand at once, and for none when there is none", async () => {
  const counts: number[] = [];
  await withStore((_, body) => {
    counts.push(body.match(/<Key>/g)?.length ?? 0);
    return "<DeleteResult></DeleteResult>";
  }, async (client) => {
    await deleteObjects(client, "b", []);
    await deleteObjects(client, "b", Array.from({ length: 1001 }, String));
    assertEquals(counts, [1000, 1]);
  });
});

Deno.test("deleteObjects() does not pass over an object that the store keeps", () =>
  withStore(
    () =>
      "<DeleteResult><Error><Key>a</Key><Code>AccessDenied</Code>" +
      "<Message>not yours</Message></Error></DeleteResult>",
    async (client) => {
      await assertRejects(
        () => deleteObjects(client, "b", ["a"]),
        LakehouseError,
        'Cannot delete "a" from the bucket "b": the object store answered AccessDenied: not yours',
      );
    },
  ));
