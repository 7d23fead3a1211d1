// Files that a statement makes Trino read, on the running stack.
import { assertEquals } from "@std/assert";
import { scannedFiles } from "../../lab/trials/scanned_files.ts";
import { sql } from "../../lib/trino/sql.ts";
import { query } from "../../lib/trino/client.ts";
import { withNamespace } from "../namespace.ts";

Deno.test("scannedFiles() counts the files that pruning leaves", () =>
  withNamespace("scanned_files_test", async () => {
    await query(`CREATE TABLE days (day date, n bigint)
      WITH (partitioning = ARRAY['day'])`);
    for (const day of ["2024-01-01", "2024-01-02"]) {
      await query(
        sql`INSERT INTO days VALUES (${sql.date(day)}, 1), (${
          sql.date("2024-01-03")
        }, 2)`,
      );
    }
    const { rows } = await query(
      'SELECT partition.day AS day, file_size_in_bytes AS bytes FROM "days$files" ORDER BY day',
    );
    assertEquals(rows.length, 4);
    const bytes = rows.map((row) => Number(row.bytes));
    const all = await scannedFiles("SELECT sum(n) FROM days");
    assertEquals(all, {
      dataFiles: 4,
      dataBytes: bytes.reduce((sum, each) => sum + each, 0),
      deleteFiles: 0,
      skippedManifests: 0,
    });
    const one = await scannedFiles(
      sql`SELECT sum(n) FROM days WHERE day = ${sql.date("2024-01-01")}`,
    );
    assertEquals([one.dataFiles, one.dataBytes], [1, bytes[0]]);
    // The second manifest has no such day within its range.
    assertEquals(one.skippedManifests, 1);
    const none = await scannedFiles("SELECT sum(n) FROM days WHERE false");
    assertEquals(none.dataFiles, 0);
    await query("DELETE FROM days WHERE n = 2 AND rand() < 2");
    assertEquals(
      (await scannedFiles("SELECT sum(n) FROM days")).deleteFiles,
      2,
    );
  }));
