import { assertEquals } from "@std/assert";
import type { Table } from "../../lib/catalog/tables.ts";
import { countsOf, tableLayout, toDataFile, toManifestFile } from "./files.ts";
import { tableMetadata } from "./metadata.ts";

const field = (id: number, name: string, type: string) => ({
  ...{ id, name, type, required: false },
});

/** Metadata as the format's first version has it. */
const table = {
  metadata: {
    "format-version": 1,
    schema: {
      fields: [field(1, "day", "date"), field(2, "n", "long")]
        .concat(field(3, "money", "decimal(9, 2)")),
    },
    "partition-spec": ["day", "n", "money"].map((name, i) => ({
      ...{ name, "source-id": i + 1, transform: "identity" },
    })),
  },
} as unknown as Table;

Deno.test("metadata, manifests and files of the format's first version", () => {
  const metadata = tableMetadata(table);
  assertEquals(metadata.currentSchemaId, 0);
  assertEquals(metadata.schemas[0]!.fields.length, 3);
  assertEquals(
    metadata.partitionSpecs[0]!.fields.map(({ fieldId }) => fieldId),
    [1000, 1001, 1002],
  );
  const layout = tableLayout(metadata, 0);
  const manifest = toManifestFile(layout, {
    ...{ manifest_path: "s3://b/m.avro", manifest_length: 5n },
    ...{ partition_spec_id: 0, added_snapshot_id: 7n },
  });
  assertEquals([manifest.content, manifest.sequenceNumber], ["data", 0n]);
  // What the first writers called the counts, and what all do since.
  for (const files of ["files", "data_files"]) {
    const { fileCounts, rowCounts } = toManifestFile(layout, {
      ...{ manifest_path: "s3://b/m.avro", manifest_length: 5n },
      ...{ partition_spec_id: 0, added_snapshot_id: 7n, added_rows_count: 9n },
      [`added_${files}_count`]: 3,
      [`existing_${files}_count`]: 2,
      [`deleted_${files}_count`]: 1,
    });
    assertEquals(fileCounts, { added: 3, existing: 2, deleted: 1 }, files);
    assertEquals(rowCounts, { added: 9, existing: 0, deleted: 0 });
  }
  const files = ["a", "b"].map((name, i) =>
    toDataFile(layout, manifest, {
      ...{ status: i + 1, snapshot_id: 7n },
      data_file: {
        ...{ file_path: `s3://b/${name}`, file_format: "PARQUET" },
        ...{ record_count: 3n, file_size_in_bytes: 9n },
        // The column was an int when the file was written.
        partition: { day: 19782, n: 7, money: new Uint8Array([0xff, 0x97]) },
      },
    })
  );
  assertEquals(files[0]!.partition, {
    day: "2024-02-29",
    n: 7n,
    money: "-1.05",
  });
  assertEquals(
    [...files[0]!.constants],
    [[1, 19782], [2, 7n], [3, -105n]],
  );
  // Its manifest lists need not count.
  assertEquals(countsOf(files), {
    fileCounts: { added: 1, existing: 0, deleted: 1 },
    rowCounts: { added: 3, existing: 0, deleted: 3 },
  });
});
