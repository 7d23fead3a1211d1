import { assertEquals } from "@std/assert";
import pl from "nodejs-polars";
import {
  arrowBatch,
  beginArrow,
  clearNulls,
  type DoubleColumn,
  endArrow,
  type KeyColumn,
  type LongColumn,
  openArrow,
  type PoolColumn,
  writeBatch,
} from "./arrow.ts";

const CAPACITY = 100;
const HIGH = 3;

/** Writes batches of `sizes` rows into `path`, one file per list of sizes. */
function writeFiles(path: string, files: readonly number[][]): void {
  const batch = arrowBatch([
    { name: "key", type: "key" },
    {
      name: "word",
      type: "pool",
      nullable: true,
      pool: ["é", "", "long word"],
    },
    { name: "at", type: "timestamp" },
    { name: "count", type: "long" },
    { name: "value", type: "double", nullable: true },
  ], CAPACITY);
  const { key, word, at, count, value } = batch.columns as {
    key: KeyColumn;
    word: PoolColumn;
    at: LongColumn;
    count: LongColumn;
    value: DoubleColumn;
  };
  const file = openArrow(path);
  for (const sizes of files) {
    beginArrow(file, batch);
    let first = 0;
    for (const rows of sizes) {
      clearNulls(batch);
      for (let i = 0; i < rows; i++) {
        const row = first + i;
        const text = new TextEncoder().encode(String(row).padStart(40, "0"));
        new Uint8Array(key.words.buffer, key.words.byteOffset + 40 * i).set(
          text,
        );
        word.codes[i] = row % 3;
        at.words[2 * i] = row * 1_000_000;
        at.words[2 * i + 1] = 0;
        count.words[2 * i] = row;
        count.words[2 * i + 1] = HIGH;
        value.values[i] = row / 4;
        if (row % 5 === 0) value.validity[i >> 3]! &= ~(1 << (i & 7));
      }
      writeBatch(file, batch, rows);
      first += rows;
    }
    endArrow(file, batch);
  }
  file.file.close();
}

Deno.test("an Arrow file of several batches reads as it was written", async () => {
  // readIPC() takes a path for a path only when it ends so.
  const path = await Deno.makeTempFile({ suffix: ".ipc" });
  try {
    // The second file is shorter and lies in place of the first.
    writeFiles(path, [[CAPACITY, CAPACITY, 7], [CAPACITY, 13]]);
    const frame = pl.readIPC(path);
    assertEquals(frame.columns, ["key", "word", "at", "count", "value"]);
    assertEquals(frame.height, CAPACITY + 13);
    const rows = frame.select(
      pl.col("key"),
      pl.col("word").cast(pl.Utf8),
      pl.col("at").cast(pl.Float64),
      pl.col("count").cast(pl.Float64),
      pl.col("value"),
    ).toRecords();
    rows.forEach((found, row) =>
      assertEquals(found, {
        key: String(row).padStart(40, "0"),
        word: ["é", "", "long word"][row % 3]!,
        at: row * 1_000_000,
        count: HIGH * 2 ** 32 + row,
        value: row % 5 === 0 ? null : row / 4,
      })
    );
    assertEquals(frame.getColumn("value").nullCount(), 23);
  } finally {
    await Deno.remove(path);
  }
});
