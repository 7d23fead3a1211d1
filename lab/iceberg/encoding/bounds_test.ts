import { assertEquals } from "@std/assert";
import { decodeBound, exactOf, partitionValue, resultType } from "./bounds.ts";

const bytes = (hex: string) => Uint8Array.fromHex(hex);

Deno.test("decodeBound() reads the binary form of every type", () => {
  const cases: [string, string, unknown][] = [
    ["boolean", "01", true],
    ["boolean", "00", false],
    ["int", "feffffff", -2],
    ["long", "0000000000000080", -(2n ** 63n)],
    ["float", "cdcccc3d", 0.1],
    ["double", "9a9999999999b93f", 0.1],
    ["double", "000000000000f8ff", NaN],
    ["date", "ffffffff", "1969-12-31"],
    ["time", "40ed6b2001000000", "01:20:38.911296"],
    ["timestamp", "ffffffffffffffff", "1969-12-31 23:59:59.999999"],
    ["timestamptz", "40e2010000000000", "1970-01-01 00:00:00.123456 UTC"],
    ["timestamp_ns", "15cd5b0700000000", "1970-01-01 00:00:00.123456789"],
    ["string", "5a6fc3ab", "Zoë"],
    [
      "uuid",
      "12151fd2758611e98f9e2a86e4085a59",
      "12151fd2-7586-11e9-8f9e-2a86e4085a59",
    ],
    ["binary", "00ff", new Uint8Array([0, 255])],
    ["fixed[2]", "00ff", new Uint8Array([0, 255])],
    ["decimal(9, 2)", "ff", "-0.01"],
    ["decimal(9,2)", "3039", "123.45"],
    [
      "decimal(38, 0)",
      "0080000000000000000000000000000000",
      "170141183460469231731687303715884105728",
    ],
  ];
  for (const [type, hex, expected] of cases) {
    assertEquals(decodeBound(type, bytes(hex)), expected, `${type} ${hex}`);
  }
});

Deno.test("decodeBound() reads what was written before a type grew", () => {
  assertEquals(decodeBound("long", bytes("feffffff")), -2n);
  assertEquals(decodeBound("double", bytes("cdcccc3d")), 0.1);
});

Deno.test("partitionValue() writes counts of time as people do", () => {
  const cases: [string, unknown, unknown][] = [
    ["year", -1, "1969"],
    ["month", 650, "2024-03"],
    ["month", -1, "1969-12"],
    ["day", 19787, "2024-03-05"],
    ["hour", 474901, "2024-03-05-13"],
    ["hour", -1, "1969-12-31-23"],
    ["bucket[16]", 7, 7],
    ["identity", "a/b", "a/b"],
    ["truncate[2]", "br", "br"],
    ["void", null, null],
    ["month", null, null],
  ];
  for (const [transform, raw, expected] of cases) {
    const source = transform.startsWith("bucket") ? "long" : "string";
    assertEquals(partitionValue(transform, source, raw), expected, transform);
  }
  assertEquals(
    partitionValue("identity", "timestamptz", 123456n),
    "1970-01-01 00:00:00.123456 UTC",
  );
  assertEquals(partitionValue("truncate[10]", "long", 20n), 20n);
  assertEquals(resultType("day", "timestamptz"), "date");
});

Deno.test("exactOf() keeps nulls, and all digits of a long", () => {
  assertEquals(exactOf("long", null), null);
  assertEquals(exactOf("long", 9007199254740993n), 9007199254740993n);
  assertEquals(exactOf("int", 7), 7);
});
