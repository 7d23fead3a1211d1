import { assertEquals } from "@std/assert";
import { exactValue, plainValue } from "./types.ts";

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
