import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { DeleteObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { catalog } from "../../lib/catalog/config.ts";
import { loadTable } from "../../lib/catalog/tables.ts";
import { LakehouseError } from "../../lib/core/errors.ts";
import {
  compareObjects,
  tableObjects,
} from "../../lab/iceberg/table_objects.ts";
import {
  compareSnapshots,
  snapshotFiles,
  tableTree,
} from "../../lab/iceberg/snapshots.ts";
import { type DataFile } from "../../lab/iceberg/files.ts";
import { filesOf } from "../../lab/iceberg/tree.ts";
import { bucketAndKey, objectReader } from "../../lab/iceberg/object_store.ts";
import { DISPLAY } from "../../lib/core/kernel.ts";
import { s3Client } from "../../lib/store/s3.ts";
import { sparkSession } from "../../lab/engines/spark_session.ts";
import { query } from "../../lib/trino/client.ts";
import { withNamespace } from "../support/namespace.ts";

const NAMESPACE = "snapshots_test";

async function put(path: string, body: Uint8Array): Promise<void> {
  const { bucket, key } = bucketAndKey(path);
  const client = await s3Client();
  await client.send(
    new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }),
  );
  client.destroy();
}

/** A table with values of every kind in files of two partitionings, and deletes. */
async function createKinds(): Promise<void> {
  await query(`CREATE TABLE kinds (id bigint, kind varchar,
    at timestamp(6) with time zone, local timestamp(6), day date,
    money decimal(20,2), ratio double, f real, ok boolean, raw varbinary, u uuid,
    tags array(varchar), pair row(a bigint, b varchar), clock time(6), small integer)
    WITH (partitioning = ARRAY['month(at)', 'bucket(id, 4)', 'kind'])`);
  await query(`INSERT INTO kinds VALUES
    (9007199254740993, 'a/b ü%=c', TIMESTAMP '2024-03-05 13:45:00.123456 UTC',
      TIMESTAMP '1969-12-31 23:59:59.999999', DATE '1969-02-28',
      DECIMAL '-12345678901234567.05', 1e-300, REAL '0.1', true, X'00ff',
      UUID '12151fd2-7586-11e9-8f9e-2a86e4085a59', ARRAY['x'],
      ROW(5, 'long text of more than sixteen characters'), TIME '13:45:00.123456', -7),
    (1, 'a', TIMESTAMP '1969-06-01 00:00:00 UTC', NULL, DATE '0001-01-01', 0.01,
      nan(), REAL '-3.5', false, X'', NULL, NULL, NULL, TIME '00:00:00', 2147483647),
    (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)`);
  await query("ALTER TABLE kinds ALTER COLUMN small SET DATA TYPE bigint");
  await query(
    "ALTER TABLE kinds SET PROPERTIES partitioning = ARRAY['day(local)', 'truncate(kind, 2)', 'year(day)']",
  );
  await query(`INSERT INTO kinds (id, kind, local, day, small) VALUES
    (3, 'brown', TIMESTAMP '2024-01-05 13:00:00', DATE '2024-02-29', 9007199254740993),
    (4, 'bread', TIMESTAMP '2024-01-05 14:00:00', DATE '2024-03-01', 1)`);
  await query("DELETE FROM kinds WHERE id = 4");
  await query("ANALYZE kinds");
}

const byPath = (a: { path: string }, b: { path: string }) =>
  a.path < b.path ? -1 : 1;

/** The bounds of a file by column id, as Trino's `$files` has them. */
function bounds(file: DataFile, which: "lower" | "upper") {
  return Object.fromEntries(
    file.columns.map((column) => [String(column.id), column[which]]),
  );
}

Deno.test("a table read by hand", async (t) => {
  await withNamespace(NAMESPACE, async () => {
    await createKinds();

    await t.step(
      "says of files, values and counts what Trino says",
      async () => {
        const files = (await snapshotFiles(NAMESPACE, "kinds")).sort(byPath);
        const { rows } = await query('SELECT * FROM "kinds$files"');
        const expected = rows.map((row) => ({
          path: row.file_path as string,
          row,
        }))
          .sort(byPath);
        assertEquals(
          files.map(({ path }) => path),
          expected.map(({ path }) => path),
        );
        assertEquals(
          files.map(({ content }) => content).sort(),
          ["data", "data", "data", "data", "position deletes"],
        );
        for (const [index, file] of files.entries()) {
          const { row } = expected[index]!;
          assertEquals(BigInt(file.rows), row.record_count);
          assertEquals(BigInt(file.bytes), row.file_size_in_bytes);
          assertEquals(file.format, String(row.file_format).toLowerCase());
          assertEquals(file.specId, row.spec_id);
          assertEquals(file.snapshotId, row.added_snapshot_id);
          assertEquals(file.sequenceNumber, row.data_sequence_number);
          if (file.content !== "data") continue;
          const theirs = row as Record<string, Record<string, unknown>>;
          for (const which of ["lower", "upper"] as const) {
            const ours = bounds(file, which);
            // Trino names every column, with null where there is no bound.
            for (
              const [id, value] of Object.entries(theirs[`${which}_bounds`]!)
            ) {
              assertEquals(
                ours[id] ?? null,
                value,
                `${which} bound of column ${id}`,
              );
            }
          }
          for (const { id, nulls, values } of file.columns) {
            assertEquals(BigInt(nulls ?? 0), theirs.null_value_counts![id]);
            assertEquals(BigInt(values ?? 0), theirs.value_counts![id]);
          }
        }
        const exact = files.flatMap(({ columns }) => columns)
          .map(({ name, lower }) => `${name} ${lower}`);
        for (
          const text of [
            "id 9007199254740993",
            "at 2024-03-05 13:45:00.123456 UTC",
            "money -12345678901234567.05",
            "day 0001-01-01",
            "pair.b long text of mor",
          ]
        ) assert(exact.includes(text), text);
      },
    );

    await t.step(
      "writes partitions as people do, of either partitioning",
      async () => {
        const files = await snapshotFiles(NAMESPACE, "kinds");
        const partitions = files.filter(({ content }) => content === "data")
          .map(({ partition }) => JSON.stringify(partition));
        for (
          const partition of [
            { at_month: "2024-03", id_bucket: 2, kind: "a/b ü%=c" },
            { at_month: null, id_bucket: 0, kind: null },
            { local_day: "2024-01-05", kind_trunc: "br", day_year: "2024" },
          ]
        ) {
          assert(
            partitions.includes(JSON.stringify(partition)),
            partitions.join("\n"),
          );
        }
      },
    );

    await t.step(
      "says of manifests and snapshots what Trino says",
      async () => {
        const tree = await tableTree(NAMESPACE, "kinds");
        const { rows } = await query('SELECT * FROM "kinds$manifests"');
        const expected = rows.map((row) => ({ path: row.path as string, row }))
          .sort(byPath);
        const manifests = tree.manifests.sort(byPath);
        assertEquals(
          manifests.map(({ path }) => path),
          expected.map(({ path }) => path),
        );
        for (const [index, manifest] of manifests.entries()) {
          const { row } = expected[index]!;
          assertEquals(BigInt(manifest.bytes), row.length);
          assertEquals(manifest.specId, row.partition_spec_id);
          assertEquals(manifest.snapshotId, row.added_snapshot_id);
          assertEquals(manifest.fileCounts.added, row.added_data_files_count);
          assertEquals(BigInt(manifest.rowCounts.added), row.added_rows_count);
          const ranges = row.partition_summaries as {
            contains_null: boolean;
          }[];
          assertEquals(
            manifest.partitions.map(({ containsNull }) => containsNull),
            ranges.map(({ contains_null }) => contains_null),
          );
        }
        const [first] = manifests.find(({ specId }) =>
          specId === 0
        )!.partitions;
        assertEquals([first!.lower, first!.upper], ["1969-06", "2024-03"]);
        const snapshots = await query('SELECT * FROM "kinds$snapshots"');
        assertEquals(
          tree.table.snapshots.map(({ id }) => id).sort(),
          snapshots.rows.map((row) => row.snapshot_id as bigint).sort(),
        );
        assertEquals(tree.snapshot?.manifestList, tree.manifestList?.path);
      },
    );

    await t.step(
      "finds snapshots by id, branch and tag, and compares them",
      async () => {
        const { snapshots } = await loadTable(catalog(), NAMESPACE, "kinds");
        const [empty, first, second, third] = snapshots.map(({ id }) => id);
        const at = async (id: bigint | string) =>
          filesOf(await tableTree(NAMESPACE, "kinds", { at: id })).length;
        assertEquals(
          [
            await at(empty!),
            await at(first!),
            await at(second!),
            await at("main"),
          ],
          [0, 3, 4, 5],
        );
        const change = await compareSnapshots(
          NAMESPACE,
          "kinds",
          first!,
          third!,
        );
        assertEquals(
          [change.added.length, change.removed.length, change.kept.length],
          [2, 0, 3],
        );
        const back = await compareSnapshots(NAMESPACE, "kinds", "main", first!);
        assertEquals([back.added.length, back.removed.length], [0, 2]);
        const error = await assertRejects(() => at("audit"), LakehouseError);
        assertStringIncludes(error.message, "its branches and tags are: main");
        await assertRejects(() => at(1n), LakehouseError, "snapshot 1");
      },
    );

    await t.step("names columns as the snapshot's schema does", async () => {
      await query("ALTER TABLE kinds RENAME COLUMN kind TO sort");
      await query("INSERT INTO kinds (id, sort) VALUES (5, 'e')");
      const { snapshots } = await loadTable(catalog(), NAMESPACE, "kinds");
      const nameAt = async (at: bigint) =>
        (await snapshotFiles(NAMESPACE, "kinds", { at })).find(({ content }) =>
          content === "data"
        )!.columns.find(({ id }) => id === 2)?.name;
      assertEquals(await nameAt(snapshots[1]!.id), "kind");
      assertEquals(await nameAt(snapshots.at(-1)!.id), "sort");
    });

    await t.step(
      "knows what every object is there for, and which are orphans",
      async () => {
        const before = await tableObjects(NAMESPACE, "kinds");
        assertEquals(before.missing, []);
        assertEquals(
          before.objects.filter(({ role }) => role === "orphan"),
          [],
        );
        assertEquals(
          new Set(before.objects.map(({ role }) => role)),
          new Set([
            "metadata",
            "old metadata",
            "manifest list",
            "manifest",
            "data",
            "position deletes",
            "statistics",
          ]),
        );
        const stray = `${before.location}data/kind=a%2Fb ü/stray.parquet`;
        await put(stray, new Uint8Array(3));
        const { objects } = await tableObjects(NAMESPACE, "kinds");
        const orphans = objects.filter(({ role }) => role === "orphan");
        assertEquals(orphans.map(({ path, bytes }) => [path, bytes]), [[
          stray,
          3,
        ]]);
        assert(Math.abs(orphans[0]!.modified.getTime() - Date.now()) < 60_000);
      },
    );

    await t.step(
      "tells objects that were added, rewritten, removed, and kept",
      async () => {
        await query("CREATE TABLE watched AS SELECT 1 AS n");
        const look = () => tableObjects(NAMESPACE, "watched");
        const before = await look();
        await query("ALTER TABLE watched ADD COLUMN note varchar");
        const { added, removed, rewritten, kept } = compareObjects(
          before,
          await look(),
        );
        assertEquals(added.map(({ role }) => role), ["metadata"]);
        assertEquals([removed, rewritten], [[], []]);
        assertEquals(kept.length, before.objects.length);

        const data = before.objects.find(({ role }) => role === "data")!;
        const { read, close } = await objectReader(AbortSignal.timeout(30_000));
        const bytes = await read(data.path).finally(close);
        // An object's time may be of whole seconds.
        await new Promise((resolve) => setTimeout(resolve, 1_100));
        await put(data.path, bytes);
        const again = compareObjects(before, await look());
        assertEquals(again.rewritten.map(({ path }) => path), [data.path]);
        assertEquals(again.rewritten[0]!.etag, data.etag);

        await put(data.path, new Uint8Array(bytes.length));
        const spoiled = compareObjects(before, await look());
        assert(spoiled.rewritten[0]!.etag !== data.etag);
        await query("DROP TABLE watched");
      },
    );

    await t.step("says what is missing and what is damaged", async () => {
      await query("CREATE TABLE broken AS SELECT 1 AS n");
      const { manifests: [manifest] } = await tableTree(NAMESPACE, "broken");
      const { path, files: [file] } = manifest!;
      const { bucket, key } = bucketAndKey(file!.path);
      const client = await s3Client();
      await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
      client.destroy();
      const { missing } = await tableObjects(NAMESPACE, "broken");
      assertEquals(missing.map(({ path, role }) => [path, role]), [
        [file!.path, "data"],
      ]);
      await put(path, new TextEncoder().encode("no manifest"));
      const error = await assertRejects(
        () => tableTree(NAMESPACE, "broken"),
        LakehouseError,
      );
      assertStringIncludes(error.message, path);
      assertStringIncludes(error.message, "damaged");
    });

    await t.step("draws a table, an empty one too", async () => {
      const tree = await tableTree(NAMESPACE, "kinds");
      const shown = tree[DISPLAY]();
      assertStringIncludes(shown["text/html"]!, "data:image/svg+xml;base64,");
      assertStringIncludes(shown["text/plain"]!, "local_day=2024-01-05");
      await query("CREATE TABLE nothing (n bigint)");
      const empty = await tableTree(NAMESPACE, "nothing");
      assertEquals(filesOf(empty), []);
      assertStringIncludes(empty[DISPLAY]()["text/plain"]!, "nothing");
    });
  });
});

Deno.test("a table that Spark writes is read by hand: branches, tags, deletion vectors", async () => {
  await withNamespace(NAMESPACE, async () => {
    await using spark = await sparkSession();
    await spark.sql(
      `CREATE TABLE vectors (id bigint, at timestamp) USING iceberg
      PARTITIONED BY (hours(at)) TBLPROPERTIES ('format-version' = '3',
      'write.delete.mode' = 'merge-on-read', 'write.metadata.compression-codec' = 'gzip')`,
    );
    await spark.sql(
      `INSERT INTO vectors SELECT id, TIMESTAMP'2024-01-05 13:45:00'
      FROM range(0, 100, 1, 1)`,
    );
    await spark.sql("ALTER TABLE vectors CREATE TAG first");
    await spark.sql("ALTER TABLE vectors CREATE BRANCH audit");
    await spark.sql("DELETE FROM vectors WHERE id < 7");
    const tree = await tableTree(NAMESPACE, "vectors");
    assertEquals(
      tree.metadata.refs.map(({ name, type }) => `${type} ${name}`).sort(),
      ["branch audit", "branch main", "tag first"],
    );
    const [data] = await snapshotFiles(NAMESPACE, "vectors", { at: "first" });
    assertEquals(data!.partition, { at_hour: "2024-01-05-13" });
    const vector = filesOf(tree).find(({ content }) => content !== "data")!;
    assertEquals([vector.format, vector.rows], ["puffin", 7]);
    assertEquals(vector.referencedDataFile, data!.path);
    assert(vector.slice!.bytes > 0 && vector.slice!.offset > 0);
    const change = await compareSnapshots(
      NAMESPACE,
      "vectors",
      "audit",
      "main",
    );
    assertEquals(
      [change.added.map(({ path }) => path), change.kept.length],
      [[vector.path], 1],
    );
    const { objects, missing } = await tableObjects(NAMESPACE, "vectors");
    assertEquals(missing, []);
    assertEquals(
      objects.filter(({ role }) =>
        role === "deletion vectors" || role === "orphan"
      ).map(({ path }) => path),
      [vector.path],
    );
  });
});
