import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { fits, needOf, roomAt } from "./room.ts";

const PLAN = {
  rows: 50_000_000,
  steps: ["generate", "upload", "ingest"] as const,
  withPeers: false,
  isLocal: true,
};

Deno.test("needOf() grows with rows, peers and an object store on this disk", () => {
  const { disk } = needOf(PLAN);
  assertEquals(needOf({ ...PLAN, rows: 100_000_000 }).disk, 2 * disk);
  assert(needOf({ ...PLAN, isLocal: false }).disk < disk);
  const peers = needOf({ ...PLAN, withPeers: true });
  assert(peers.disk > disk);
  assert(peers.memory > needOf(PLAN).memory);
});

Deno.test("fits() says beforehand what is short", () => {
  const room = { disk: 100e9, memory: 20e9 };
  assertEquals(fits(PLAN, room).ok, true);
  const disk = fits(PLAN, { ...room, disk: 1e9 });
  assertEquals(disk.ok, false);
  assertStringIncludes(disk.text, "of disk are needed, 1.0 GB is free");
  const memory = fits({ ...PLAN, withPeers: true }, room);
  assertEquals(memory.ok, false);
  assertStringIncludes(memory.text, "of memory are needed, 20 GB is free");
});

Deno.test("roomAt() asks for a folder that is not there yet", async () => {
  const dir = await Deno.makeTempDir();
  const room = roomAt(`${dir}/a/b/c`);
  await Deno.remove(dir);
  assert(room.disk > 0 && room.memory > 0);
});
