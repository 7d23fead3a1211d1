import {
  assert,
  assertEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { LakehouseError } from "../core/errors.ts";
import { DISPLAY } from "../core/kernel.ts";
import { endsOpen, Sql, sql, sqlText } from "./sql.ts";
import { identifier, literal, type SqlValue } from "./literal.ts";

const text = (fragment: Sql) => String(fragment);

Deno.test("literal() writes each type as its own", () => {
  const cases: [SqlValue, string][] = [
    ["O'Hare", "'O''Hare'"],
    ["", "''"],
    ["\\'; -- /* \0 é 🚕", "'\\''; -- /* \0 é 🚕'"],
    [10, "10"],
    [-3, "-3"],
    [Number.MAX_SAFE_INTEGER, "9007199254740991"],
    [2 ** 60, "1152921504606847000E0"],
    [1.5, "1.5E0"],
    [1e300, "1E+300"],
    [5e-324, "5E-324"],
    [-0, "-0E0"],
    [NaN, "DOUBLE 'NaN'"],
    [-Infinity, "DOUBLE '-Infinity'"],
    [9n, "BIGINT '9'"],
    [-(2n ** 63n), "BIGINT '-9223372036854775808'"],
    [2n ** 63n, "DECIMAL '9223372036854775808'"],
    [true, "true"],
    [null, "NULL"],
    [
      new Date("2024-01-05T13:45Z"),
      "TIMESTAMP '2024-01-05 13:45:00.000 UTC'",
    ],
    [
      new Date("+010000-01-01T00:00:00Z"),
      "TIMESTAMP '+10000-01-01 00:00:00.000 UTC'",
    ],
    [
      new Date("-000044-03-15T00:00:00Z"),
      "TIMESTAMP '-0044-03-15 00:00:00.000 UTC'",
    ],
    [new Uint8Array([0, 255]), "X'00ff'"],
    [[1, "a", null], "1, 'a', NULL"],
    [[[1, "a"], [2, "b"]], "(1, 'a'), (2, 'b')"],
    [[], "SELECT NULL WHERE false"],
    [Temporal.PlainDate.from("2024-01-05"), "DATE '2024-01-05'"],
    [Temporal.PlainTime.from("13:45:00.5"), "TIME '13:45:00.5'"],
    [
      Temporal.PlainDateTime.from("2024-01-05T13:45:00.123456"),
      "TIMESTAMP '2024-01-05 13:45:00.123456'",
    ],
    [
      Temporal.Instant.from("2024-01-05T13:45:00.123456789Z"),
      "TIMESTAMP '2024-01-05 13:45:00.123456789 UTC'",
    ],
    [
      Temporal.ZonedDateTime.from("2024-01-05T13:45:00[America/Chicago]"),
      "TIMESTAMP '2024-01-05 13:45:00 -06:00'",
    ],
  ];
  for (const [value, expected] of cases) {
    assertEquals(literal(value), expected);
  }
});

Deno.test("literal() refuses what has no literal, and says what to do", () => {
  const refused: [unknown, string][] = [
    [undefined, "check its name, or give null"],
    [Promise.resolve(1), "await it first"],
    [{ a: 1 }, "give one of its fields"],
    [Object.create(null), "nameless object"],
    [() => 1, "a function"],
    [Symbol("x"), "a symbol"],
    [new Date(NaN), "invalid date"],
    ["\ud800", "toWellFormed()"],
    [10n ** 38n, "38 digits"],
    [[1, undefined], "undefined"],
  ];
  for (const [value, part] of refused) {
    assertThrows(() => literal(value as SqlValue), LakehouseError, part);
  }
});

Deno.test("an object that only looks like a date cannot bring SQL", () => {
  const fake = {
    [Symbol.toStringTag]: "Temporal.PlainDate",
    toString: () => "2024-01-05' OR true --",
  };
  assertEquals(
    literal(fake as unknown as SqlValue),
    "DATE '2024-01-05'' OR true --'",
  );
});

Deno.test("identifier() quotes each name", () => {
  assertEquals(identifier("a"), '"a"');
  assertEquals(identifier('a"b', "t$snapshots"), '"a""b"."t$snapshots"');
  assertThrows(() => identifier(""), LakehouseError, "empty name");
  assertThrows(() => identifier(), LakehouseError, "empty name");
  assertThrows(
    () => identifier(1 as unknown as string),
    LakehouseError,
    "a number",
  );
});

Deno.test("sql puts values, names and fragments together", () => {
  const where = sql`area IN (${[76, 56]}) AND company = ${"Sun's"}`;
  assertEquals(
    text(
      sql`SELECT ${sql.id("trip$s")} FROM ${
        sql.table("cat.chicago.trips$files")
      } WHERE ${where} LIMIT ${5}`,
    ),
    `SELECT "trip$s" FROM "cat"."chicago"."trips$files"` +
      ` WHERE area IN (76, 56) AND company = 'Sun''s' LIMIT 5`,
  );
  assertEquals(
    text(sql`${sql.join([sql`a = ${1}`, sql`b = ${"x"}`], " AND ")}`),
    "a = 1 AND b = 'x'",
  );
  assertEquals(text(sql`IN (${sql.join([1, "a"])})`), "IN (1, 'a')");
  assertEquals(text(sql`a${sql.join([])}${sql.empty}b`), "ab");
  assertEquals(text(sql`VALUES ${[[1, "a"]]}`), "VALUES (1, 'a')");
  assertEquals(text(sql`${sql.array([1, 2])}`), "ARRAY[1, 2]");
  assertEquals(text(sql`${sql.double(2)}`), "2E0");
  assertEquals(text(sql`${sql.decimal("1.10")}`), "DECIMAL '1.10'");
  assertEquals(text(sql`${sql.date("2024-01-05")}`), "DATE '2024-01-05'");
  assertEquals(
    text(sql`${sql.timestamp("2024-01-05 13:45:00.123456 UTC")}`),
    "TIMESTAMP '2024-01-05 13:45:00.123456 UTC'",
  );
});

Deno.test("typed literals take only their own form", () => {
  for (
    const make of [
      () => sql.decimal("1' OR true --"),
      () => sql.decimal("1,5"),
      () => sql.date("05.01.2024"),
      () => sql.timestamp("2024-01-05'"),
      () => sql.timestamp("now"),
    ]
  ) {
    assertThrows(make, LakehouseError, "write it as Trino shows it");
  }
});

Deno.test("sql keeps backslashes, and takes a backtick behind one", () => {
  assertEquals(
    text(sql`regexp_like(name, '^\d+\s') \` \${x}`),
    "regexp_like(name, '^\\d+\\s') ` ${x}",
  );
});

Deno.test("a value amid quotes or a comment is refused", () => {
  const evil = "' OR true --";
  for (
    const make of [
      () => sql`name LIKE '%${evil}%'`,
      () => sql`SELECT "${evil}"`,
      () => sql`SELECT 1 -- ${evil}\n`,
      () => sql`SELECT 1 /* ${evil} */`,
      () => sql`SELECT \`${evil}\``,
      () => sql`SELECT $$${evil}$$`,
      () => sql`SELECT 'a' || '${sql`${evil}`}'`,
      () => sql`SELECT ${sql.raw("'")}${evil}`,
      () => sql.join([sql.raw("'"), evil]),
    ]
  ) {
    assertThrows(make, LakehouseError, "amid quotes or a comment");
  }
  assertEquals(
    text(sql`'it''s' -- not ' here
      || ${"a"} /* " */ || "b$$" || ${1}`).match(/'a'|1$/g),
    ["'a'", "1"],
  );
});

Deno.test("no value runs into its neighbours", () => {
  assertEquals(text(sql`5-${-1}`), "5- -1");
  assertEquals(text(sql`'a'${"b"}'c'`), "'a' 'b' 'c'");
  assertEquals(text(sql`${"a"}${"b"}`), "'a' 'b'");
  assertEquals(text(sql`X${"41"}`), "X '41'");
  assertEquals(text(sql`U&${"\\0041"}`), "U& '\\0041'");
  assertEquals(text(sql`LIMIT${1}0`), "LIMIT 1 0");
  assertEquals(text(sql`f(${1},${2})`), "f(1,2)");
});

Deno.test("endsOpen() reads tokens as Trino does", () => {
  const open = ["'", "'a''", '"', "`", "$$ ' $$ $$", "--", "/* */ /*", "-- '"];
  const closed = [
    "",
    "'a'''",
    `'"'`,
    `"'"`,
    "-- '\n",
    "-- '\r",
    "/* ' */",
    "$$ ' $$",
    "a - b / c",
    "X'00'",
    "{--} a",
  ];
  assertEquals(open.filter((part) => !endsOpen(part)), []);
  assertEquals(closed.filter(endsOpen), []);
});

// Whatever the text around it and whatever the value: the statement without the
// value's literal is what was written, and the literal is one token.
Deno.test("a value of any characters stays one literal in any place", () => {
  const parts = ["'", '"', "`", "\\", "--", "/*", "*/", "\n", "\r", "$$", ";"]
    .concat("\0", "é", "🚕", " OR ", "1", "U&", "X", "\u2028", "{-", "?");
  const random = seeded(7);
  const nasty = (most: number) =>
    Array.from({ length: random(most) }, () => parts[random(parts.length)]!)
      .join("");
  let placed = 0;
  for (let i = 0; i < 20_000; i++) {
    const [before, value, after] = [nasty(5), nasty(8), nasty(5)];
    if (endsOpen(before)) {
      assertThrows(() => new Sql([before, after], [value]), LakehouseError);
      continue;
    }
    placed++;
    const whole = text(new Sql([before, after], [value]));
    assert(whole.startsWith(before) && whole.endsWith(after), whole);
    const inner = whole.slice(before.length, whole.length - after.length);
    const token = inner.trim();
    assert(/^'(?:[^']|'')*'$/.test(token), token);
    assertEquals(token.slice(1, -1).replaceAll("''", "'"), value);
    // Quotes on either side would make the two one text.
    if (before.endsWith("'")) assert(inner.startsWith(" "), whole);
    if (after.startsWith("'")) assert(inner.endsWith(" "), whole);
  }
  assert(placed > 5_000, `${placed}`);
});

Deno.test("sqlText() takes texts and fragments, without the semicolon", () => {
  assertEquals(sqlText("SELECT ';';\n"), "SELECT ';'");
  assertEquals(sqlText(sql`SELECT ${";"} ;`), "SELECT ';'");
  for (const wrong of [undefined, null, 5, {}, ["SELECT 1"]]) {
    assertThrows(
      () => sqlText(wrong as unknown as string),
      LakehouseError,
      "Cannot run this as SQL",
    );
  }
});

Deno.test("a bigint stands as digits where Trino takes nothing else", () => {
  const n = 9007199254740993n;
  const cases: [Sql, string][] = [
    [sql`LIMIT ${10n}`, "LIMIT 10"],
    [sql`offset ${n} ROWS`, "offset 9007199254740993 ROWS"],
    [sql`FETCH FIRST ${10n} ROWS ONLY`, "FETCH FIRST 10 ROWS ONLY"],
    [
      sql`fetch
  next ${10n} ROWS ONLY`,
      "fetch\n  next 10 ROWS ONLY",
    ],
    [sql`${sql`LIMIT`} ${10n}`, "LIMIT 10"],
    [sql`ORDER BY ${2n} DESC`, "ORDER BY 2 DESC"],
    [sql`GROUP BY ${1n}, ${2n}`, "GROUP BY 1, 2"],
    [sql`CAST(x AS decimal(${20n}, ${2n}))`, "CAST(x AS decimal(20, 2))"],
    [sql`CAST(x AS timestamp(${6n}))`, "CAST(x AS timestamp(6))"],
    [sql`a = ${10n} LIMIT ${5n}`, "a = BIGINT '10' LIMIT 5"],
    [sql`my_limit ${10n}`, "my_limit BIGINT '10'"],
    [sql`x AS "limit", ${10n}`, `x AS "limit", BIGINT '10'`],
    [sql`ORDER BY a, ${10n}`, "ORDER BY a, BIGINT '10'"],
  ];
  for (const [fragment, expected] of cases) {
    assertEquals(text(fragment), expected);
  }
});

Deno.test("sqlText() takes one statement, and says what else it was given", () => {
  const taken: [string, string][] = [
    ["SELECT 1; -- done", "SELECT 1"],
    ["SELECT 1;;", "SELECT 1"],
    ["SELECT 1 ; ; /* ; */ ;\n-- ;\n", "SELECT 1"],
    [";\n SELECT 1", "\n SELECT 1"],
    [
      "-- first; second\nSELECT ';' AS \";\"",
      "-- first; second\nSELECT ';' AS \";\"",
    ],
    ["SELECT 1 -- done", "SELECT 1 -- done"],
    ["SELECT 'a; b", "SELECT 'a; b"],
    [
      "WITH FUNCTION f() RETURNS int BEGIN DECLARE x int; RETURN 1; END SELECT f();",
      "WITH FUNCTION f() RETURNS int BEGIN DECLARE x int; RETURN 1; END SELECT f()",
    ],
  ];
  for (const [given, expected] of taken) {
    assertEquals(sqlText(given), expected);
  }
  const refused: [string, string][] = [
    ["", "it is empty"],
    [`${"-- ".repeat(99)}\n/**/ /***/ --`, "it is a comment alone"],
    ["SELECT 1;SELECT 1", "it holds 2 statements"],
    [" \n ", "it is empty"],
    ["-- SELECT 1", "it is a comment alone"],
    ["/* SELECT 1 */ ;", "it is a comment alone"],
    ["SELECT 1; SELECT 2", "it holds 2 statements"],
    ["SELECT 1;\n-- then\nSELECT ';'; SELECT 3;", "it holds 3 statements"],
  ];
  for (const [given, part] of refused) {
    assertThrows(() => sqlText(given), LakehouseError, part);
  }
});

Deno.test("a fragment shows its text, without the cell's indentation", () => {
  const shown = sql`
      SELECT ${"<b>"}
        AS a
      FROM t`[DISPLAY]();
  assertEquals(shown["text/plain"], "SELECT '<b>'\n  AS a\nFROM t");
  assert(!shown["text/html"]!.includes("<b>"));
  assertStringIncludes(`${sql`a = ${1}`}`, "a = 1");
  assertEquals(
    sql`SELECT 1
      FROM t`[DISPLAY]()["text/plain"],
    "SELECT 1\nFROM t",
  );
});

/** Whole numbers below `most`, the same in each run. */
function seeded(seed: number): (most: number) => number {
  let state = seed;
  return (most) => {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9 | 0;
    return ((state ^ (state >>> 13)) >>> 0) % most;
  };
}
