import { assertEquals } from "@std/assert";
import { createHash } from "node:crypto";
import { entityTags } from "./multipart.ts";

const PART = 16 * 1024 * 1024;

Deno.test("entityTags() gives the tag of a whole file and that of its parts", async () => {
  const md5 = (bytes: Uint8Array) => createHash("md5").update(bytes).digest();
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(path, "hello world");
    // md5sum of the text; md5sum of its md5.
    assertEquals(await entityTags(path), [
      "5eb63bbbe01eeed093cb22bb8f5acdc3",
      "241d8a27c836427bd7f04461b60e7359-1",
    ]);
    const bytes = new Uint8Array(PART + 5).map((_, i) => i >> 8);
    await Deno.writeFile(path, bytes);
    const parts = [bytes.subarray(0, PART), bytes.subarray(PART)].map(md5);
    assertEquals(await entityTags(path), [
      md5(bytes).toString("hex"),
      `${md5(Uint8Array.from([...parts[0]!, ...parts[1]!])).toString("hex")}-2`,
    ]);
  } finally {
    await Deno.remove(path);
  }
});
