import { assertEquals, assertRejects } from "@std/assert";
import { LakehouseError } from "../../lib/core/errors.ts";
import {
  find,
  newestResults,
  peersOf,
  readResults,
  writeResults,
} from "./results.ts";
import { result, sampleResults } from "./sample_results.ts";

async function inFolder(body: (dir: string) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir();
  try {
    await body(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

Deno.test("results are read as they were written, and none is written over", async () => {
  await inFolder(async (dir) => {
    const results = sampleResults([result("generate", "product", 10, 1)]);
    const first = await writeResults(results, dir);
    const second = await writeResults(results, dir);
    assertEquals(first, `${dir}/2024-01-05-2-cores-24-gib-local.json`);
    assertEquals(second, `${dir}/2024-01-05-2-cores-24-gib-local-2.json`);
    assertEquals(await readResults(first), results);
  });
});

Deno.test("newestResults() goes by the time they were made, not by name", async () => {
  await inFolder(async (dir) => {
    assertEquals(await newestResults(`${dir}/none`), undefined);
    const old = sampleResults([]);
    const late = { ...old, made: "2024-01-05T11:00:00.000Z" };
    const path = await writeResults(late, dir);
    await writeResults(old, dir);
    assertEquals((await newestResults(dir))?.path, path);
  });
});

Deno.test("readResults() refuses what is no results file", async () => {
  await inFolder(async (dir) => {
    for (const text of ["{", "{}", "null", '{"version": 2}']) {
      await Deno.writeTextFile(`${dir}/x.json`, text);
      await assertRejects(
        () => readResults(`${dir}/x.json`),
        LakehouseError,
        "Cannot read the results",
      );
    }
  });
});

Deno.test("find() and peersOf() tell cases, rows and subjects apart", () => {
  const results = sampleResults([
    result("upload", "product", 0, 9, { case: "one file of 2048 MB" }),
    result("upload", "product", 10, 1),
    result("upload", "boto3", 10, 2),
    result("upload", "boto3", 20, 3),
  ]);
  assertEquals(find(results, { step: "upload" })?.seconds, [1]);
  assertEquals(find(results, { step: "upload", rows: 20 }), undefined);
  assertEquals(
    peersOf(results, { step: "upload", rows: 10 }).map(({ seconds }) =>
      seconds
    ),
    [[2]],
  );
});
