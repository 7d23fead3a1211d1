import { assertEquals } from "@std/assert";
import { entityTags } from "./multipart.ts";

Deno.test("entityTags() gives the tag of a whole file and that of its parts", async () => {
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(path, "hello world");
    // md5sum of the text; md5sum of the md5s of "hello ", "world".
    assertEquals(await entityTags(path, 6), [
      "5eb63bbbe01eeed093cb22bb8f5acdc3",
      "e09e4fd6265b36115fe3db32df945d84-2",
    ]);
  } finally {
    await Deno.remove(path);
  }
});
