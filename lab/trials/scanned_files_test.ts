import { assertEquals } from "@std/assert";
import { countedFiles } from "./scanned_files.ts";

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
