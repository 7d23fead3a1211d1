// What `sql` writes, read by Trino itself.
import { assert, assertEquals } from "@std/assert";
import { sql } from "../../lib/trino/sql.ts";
import { type SqlValue } from "../../lib/trino/literal.ts";
import { query } from "../../lib/trino/client.ts";

const PARTS = [
  ..."'\"`\\;-/*$%_?{}()[]<>&|,. \n\r\t\0\x01\x1b\x7f\u0085\u00a0\u2028\ufeff",
  ..."aÄßéπ中日🚕👩‍🚀\u0301\u202e\ufffd",
  "--",
  "/*",
  "*/",
  "''",
  "$$",
  "U&'",
  "X'",
  "\\'",
  "\\u0000",
  "' OR true --",
  "'; DROP TABLE taxi_trips; --",
  "${x}",
  "{-",
];

function nastyTexts(count: number): string[] {
  const random = new Uint32Array(count * 12);
  for (let i = 0; i < random.length; i += 16_384) {
    crypto.getRandomValues(random.subarray(i, i + 16_384));
  }
  const texts = Array.from({ length: count }, (_, i) => {
    const [length, ...picks] = random.subarray(i * 12, (i + 1) * 12);
    return picks.slice(0, length! % 12)
      .map((pick) => PARTS[pick % PARTS.length]).join("");
  });
  return [...PARTS, ...texts];
}

Deno.test("every text comes back as it was, whatever it holds", async () => {
  const texts = nastyTexts(1_500);
  const { rows } = await query(sql`
    SELECT n, t FROM (VALUES ${texts.map((text, n) => [n, text])}) v(n, t)
    ORDER BY n`);
  assertEquals(rows.map(({ t }) => t), texts);
});

Deno.test("every text compares as itself, in a list and next to others", async () => {
  const texts = [...new Set(nastyTexts(300))];
  const [some = "", other = ""] = texts;
  const { first } = await query(sql`
    SELECT count(*) AS n, count_if(t IN (${texts})) AS found,
      count_if(t=${some}OR t=${other}) AS two,
      bool_and(t || ${"'x"} = concat(t,${"'x"})) AS joins
    FROM UNNEST(${sql.array(texts)}) u(t)`);
  const n = BigInt(texts.length);
  assertEquals(first, { n, found: n, two: 2n, joins: true });
});

Deno.test("values come back with their own type, exactly", async () => {
  const day = Temporal.PlainDate.from("2024-01-05");
  const cases: [SqlValue, string, unknown][] = [
    [7, "integer", 7],
    [2 ** 40, "bigint", 2n ** 40n],
    [Number.MIN_SAFE_INTEGER, "bigint", -9007199254740991n],
    [7n, "bigint", 7n],
    [-(2n ** 63n), "bigint", -(2n ** 63n)],
    [2n ** 63n, "decimal(19, 0)", "9223372036854775808"],
    [-(10n ** 38n - 1n), "decimal(38, 0)", `-${"9".repeat(38)}`],
    [0.1, "double", 0.1],
    [-1.5, "double", -1.5],
    [-0, "double", -0],
    [2 ** 60, "double", 2 ** 60],
    [5e-324, "double", 5e-324],
    [1.7976931348623157e308, "double", 1.7976931348623157e308],
    [NaN, "double", NaN],
    [Infinity, "double", Infinity],
    [-Infinity, "double", -Infinity],
    [true, "boolean", true],
    [null, "unknown", null],
    [new Uint8Array([0, 39, 255]), "varbinary", new Uint8Array([0, 39, 255])],
    [
      new Date("2024-01-05T13:45:00.123Z"),
      "timestamp(3) with time zone",
      "2024-01-05 13:45:00.123 UTC",
    ],
    [
      new Date("+010000-01-01T00:00:00Z"),
      "timestamp(3) with time zone",
      "+10000-01-01 00:00:00.000 UTC",
    ],
    [
      new Date("-000044-03-15T00:00:00Z"),
      "timestamp(3) with time zone",
      "-0044-03-15 00:00:00.000 UTC",
    ],
    [day, "date", "2024-01-05"],
    [
      day.toPlainDateTime("13:45:00.123456"),
      "timestamp(6)",
      "2024-01-05 13:45:00.123456",
    ],
    [
      Temporal.Instant.from("2024-01-05T13:45:00.123456789Z"),
      "timestamp(9) with time zone",
      "2024-01-05 13:45:00.123456789 UTC",
    ],
    [Temporal.PlainTime.from("13:45:00.5"), "time(1)", "13:45:00.5"],
  ];
  const { columns, first } = await query(
    sql`SELECT ${sql.join(cases.map(([value]) => value))}`,
  );
  assertEquals(
    columns.map(({ type, name }) => [type, first[name]]),
    cases.map(([, type, value]) => [type, value]),
  );
});

Deno.test("what a result gives goes back into a query", async () => {
  const { first } = await query(
    "SELECT DATE '2024-01-05' AS d, DECIMAL '1.10' AS n, TIMESTAMP '2024-01-05 13:45:00.123456 UTC' AS t",
  );
  const back = await query(sql`SELECT
    DATE '2024-01-05' = ${sql.date(first.d as string)} AS d,
    DECIMAL '1.10' = ${sql.decimal(first.n as string)} AS n,
    TIMESTAMP '2024-01-05 13:45:00.123456 UTC' = ${
    sql.timestamp(first.t as string)
  } AS t`);
  assertEquals(back.first, { d: true, n: true, t: true });
});

Deno.test("an empty list finds nothing, and its opposite everything", async () => {
  const none: number[] = [];
  const { first } = await query(sql`
    SELECT count_if(n IN (${none})) AS found, count_if(n NOT IN (${none})) AS rest
    FROM (VALUES 1, 2, NULL) v(n)`);
  assertEquals(first, { found: 0n, rest: 3n });
});

Deno.test("names are quoted as Trino takes them", async () => {
  const name = `a"b'c; --`;
  const { columns } = await query(sql`SELECT ${1} AS ${sql.id(name)}`);
  assertEquals(columns[0]?.name, name);
  const { rows } = await query(
    sql`SELECT * FROM ${
      sql.table("system.information_schema.tables")
    } LIMIT ${1}`,
  );
  assertEquals(rows.length, 1);
});

Deno.test("a template is run as it shows itself", async () => {
  const statement = sql`SELECT ${"O'Hare"} AS a;`;
  const result = await query(statement);
  assertEquals(result.text, "SELECT 'O''Hare' AS a");
  assert(String(statement).startsWith(result.text));
});
