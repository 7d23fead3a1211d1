import { assertEquals, assertStringIncludes } from "@std/assert";
import { compaction } from "../../../lab/iceberg/compaction.ts";
import { filesVerdict } from "./files.ts";

const verdict = (count: number) =>
  filesVerdict(
    compaction(Array.from({ length: count }, (_, i) => ({
      path: `s3://a/${i}.parquet`,
      content: "data",
      bytes: 200_000,
      partition: {},
      specId: 0,
    }))),
    '"chicago"."taxi_trips"',
  );

Deno.test("filesVerdict() names what mends a table of small files", () => {
  const found = verdict(1_200);
  assertEquals(found, {
    status: "warning",
    text:
      "compaction is due: 1,200 data files, 1,200 of them below 3 MiB and to be merged, 0 files of deletes",
    next:
      'in a notebook, await ask(`ALTER TABLE "chicago"."taxi_trips" EXECUTE optimize(file_size_threshold => \'3MB\')`), as notebook 11 shows',
  });
});

Deno.test("filesVerdict() is content with what an ingest leaves", () => {
  const found = verdict(1);
  assertEquals(found.status, "passed");
  assertStringIncludes(found.text, "1 data file, 0 of them");
});
