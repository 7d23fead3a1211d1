// One table of values: from each engine into rows, polars, Parquet, CSV and on
// the screen; what a place cannot hold is refused, with the reason.
import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import pl from "nodejs-polars";
import { duckdb } from "../../lab/engines/duckdb/duckdb.ts";
import { sparkSession } from "../../lab/engines/spark_session.ts";
import { LakehouseError } from "../../lib/core/errors.ts";
import { valueText } from "../../lib/core/format.ts";
import { DISPLAY } from "../../lib/core/kernel.ts";
import { query } from "../../lib/trino/client.ts";
import { QueryResult } from "../../lib/trino/result.ts";
import { sql } from "../../lib/trino/sql.ts";

/** What a place refuses to hold. */
class Refused {
  constructor(readonly part: string) {}
}

interface Case {
  trino?: string;
  spark?: string;
  duckdb?: string;
  /** The value in a row. */
  row: unknown;
  /** As polars and Parquet say it. @default {the row's own text} */
  frame?: string | null | Refused;
  /** In a CSV file. @default {the row's own text} */
  csv?: string | Refused;
  /** On the screen. @default {the row's own text} */
  screen?: string;
}

const NINES = "9".repeat(38);
const TINY = `0.${"0".repeat(37)}1`;
const same = (text: string) => ({ trino: text, spark: text, duckdb: text });
const double = (text: string) => ({
  trino: `CAST('${text}' AS double)`,
  spark: `CAST('${text}' AS double)`,
  duckdb: `CAST('${text}' AS double)`,
});
const CHICAGO = "AT TIME ZONE 'America/Chicago'";

const CASES: Record<string, Case> = {
  "decimal(38,0)": {
    trino: `DECIMAL '${NINES}'`,
    spark: `${NINES}BD`,
    duckdb: `${NINES}::DECIMAL(38,0)`,
    row: NINES,
    screen: NINES.replace(/\B(?=(\d{3})+$)/g, ","),
  },
  "decimal(38,38)": {
    trino: `CAST(DECIMAL '-${TINY}' AS decimal(38,38))`,
    spark: `CAST('-${TINY}' AS decimal(38,38))`,
    duckdb: `'-${TINY}'::DECIMAL(38,38)`,
    row: `-${TINY}`,
  },
  "decimal zero with a scale": {
    trino: "CAST(0 AS decimal(38,10))",
    spark: "CAST(0 AS decimal(38,10))",
    duckdb: "0::DECIMAL(38,10)",
    row: "0.0000000000",
  },
  "bigint": {
    ...same("CAST('-9223372036854775808' AS bigint)"),
    row: -(2n ** 63n),
    screen: "-9,223,372,036,854,775,808",
  },
  "timestamp(12)": {
    trino: "TIMESTAMP '2024-01-05 13:45:00.123456789012'",
    row: "2024-01-05 13:45:00.123456789012",
    frame: new Refused("nothing finer than nanoseconds"),
  },
  "timestamp(12) that needs nine": {
    trino: "TIMESTAMP '2024-01-05 13:45:00.123456789000'",
    row: "2024-01-05 13:45:00.123456789000",
    frame: "2024-01-05 13:45:00.123456789",
  },
  "timestamp(9)": {
    trino: "TIMESTAMP '1969-12-31 23:59:59.999999999'",
    duckdb: "TIMESTAMP_NS '1969-12-31 23:59:59.999999999'",
    row: "1969-12-31 23:59:59.999999999",
  },
  "timestamp(9) of a far year": {
    trino: "TIMESTAMP '2999-12-31 23:59:59.999999999'",
    row: "2999-12-31 23:59:59.999999999",
    frame: new Refused("polars has no date"),
  },
  "timestamp before year 1": {
    trino: "TIMESTAMP '-0044-03-15 12:00:00.000001'",
    spark: "TIMESTAMP_NTZ'-0044-03-15 12:00:00.000001'",
    duckdb: "TIMESTAMP '0045-03-15 (BC) 12:00:00.000001'",
    row: "-0044-03-15 12:00:00.000001",
  },
  "timestamp after 9999": {
    trino: "TIMESTAMP '+12000-01-01 00:00:00.000001'",
    spark: "TIMESTAMP_NTZ'+12000-01-01 00:00:00.000001'",
    duckdb: "TIMESTAMP '12000-01-01 00:00:00.000001'",
    row: "+12000-01-01 00:00:00.000001",
  },
  "timestamp in whole seconds, after 9999": {
    duckdb: "TIMESTAMP_S '12000-01-01 00:00:01'",
    row: "+12000-01-01 00:00:01",
    frame: "+12000-01-01 00:00:01.000000",
  },
  "timestamp in milliseconds, before year 1": {
    duckdb: "TIMESTAMP_MS '0045-03-15 (BC) 12:00:00.5'",
    row: "-0044-03-15 12:00:00.500",
    frame: "-0044-03-15 12:00:00.500000",
  },
  "instant before 1970": {
    trino: "TIMESTAMP '1969-12-31 23:59:59.999999 UTC'",
    spark: "TIMESTAMP'1969-12-31 23:59:59.999999 UTC'",
    duckdb: "TIMESTAMPTZ '1969-12-31 23:59:59.999999 UTC'",
    row: "1969-12-31 23:59:59.999999 UTC",
    frame: "1969-12-31 23:59:59.999999+00:00",
  },
  "instant in a zone, in summer": {
    trino: `TIMESTAMP '2024-07-05 18:45:00.123 UTC' ${CHICAGO}`,
    row: "2024-07-05 13:45:00.123 America/Chicago",
    frame: "2024-07-05 18:45:00.123000+00:00",
  },
  "instant at the end of summer time": {
    trino: `TIMESTAMP '2024-11-03 06:30:00 UTC' ${CHICAGO}`,
    row: "2024-11-03 01:30:00 America/Chicago",
    frame: new Refused("AT TIME ZONE 'UTC'"),
    csv: new Refused("AT TIME ZONE 'UTC'"),
  },
  "instants at the end of summer time, in an array": {
    trino: `ARRAY[TIMESTAMP '2024-11-03 07:30:00 UTC' ${CHICAGO}]`,
    row: ["2024-11-03 01:30:00 America/Chicago"],
    frame: new Refused("AT TIME ZONE 'UTC'"),
    csv: new Refused("AT TIME ZONE 'UTC'"),
  },
  "the same instant in UTC": {
    trino:
      `(TIMESTAMP '2024-11-03 07:30:00 UTC' ${CHICAGO}) AT TIME ZONE 'UTC'`,
    row: "2024-11-03 07:30:00 UTC",
    frame: "2024-11-03 07:30:00.000000+00:00",
  },
  "date before year 1": {
    trino: "DATE '-0044-03-15'",
    spark: "DATE'-0044-03-15'",
    duckdb: "DATE '0045-03-15 (BC)'",
    row: "-0044-03-15",
  },
  "date in year 0": {
    trino: "DATE '0000-02-29'",
    spark: "DATE'0000-02-29'",
    duckdb: "DATE '0001-02-29 (BC)'",
    row: "0000-02-29",
  },
  "date after 9999": {
    trino: "DATE '+12000-01-01'",
    spark: "DATE'+12000-01-01'",
    duckdb: "DATE '12000-01-01'",
    row: "+12000-01-01",
  },
  "time": {
    trino: "TIME '23:59:59.999999999999'",
    row: "23:59:59.999999999999",
  },
  "time with a zone": {
    trino: "TIME '01:02:03.004 +05:30'",
    row: "01:02:03.004+05:30",
  },
  "time of day": {
    duckdb: "TIME '23:59:59.999999'",
    row: "23:59:59.999999",
  },
  "NaN": { ...double("NaN"), row: NaN },
  "Infinity": { ...double("Infinity"), row: Infinity, frame: "inf" },
  "-Infinity": { ...double("-Infinity"), row: -Infinity, frame: "-inf" },
  "-0": { ...double("-0.0"), row: -0, frame: "-0.0" },
  "the smallest double": {
    ...double("4.9e-324"),
    row: 5e-324,
    frame: "5e-324",
  },
  "real": {
    ...same("CAST(0.1 AS real)"),
    duckdb: "0.1::REAL",
    row: 0.1,
  },
  "real -0": {
    ...same("CAST('-0.0' AS real)"),
    row: -0,
    frame: "-0.0",
  },
  "real NaN": { ...same("CAST('NaN' AS real)"), row: NaN },
  "interval day to second": {
    trino: "INTERVAL '1 02:03:04.567' DAY TO SECOND",
    spark: "INTERVAL '1 02:03:04.567' DAY TO SECOND",
    row: "1 02:03:04.567",
  },
  "interval, negative": {
    trino: "INTERVAL -'5' MINUTE",
    spark: "INTERVAL -'5' MINUTE",
    row: "-0 00:05:00.000",
  },
  "interval of microseconds": {
    spark: "INTERVAL '0.000001' SECOND",
    row: "0 00:00:00.000001",
  },
  "interval year to month": {
    trino: "INTERVAL '1-2' YEAR TO MONTH",
    spark: "INTERVAL '1-2' YEAR TO MONTH",
    row: "1-2",
  },
  "interval, months, negative": {
    trino: "INTERVAL -'15' MONTH",
    spark: "INTERVAL -'15' MONTH",
    row: "-1-3",
  },
  "interval of months and days, in DuckDB": {
    duckdb: "INTERVAL '1 year 2 months 3 days 5 minutes'",
    row: "1 year 2 months 3 days 00:05:00",
  },
  "char(5)": { trino: "CAST('ab' AS char(5))", row: "ab   " },
  "text": {
    trino: `U&'a\\0000b\\000A\\202E\\+01F695"'`,
    spark: `'a\\u0000b\\n\\u202E🚕"'`,
    duckdb: `'a' || chr(0) || 'b' || chr(10) || chr(8238) || '🚕"'`,
    row: 'a\0b\n\u202e🚕"',
    csv: '"a\0b\n\u202e🚕"""',
    screen: "a\\u0000b\\n",
  },
  "bytes": {
    trino: "X'00ff'",
    spark: "X'00ff'",
    duckdb: "from_hex('00ff')",
    row: new Uint8Array([0, 255]),
  },
  "a megabyte": {
    trino: "to_utf8(CAST(rpad('', 1048576, 'x') AS varchar))",
    spark: "CAST(repeat('x', 1048576) AS binary)",
    duckdb: "encode(repeat('x', 1048576))",
    row: new Uint8Array(1_048_576).fill(120),
    screen: "0x7878",
  },
  "json": {
    trino:
      `JSON '{"big": 9007199254740993, "n": 1.10, "a": [null, {"b": ""}]}'`,
    row: `{"a":[null,{"b":""}],"big":9007199254740993,"n":1.10}`,
  },
  "uuid": {
    trino: "UUID '12151fd2-7586-11e9-8f9e-2a86e4085a59'",
    duckdb: "'12151fd2-7586-11e9-8f9e-2a86e4085a59'::UUID",
    row: "12151fd2-7586-11e9-8f9e-2a86e4085a59",
  },
  "ipaddress": { trino: "IPADDRESS '2001:db8::1'", row: "2001:db8::1" },
  "null": { ...same("NULL"), row: null, frame: null, csv: "", screen: "null" },
  "null of a type": {
    ...same("CAST(NULL AS decimal(10,2))"),
    row: null,
    frame: null,
    csv: "",
    screen: "null",
  },
  "array of nulls and none": {
    trino: "ARRAY[NULL, nan(), -0e0, infinity()]",
    spark: "array(NULL, double('NaN'), double('-0.0'), double('Infinity'))",
    duckdb: "[NULL, 'NaN'::DOUBLE, '-0.0'::DOUBLE, 'Infinity'::DOUBLE]",
    row: [null, NaN, -0, Infinity],
  },
  "row of nulls": {
    trino:
      "CAST(ROW(NULL, ARRAY[ROW(NULL, X'00')], NULL) AS ROW(a integer, b array(row(c bigint, d varbinary)), e map(varchar, date)))",
    spark:
      "named_struct('a', CAST(NULL AS int), 'b', array(named_struct('c', CAST(NULL AS bigint), 'd', X'00')), 'e', CAST(NULL AS map<string, date>))",
    duckdb:
      "{'a': NULL::INTEGER, 'b': [{'c': NULL::BIGINT, 'd': from_hex('00')}], 'e': NULL::MAP(VARCHAR, DATE)}",
    row: { a: null, b: [{ c: null, d: new Uint8Array([0]) }], e: null },
  },
  "map with a null, of decimals": {
    trino:
      "MAP(ARRAY[DATE '2024-01-05', DATE '-0044-03-15'], ARRAY[DECIMAL '1.10', NULL])",
    spark: "map(DATE'2024-01-05', 1.10BD, DATE'-0044-03-15', NULL)",
    duckdb:
      "MAP {DATE '2024-01-05': 1.10::DECIMAL(3,2), DATE '0045-03-15 (BC)': NULL}",
    row: { "2024-01-05": "1.10", "-0044-03-15": null },
  },
  "intervals in an array": {
    trino: "ARRAY[INTERVAL '1' DAY, NULL]",
    spark: "array(INTERVAL '1 00:00:00.000' DAY TO SECOND, NULL)",
    row: ["1 00:00:00.000", null],
  },
  "hugeint": {
    duckdb: "'-99999999999999999999999999999999999999'::HUGEINT",
    row: -BigInt(NINES),
    screen: `-${NINES.replace(/\B(?=(\d{3})+$)/g, ",")}`,
  },
};

async function exact(frame: pl.DataFrame): Promise<unknown> {
  const path = await Deno.makeTempFile({ suffix: ".parquet" });
  try {
    frame.writeParquet(path);
    const texts = [frame, pl.readParquet(path)].map((each) =>
      each.getColumn("v").cast(pl.Utf8).toArray()[0]
    );
    assertEquals(texts[1], texts[0], "Parquet holds what polars does");
    return texts[0];
  } finally {
    await Deno.remove(path);
  }
}

async function checkCase(
  { row, frame, csv, screen }: Case,
  result: QueryResult,
): Promise<void> {
  const own = row === null ? "" : valueText(row);
  assertEquals(result.first.v, row, "row");
  assertEquals(Object.is(result.first.v, -0), Object.is(row, -0), "row");
  if (frame instanceof Refused) {
    for (
      const make of [() => result.toPolars(), () => result.writeParquet("x")]
    ) {
      await assertRejects(make, LakehouseError, frame.part);
    }
  } else {
    const expected = frame === undefined ? own : frame;
    assertEquals(await exact(await result.toPolars()), expected, "frame");
  }
  if (csv instanceof Refused) {
    await assertRejects(
      () => Promise.try(() => result.toCsv()),
      LakehouseError,
      csv.part,
    );
  } else {
    const quoted = /[",]|^\s|\s$/.test(own)
      ? `"${own.replaceAll('"', '""')}"`
      : own;
    assertEquals(result.toCsv(), `v\r\n${csv ?? quoted}\r\n`, "csv");
  }
  const shown = result[DISPLAY]()["text/plain"]!;
  assertStringIncludes(shown, (screen ?? own).slice(0, 75).trim());
}

async function checkAll(
  t: Deno.TestContext,
  engine: "trino" | "spark" | "duckdb",
  run: (statement: string) => Promise<QueryResult>,
): Promise<void> {
  const cases = Object.entries(CASES).flatMap(([name, each]) =>
    each[engine] ? [{ name, each, text: each[engine] }] : []
  );
  const texts = cases.map(({ text }, i) => `${text} AS c${i}`);
  const whole = await run(`SELECT ${texts.join(", ")}`);
  assert(cases.length > 25);
  for (const [i, { name, each }] of cases.entries()) {
    const column = whole.columns[i]!;
    await t.step(name, () =>
      checkCase(
        each,
        new QueryResult({
          ...whole,
          columns: [{ ...column, name: "v" }],
          rows: [{ v: whole.first[`c${i}`] }],
        }),
      ));
  }
}

Deno.test("every kind of value is right, or refused: Trino", async (t) => {
  await checkAll(t, "trino", query);
});

Deno.test("every kind of value is right, or refused: Spark", async (t) => {
  await using spark = await sparkSession();
  await checkAll(t, "spark", (statement) => spark.sql(statement));
  await t.step("fragments of sql have the values they were given", async () => {
    const text = `O'Hare \\ "x" \`y\` -- ${"\n"} é🚕`;
    const { first } = await spark.sql(sql`SELECT ${text} AS text, ${7n} AS big,
      ${sql.decimal("-1.10")} AS money, ${-0} AS zero, ${NaN} AS nan,
      ${new Uint8Array([0, 255])} AS bytes, ${sql.date("-0044-03-15")} AS day,
      ${sql.timestamp("2024-01-05 13:45:00.123456 UTC")} AS at,
      ${Temporal.PlainDateTime.from("2024-01-05T13:45:00.5")} AS local,
      ${new Date("2024-01-05T13:45:00.123Z")} AS date,
      ${
      Temporal.ZonedDateTime.from("2024-01-05T13:45:00[America/Chicago]")
    } AS zoned,
      1 AS ${sql.id('a`"b')} WHERE ${"a"} IN (${["a", "it's"]})`);
    assertEquals(first, {
      text,
      big: 7n,
      money: "-1.10",
      zero: -0,
      nan: NaN,
      bytes: new Uint8Array([0, 255]),
      day: "-0044-03-15",
      at: "2024-01-05 13:45:00.123456 UTC",
      local: "2024-01-05 13:45:00.500000",
      date: "2024-01-05 13:45:00.123000 UTC",
      zoned: "2024-01-05 19:45:00.000000 UTC",
      'a`"b': 1,
    });
    await assertRejects(() => spark.sql(""), LakehouseError, "it is empty");
  });
  await t.step("an interval of months and days is refused", async () => {
    const interval = "make_interval(0, 14, 0, 3, 0, 5)";
    await assertRejects(
      () => spark.sql(`SELECT ${interval}`),
      LakehouseError,
      "cast it to string",
    );
    const { first } = await spark.sql(
      `SELECT CAST(${interval} AS string) AS v`,
    );
    assertEquals(first.v, "1 years 2 months 3 days 5 minutes");
  });
});

Deno.test("every kind of value is right, or refused: DuckDB", async (t) => {
  await using db = await duckdb({});
  await checkAll(t, "duckdb", (statement) => db.sql(statement));
  await t.step("fragments of sql have the values they were given", async () => {
    const text = `O'Hare \\ "x" -- ${"\n"} é🚕`;
    const { first } = await db.sql(sql`SELECT ${text} AS text, ${7n} AS big,
      ${sql.decimal("-1.1045")} AS money, ${NaN} AS nan,
      ${new Uint8Array([0, 255])} AS bytes,
      ${sql.timestamp("2024-01-05 13:45:00.123456 UTC")} AS at,
      1 AS ${sql.id('a"b')}`);
    assertEquals(first, {
      text,
      big: 7n,
      money: "-1.1045",
      nan: NaN,
      bytes: new Uint8Array([0, 255]),
      at: "2024-01-05 13:45:00.123456 UTC",
      'a"b': 1,
    });
  });
});
