// Results of Trino in other forms, compared with what Trino says itself.
import { assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import pl from "nodejs-polars";
import { DISPLAY } from "../../lib/core/kernel.ts";
import { table } from "../../lib/show/table.ts";
import { query } from "../../lib/trino/client.ts";

const VALUES = `
  SELECT * FROM (VALUES
    ROW(1, BIGINT '9007199254740993', INTEGER '-5', SMALLINT '7', TINYINT '-8', DOUBLE '0.1', REAL '1.5',
      true, VARCHAR '', DECIMAL '12345678901234567890.10', DATE '2024-01-05',
      TIMESTAMP '2024-01-05 13:45:00.123456', TIMESTAMP '2024-01-05 13:45:00.123456 UTC',
      ARRAY[BIGINT '9007199254740993'], CAST(ROW(1, 'x') AS ROW(id bigint, name varchar)),
      MAP(ARRAY['k'], ARRAY[DOUBLE '1.5']), X'00ff', TIME '12:34:56.789', UUID '12151fd2-7586-11e9-8f9e-2a86e4085a59'),
    ROW(2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
    ROW(3, BIGINT '-9223372036854775808', 0, SMALLINT '0', TINYINT '0', nan(), REAL '-0.25',
      false, 'null,"é
🚕"', DECIMAL '-0.01', DATE '1969-12-31',
      TIMESTAMP '1969-12-31 23:59:59.999999', TIMESTAMP '2024-01-05 13:45:00.5 +05:30',
      ARRAY[NULL], CAST(ROW(NULL, '') AS ROW(id bigint, name varchar)),
      MAP(), X'', TIME '00:00:00.000', NULL)
  ) v(n, big, int, small, tiny, x, r, flag, name, money, day, at, utc, list, pair, pairs, bytes, clock, id)
  ORDER BY n`;

/** The same values as Trino writes them as text. */
const TEXTS = `
  SELECT CAST(big AS varchar) AS big, CAST(int AS varchar) AS int, CAST(money AS varchar) AS money,
    CAST(day AS varchar) AS day, CAST(at AS varchar) AS at,
    format_datetime(at_timezone(utc, 'UTC'), 'yyyy-MM-dd HH:mm:ss.SSS') AS utc,
    json_format(CAST(list AS json)) AS list, name
  FROM (${VALUES})
  ORDER BY n`;

function exact(frame: pl.DataFrame): Record<string, unknown>[] {
  return pl.DataFrame(
    frame.columns.map((name) => frame.getColumn(name).cast(pl.Utf8)),
  ).toRecords();
}

const TYPES: Record<string, string> = {
  n: "Int32",
  big: "Int64",
  int: "Int32",
  small: "Int16",
  tiny: "Int8",
  x: "Float64",
  r: "Float32",
  flag: "Bool",
  name: "String",
  money: "Decimal(22,2)",
  day: "Date",
  at: "Datetime(us,)",
  utc: "Datetime(us,UTC)",
  list: "String",
  pair: "String",
  pairs: "String",
  bytes: "String",
  clock: "String",
  id: "String",
};

Deno.test("toPolars() and writeParquet() hold what Trino holds", async () => {
  const [values, texts] = await Promise.all([query(VALUES), query(TEXTS)]);
  const path = await Deno.makeTempFile({ suffix: ".parquet" });
  try {
    await values.writeParquet(path);
    for (const frame of [await values.toPolars(), pl.readParquet(path)]) {
      assertEquals(
        Object.fromEntries(
          frame.dtypes.map((type, i) => [
            frame.columns[i],
            String(type).slice("DataType(".length, -1),
          ]),
        ),
        TYPES,
      );
      const rows = exact(frame);
      for (const [i, expected] of texts.rows.entries()) {
        const { utc, ...row } = rows[i]!;
        const { utc: expectedUtc, ...same } = expected;
        assertEquals(
          Object.fromEntries(
            Object.keys(same).map((name) => [name, row[name]]),
          ),
          same,
        );
        assertEquals(
          utc === null ? null : String(utc).slice(0, 23),
          expectedUtc,
        );
      }
      assertEquals(rows[0]!.pair, '{"id":1,"name":"x"}');
      assertEquals(rows[0]!.pairs, '{"k":1.5}');
      assertEquals(rows[0]!.bytes, "0x00ff");
      assertEquals(rows[0]!.clock, "12:34:56.789");
      assertEquals([rows[0]!.name, rows[1]!.name], ["", null]);
      assertEquals([rows[2]!.x, rows[2]!.r], ["NaN", "-0.25"]);
    }
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("toCsv() is read back by polars as Trino gave it", async () => {
  const values = await query(
    `SELECT n, big, name, money, x, day FROM (${VALUES}) ORDER BY n`,
  );
  const frame = pl.readCSV(Buffer.from(values.toCsv()), {
    schema: {
      n: pl.Int32,
      big: pl.Int64,
      name: pl.Utf8,
      money: pl.Utf8,
      x: pl.Float64,
      day: pl.Date,
    },
  });
  const expected = exact(await values.toPolars());
  assertEquals(
    exact(frame).map(({ name: _, ...row }) => row),
    expected.map(({ name: _, ...row }) => row),
  );
  assertEquals(exact(frame)[2]!.name, expected[2]!.name);
});

Deno.test("columns of one name are kept apart", async () => {
  const result = await query(
    "SELECT 1 AS id, 2 AS id, 3 AS id_2, 4 AS id, 5, 6",
  );
  assertEquals(result.first, {
    id: 1,
    id_3: 2,
    id_2: 3,
    id_4: 4,
    _col4: 5,
    _col5: 6,
  });
  assertEquals((await result.toPolars()).width, 6);
  assertEquals(
    result.toCsv(),
    "id,id_3,id_2,id_4,_col4,_col5\r\n1,2,3,4,5,6\r\n",
  );
});

Deno.test("columns, fields and keys keep their order and every value", async () => {
  const order = ["company", "2023", "2022"];
  const result = await query(
    `SELECT 'Flash Cab' AS company, 7 AS "2023", 5 AS "2022"`,
  );
  assertEquals(Object.keys(result.first), order);
  assertEquals((await result.toPolars()).columns, order);
  assertEquals(result.toCsv(), "company,2023,2022\r\nFlash Cab,7,5\r\n");
  const shown = [result, table(result.rows), table(await result.toPolars())];
  for (const each of shown) {
    const [head] = each[DISPLAY]()["text/plain"]!.split("\n");
    assertEquals(head!.trim().split(/\s+/), order);
  }
  const { first } = await query(`SELECT
    CAST(ROW(1, 2) AS ROW(field1 integer, integer)) AS unnamed,
    CAST(ROW(1, 2) AS ROW(a integer, a integer)) AS twice,
    MAP(ARRAY[1e0, nan()], ARRAY['a', 'b']) AS doubles,
    MAP(ARRAY[X'00ff', X''], ARRAY[1, 2]) AS bytes,
    MAP(ARRAY[BIGINT '9007199254740993'], ARRAY[1]) AS bigs,
    MAP(ARRAY[ROW('a, b', 'c')], ARRAY[1]) AS pairs`);
  assertEquals(first, {
    unnamed: { field1: 1, field1_2: 2 },
    twice: { a: 1, a_2: 2 },
    doubles: { "1": "a", NaN: "b" },
    bytes: { "0x00ff": 1, "0x": 2 },
    bigs: { "9007199254740993": 1 },
    // Trino's own text of a row, which cannot be read back.
    pairs: { "[a, b, c]": 1 },
  });
});

Deno.test("a result knows the page of Trino about its query", async () => {
  const { queryId, infoUri } = await query("SELECT 1");
  assertEquals(infoUri.split("/").at(-1), queryId);
  const { status, headers, body } = await fetch(infoUri);
  await body?.cancel();
  assertEquals([status, headers.get("content-type")?.split(";")[0]], [
    200,
    "text/html",
  ]);
});
