import { assertEquals } from "@std/assert";
import { exactValue, plainValue } from "./types.ts";
import { valueText } from "../core/format.ts";

Deno.test("exactValue() keeps every digit of big integers and decimals", () => {
  assertEquals(
    exactValue({ rawType: "bigint" }, 9007199254740993n),
    9007199254740993n,
  );
  assertEquals(exactValue({ rawType: "bigint" }, 3), 3n);
  assertEquals(
    exactValue({ rawType: "decimal" }, "12345678901234567890.123"),
    "12345678901234567890.123",
  );
});

Deno.test("exactValue() reads special doubles", () => {
  assertEquals(exactValue({ rawType: "double" }, "NaN"), NaN);
  assertEquals(exactValue({ rawType: "double" }, "-Infinity"), -Infinity);
});

Deno.test("exactValue() follows arrays, maps and rows", () => {
  const bigint = { kind: "TYPE", value: { rawType: "bigint" } };
  assertEquals(
    exactValue({ rawType: "array", arguments: [bigint] }, [1, null]),
    [1n, null],
  );
  assertEquals(
    exactValue({
      rawType: "map",
      arguments: [{ kind: "TYPE", value: { rawType: "varchar" } }, bigint],
    }, { a: 1 }),
    { a: 1n },
  );
  assertEquals(
    exactValue({
      rawType: "row",
      arguments: [{
        kind: "NAMED_TYPE",
        value: {
          fieldName: { name: "id" },
          typeSignature: { rawType: "bigint" },
        },
      }],
    }, [7]),
    { id: 7n },
  );
});

const field = (name: string | undefined, rawType: string) => ({
  kind: "NAMED_TYPE",
  value: {
    ...(name ? { fieldName: { name } } : {}),
    typeSignature: { rawType },
  },
});

Deno.test("exactValue() loses no field of a row, and keeps their order", () => {
  const row = (fields: [string | undefined, unknown][]) =>
    valueText(exactValue(
      {
        rawType: "row",
        arguments: fields.map(([name]) => field(name, "integer")),
      },
      fields.map(([, value]) => value),
    ));
  assertEquals(
    row([["field1", 1], [undefined, 2]]),
    '{"field1":1,"field1_2":2}',
  );
  assertEquals(
    row([[undefined, 1], ["field0", 2]]),
    '{"field0_2":1,"field0":2}',
  );
  assertEquals(
    row([["a", 1], ["a", 2], ["a_2", 3]]),
    '{"a":1,"a_3":2,"a_2":3}',
  );
  assertEquals(
    row([["b", 1], ["2023", 2], ["2022", 3]]),
    '{"b":1,"2023":2,"2022":3}',
  );
  assertEquals(row([["__proto__", 1]]), '{"__proto__":1}');
});

Deno.test("exactValue() writes keys of maps that are no texts as tables write them", () => {
  const map = (key: string, raw: unknown) =>
    exactValue({
      rawType: "map",
      arguments: [key, "bigint"].map((rawType) => ({
        kind: "TYPE",
        value: { rawType },
      })),
    }, raw);
  assertEquals(map("double", { "1.0E10": 1, "2.0": 2, NaN: 3 }), {
    "10000000000": 1n,
    "2": 2n,
    NaN: 3n,
  });
  assertEquals(map("varbinary", { "AP8=": 1, "": 2 }), {
    "0x00ff": 1n,
    "0x": 2n,
  });
  assertEquals(map("boolean", { true: 1 }), { true: 1n });
  // What Trino writes for such a key cannot be read back.
  assertEquals(map("row", { "[a, b, c]": 1 }), { "[a, b, c]": 1n });
  // As Spark and DuckDB send it.
  assertEquals(
    Object.keys(map("bigint", [[10n, 1], [9n, 2]]) as object),
    ["10", "9"],
  );
});

Deno.test("exactValue() reads varbinary as bytes and null as null", () => {
  assertEquals(
    exactValue({ rawType: "varbinary" }, "AQI="),
    new Uint8Array([1, 2]),
  );
  assertEquals(exactValue({ rawType: "bigint" }, null), null);
});

Deno.test("plainValue() makes dates of timestamps, in UTC where no zone is given", () => {
  const type = { rawType: "timestamp" };
  assertEquals(
    plainValue(type, "2013-01-01 00:15:00.123456"),
    new Date("2013-01-01T00:15:00.123Z"),
  );
  assertEquals(
    plainValue(
      { rawType: "timestamp with time zone" },
      "2013-01-01 00:15:00.000000 UTC",
    ),
    new Date("2013-01-01T00:15:00Z"),
  );
  assertEquals(
    plainValue(
      { rawType: "timestamp with time zone" },
      "2013-01-01 00:15:00.000 +02:00",
    ),
    new Date("2012-12-31T22:15:00Z"),
  );
  assertEquals(
    plainValue({ rawType: "date" }, "2013-01-02"),
    new Date("2013-01-02T00:00:00Z"),
  );
});

Deno.test("plainValue() makes numbers of BigInt and decimal", () => {
  assertEquals(plainValue({ rawType: "bigint" }, 7n), 7);
  assertEquals(plainValue({ rawType: "decimal" }, "1.50"), 1.5);
  assertEquals(plainValue({ rawType: "varchar" }, "1.50"), "1.50");
});
