import { assertEquals } from "@std/assert";
import { readLog } from "./logs.ts";

Deno.test("readLog() gives the lines from a place on, and all of a log that was begun anew", async () => {
  const path = await Deno.makeTempFile();
  const lines = (from: number) => Array.fromAsync(readLog(path, { from }));
  try {
    const earlier = "the database is damaged\n";
    await Deno.writeTextFile(path, `${earlier}no class\nno class\n`);
    assertEquals(await lines(0), [
      ...["the database is damaged", "no class", "no class"],
    ]);
    assertEquals(await lines(earlier.length), ["no class", "no class"]);
    await Deno.writeTextFile(path, "no class\n");
    assertEquals(await lines(earlier.length), ["no class"]);
  } finally {
    await Deno.remove(path);
  }
});
