import { assertEquals } from "@std/assert";
import pl from "nodejs-polars";
import { arrowBatch, arrowWriter, setLong, setNull } from "./parquet.ts";

const CAPACITY = 100;
const HIGH = 3;

/** Writes batches of `sizes` rows into `path`, one file per list of sizes. */
function writeFiles(path: string, files: readonly number[][]): void {
  const batch = arrowBatch([
    { name: "key", type: "key" },
    {
      name: "word",
      type: "pool",
      pool: ["é", "", "long word"],
    },
    { name: "nothing", type: "pool", pool: [] },
    { name: "at", type: "timestamp" },
    { name: "count", type: "long" },
    { name: "value", type: "double" },
  ], CAPACITY);
  const { key, word, nothing, at, count, value } = batch.columns;
  const keys = new Uint8Array(key!.words.buffer, key!.words.byteOffset);
  using file = Deno.openSync(path, { write: true, create: true });
  for (const sizes of files) {
    const arrow = arrowWriter(file, batch);
    let first = 0;
    for (const rows of sizes) {
      for (let i = 0; i < rows; i++) {
        const row = first + i;
        const text = String(row).padStart(40, "0");
        new TextEncoder().encodeInto(text, keys.subarray(40 * i));
        word!.words[i] = row % 3;
        setNull(nothing!, i);
        setLong(at!, i, row * 1_000_000);
        setLong(count!, i, HIGH * 2 ** 32 + row);
        value!.doubles[i] = row / 4;
        if (row % 5 === 0) setNull(value!, i);
      }
      arrow.write(rows);
      first += rows;
    }
    assertEquals(arrow.end(), Deno.statSync(path).size);
  }
}

Deno.test("an Arrow file of several batches reads as it was written", async () => {
  // readIPC() takes a path for a path only when it ends so.
  const path = await Deno.makeTempFile({ suffix: ".ipc" });
  try {
    // The second file is shorter and lies in place of the first.
    writeFiles(path, [[CAPACITY, CAPACITY, 7], [CAPACITY, 13]]);
    const frame = pl.readIPC(path);
    assertEquals(frame.columns, [
      "key",
      "word",
      "nothing",
      "at",
      "count",
      "value",
    ]);
    assertEquals(frame.height, CAPACITY + 13);
    const rows = frame.select(
      pl.col("key"),
      pl.col("word").cast(pl.Utf8),
      pl.col("nothing").cast(pl.Utf8),
      pl.col("at").cast(pl.Float64),
      pl.col("count").cast(pl.Float64),
      pl.col("value"),
    ).toRecords();
    rows.forEach((found, row) =>
      assertEquals(found, {
        key: String(row).padStart(40, "0"),
        word: ["é", "", "long word"][row % 3]!,
        nothing: null,
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
