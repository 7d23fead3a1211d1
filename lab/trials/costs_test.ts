import { assert, assertEquals, assertRejects } from "@std/assert";
import { changedFiles, countedFiles, timeEach, totalFiles } from "./costs.ts";
import type { DataFile } from "../iceberg/files.ts";

const pause = (ms: number) =>
  new Promise<void>((resolve) => setTimeout(resolve, ms));

Deno.test("timeEach() takes turns, and the first round does not count", async () => {
  const calls: string[] = [];
  let isFirst = true;
  const [slow, quick] = await timeEach({
    slow: async () => {
      calls.push("slow");
      await pause(60);
    },
    quick: async () => {
      calls.push("quick");
      if (isFirst) await pause(2_000);
      isFirst = false;
    },
  });
  assertEquals(calls, Array(4).fill(["slow", "quick"]).flat());
  assert(slow!.seconds >= 0.055, String(slow!.seconds));
  assert(quick!.seconds < 1, String(quick!.seconds));
});

Deno.test("timeEach() gives the median, not what one slow round makes of it", async () => {
  const waits = [0, 3_000, 0];
  const [timing] = await timeEach(
    { it: () => pause(waits.shift()!) },
    { warmUp: 0 },
  );
  assert(timing!.seconds < 1.5, String(timing!.seconds));
});

Deno.test("timeEach() fails with what fails", async () => {
  await assertRejects(
    () => timeEach({ it: () => Promise.reject(new Error("no")) }),
    Error,
    "no",
  );
});

// What Trino 483 writes of two scans.
const PLAN = `
  splits generation metrics:
    'dataFileSizeBytes' = LongCount{total=783470}
    'dataFiles' = LongCount{total=2}
    'dataManifests' = LongCount{total=2}
    'equalityDeleteFiles' = LongCount{total=1}
    'positionalDeleteFiles' = LongCount{total=3}
    'scanPlanningDuration' = {duration=13.00ms}
    'skippedDataManifests' = LongCount{total=4}
    'skippedDeleteManifests' = LongCount{total=1}
  splits generation metrics:
    'dataFileSizeBytes' = LongCount{total=30}
    'dataFiles' = LongCount{total=1}`;

Deno.test("countedFiles() adds up what each scan read and skipped", () => {
  assertEquals(countedFiles(PLAN), {
    dataFiles: 3,
    dataBytes: 783500,
    deleteFiles: 4,
    skippedManifests: 5,
  });
  assertEquals(countedFiles("Values[]").dataFiles, 0);
});

const file = (
  path: string,
  bytes: number,
  content: DataFile["content"] = "data",
) => ({ path, bytes, content }) as DataFile;

Deno.test("changedFiles() counts data, deletes and what was replaced", () => {
  assertEquals(
    changedFiles({
      added: [
        file("a", 100),
        file("b", 50),
        file("d", 7, "position deletes"),
        // Two deletion vectors in one object.
        file("v", 20, "position deletes"),
        file("v", 20, "position deletes"),
      ],
      removed: [file("old", 90), file("older deletes", 5, "position deletes")],
    }),
    {
      dataFiles: 2,
      dataBytes: 150,
      deleteFiles: 2,
      deleteBytes: 27,
      replacedFiles: 1,
    },
  );
});

Deno.test("totalFiles() adds changes up", () => {
  const one = changedFiles({ added: [file("a", 100)], removed: [] });
  const two = changedFiles({
    added: [file("d", 7, "position deletes")],
    removed: [file("a", 100)],
  });
  assertEquals(totalFiles([one, two]), {
    dataFiles: 1,
    dataBytes: 100,
    deleteFiles: 1,
    deleteBytes: 7,
    replacedFiles: 1,
  });
});
