import { assertEquals, assertRejects } from "@std/assert";
import { LakehouseError } from "../../lib/core/errors.ts";
import { withEnv } from "../../tests/support/env.ts";
import { flakyFront, type Mishap } from "../../tests/servers/flaky_front.ts";
import { objectReader } from "./object_store.ts";

const BYTES = Uint8Array.from({ length: 300_000 }, (_, i) => i % 251);

Deno.test("an object whose answer breaks off is asked for again, and comes whole", async () => {
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    () => new Response(BYTES, { headers: { etag: '"x"' } }),
  );
  let mishaps: Mishap[] = ["half", 503, "cut", "half"];
  await using front = await flakyFront(
    `http://127.0.0.1:${server.addr.port}`,
    () => mishaps.shift(),
  );
  const file = await Deno.makeTempFile();
  await withEnv({ MINIO_HOST: front.uri }, async () => {
    const objects = await objectReader(AbortSignal.timeout(60_000));
    try {
      assertEquals(await objects.read("s3://b/k"), BYTES);
      assertEquals(mishaps, []);
      mishaps = ["half", "half"];
      let told = 0;
      await objects.save("s3://b/k", file, (bytes) => told += bytes);
      assertEquals(await Deno.readFile(file), BYTES);
      assertEquals(told, BYTES.length);

      mishaps = Array.from({ length: 20 }, () => "half");
      const error = await assertRejects(
        () => objects.read("s3://b/k"),
        LakehouseError,
        "Cannot read s3://b/k",
      );
      assertEquals(error.cause instanceof Error, true);
    } finally {
      objects.close();
    }
  });
  await Deno.remove(file);
});
