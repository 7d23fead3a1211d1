import { assert, assertEquals } from "@std/assert";
import { makeCopiesDir } from "./copies.ts";

const exists = (path: string) => Deno.stat(path).then(() => true, () => false);

Deno.test("makeCopiesDir() removes folders of processes that are gone, and no other", async () => {
  const mine = await makeCopiesDir();
  const parent = mine.slice(0, mine.lastIndexOf("/"));
  const gone = new Deno.Command(Deno.execPath(), {
    args: ["--version"],
    stdout: "null",
  })
    .spawn();
  await gone.status;
  const old = `${parent}/lakehouse-duckdb-${gone.pid}-test`;
  const other = `${parent}/lakehouse-duckdb-notes`;
  await Deno.mkdir(old);
  await Deno.mkdir(other);
  try {
    const second = await makeCopiesDir();
    assertEquals(await exists(old), false);
    assert(await exists(mine) && await exists(other));
    await Deno.remove(second);
  } finally {
    await Deno.remove(mine);
    await Deno.remove(other);
    await Deno.remove(old).catch(() => {});
  }
});
