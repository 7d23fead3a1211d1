import { assertEquals, assertRejects } from "@std/assert";
import { crc32 } from "node:zlib";
import { RoaringBitmap32, roaringLibraryInitialize } from "roaring-wasm";
import { LakehouseError } from "../../../lib/core/errors.ts";
import { vectorPlaces } from "./deletes.ts";

/** A deletion vector of bitmaps by the upper half of their places. */
async function vector(bitmaps: [number, number[]][]): Promise<Uint8Array> {
  await roaringLibraryInitialize();
  const parts: number[] = [0xd1, 0xd3, 0x39, 0x64];
  parts.push(bitmaps.length, 0, 0, 0, 0, 0, 0, 0);
  for (const [upper, places] of bitmaps) {
    const bitmap = new RoaringBitmap32(places);
    // What Java's writer does to runs.
    bitmap.runOptimize();
    parts.push(upper, 0, 0, 0, ...bitmap.serialize("portable"));
    bitmap.dispose();
  }
  const body = Uint8Array.from(parts);
  const bytes = new Uint8Array(body.length + 8);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, body.length);
  bytes.set(body, 4);
  view.setUint32(4 + body.length, crc32(body));
  return bytes;
}

Deno.test("vectorPlaces() has every place: single ones, runs, dense ones, beyond 32 bits", async () => {
  const run = Array.from({ length: 1000 }, (_, i) => 70_000 + i);
  const dense = Array.from({ length: 20_000 }, (_, i) => 200_000 + 2 * i);
  const bytes = await vector([
    [0, [0, 7, ...run, ...dense, 4294967295]],
    [2, [1]],
  ]);
  assertEquals(await vectorPlaces("s3://b/v.puffin", bytes), [
    ...[0, 7, ...run, ...dense, 4294967295, 2 * 2 ** 32 + 1],
  ]);
  assertEquals(await vectorPlaces("s3://b/v.puffin", await vector([])), []);
});

Deno.test("vectorPlaces() names the file of a damaged vector", async () => {
  const whole = await vector([[0, [1, 2, 3]]]);
  const changed = whole.slice();
  changed[30]! ^= 1;
  for (const bytes of [changed, whole.subarray(0, 20), new Uint8Array()]) {
    await assertRejects(
      () => vectorPlaces("s3://b/v.puffin", bytes),
      LakehouseError,
      "Cannot read s3://b/v.puffin: it is damaged",
    );
  }
});
