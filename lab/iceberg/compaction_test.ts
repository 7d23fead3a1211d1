import { assertEquals } from "@std/assert";
import { compaction } from "./compaction.ts";
import type { DataFile } from "./files.ts";

type File = Parameters<typeof compaction>[0][number];

let number = 0;
const files = (count: number, of: Partial<File> = {}): File[] =>
  Array.from({ length: count }, () => ({
    path: `s3://a/${++number}.parquet`,
    content: "data",
    bytes: 6_600_000,
    partition: {},
    specId: 0,
    ...of,
  }));
const small: Partial<File> = { bytes: 100_000 };

Deno.test("compaction() leaves alone what an ingest has written", () => {
  // Of a million trips, of twenty and of none.
  for (const count of [0, 8, 160]) {
    assertEquals(compaction(files(count)).isDue, false);
  }
  assertEquals(compaction(files(1, small)).isDue, false);
});

Deno.test("compaction() is due with ten small files that are a tenth of all", () => {
  const due = (large: number, few: number) =>
    compaction([...files(large), ...files(few, small)]).isDue;
  assertEquals(due(8, 9), false);
  assertEquals(due(8, 10), true);
  assertEquals(due(90, 10), true);
  assertEquals(due(91, 10), false);
});

Deno.test("compaction() takes 3 MiB for large, as Trino does", () => {
  const of = (bytes: number) => compaction(files(20, { bytes })).smallFiles;
  assertEquals([of(3 * 2 ** 20 - 1), of(3 * 2 ** 20)], [20, 0]);
});

Deno.test("compaction() merges nothing across partitions", () => {
  const months = Array.from(
    { length: 30 },
    (_, month) => files(1, { ...small, partition: { month } }),
  ).flat();
  assertEquals(compaction(months).smallFiles, 0);
  const days = [1, 2, 3, 4, 5].flatMap((day) =>
    files(2, { ...small, partition: { day: new Date(2024, 0, day) } })
  );
  assertEquals(compaction([...months, ...days]).smallFiles, 10);
  const specs = [0, 1].flatMap((specId) => files(1, { ...small, specId }));
  assertEquals(compaction(specs).smallFiles, 0);
});

Deno.test("compaction() counts files of deletes, not the vectors in them", () => {
  const content: DataFile["content"] = "position deletes";
  const vectors = files(20, { content, path: "s3://a/vectors.puffin" });
  assertEquals(compaction([...files(8), ...vectors]).deleteFiles, 1);
  const deletes = files(10, { content, bytes: 900 });
  const { smallFiles, deleteFiles, isDue } = compaction([
    ...files(8),
    ...deletes,
  ]);
  assertEquals([smallFiles, deleteFiles, isDue], [0, 10, true]);
});
