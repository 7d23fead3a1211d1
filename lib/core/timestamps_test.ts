import { assertEquals, assertThrows } from "@std/assert";
import { LakehouseError } from "./errors.ts";
import { DATE, dateOf, parseTimestamp, TIMESTAMP } from "./timestamps.ts";

Deno.test("parseTimestamp() reads what results have, to the last digit", () => {
  const cases: [string, string, string][] = [
    ["2024-01-05", "2024-01-05T00:00:00Z", ""],
    ["2024-01-05 13:45", "2024-01-05T13:45:00Z", ""],
    [
      "2024-01-05 13:45:00.000000000001 UTC",
      "2024-01-05T13:45:00Z",
      "000000000001",
    ],
    ["1969-12-31 23:59:59.999999", "1969-12-31T23:59:59Z", "999999"],
    ["2024-01-05 13:45:00.5 +05:30", "2024-01-05T08:15:00Z", "5"],
    ["2024-01-05 08:15:00.1+00:00", "2024-01-05T08:15:00Z", "1"],
    ["2024-01-05 13:45:00 America/Chicago", "2024-01-05T19:45:00Z", ""],
    ["2024-07-05 13:45:00 America/Chicago", "2024-07-05T18:45:00Z", ""],
    ["+12000-01-01 00:00:00 UTC", "+012000-01-01T00:00:00Z", ""],
    ["-0044-03-15", "-000044-03-15T00:00:00Z", ""],
    ["0000-03-01", "0000-03-01T00:00:00Z", ""],
    ["2024-01-05T13:45:00.123Z", "2024-01-05T13:45:00Z", "123"],
    ["2024-01-05T13:45", "2024-01-05T13:45:00Z", ""],
  ];
  for (const [text, iso, fraction] of cases) {
    assertEquals(parseTimestamp(text), { ms: Date.parse(iso), fraction }, text);
  }
});

Deno.test("dateOf() knows texts that are no dates", () => {
  for (
    const text of [
      ...["", "Flash Cab", "2024", "2024-1-5", "2024-13-45", "infinity"],
      ...["2024-01-05 Sun Taxi", "2024-01-05 13:45 Sun", "+999999-01-01"],
    ]
  ) assertEquals(dateOf(text), undefined, text);
});

Deno.test("parseTimestamp() refuses the hour that clocks have twice", () => {
  for (
    const text of [
      "2024-11-03 01:30:00.000 America/Chicago",
      "2024-03-10 02:30:00 America/Chicago",
    ]
  ) {
    assertThrows(
      () => parseTimestamp(text),
      LakehouseError,
      "AT TIME ZONE 'UTC'",
    );
  }
});

Deno.test("patterns take what SQL takes", () => {
  assertEquals(DATE.test("2024-01-05") && !DATE.test("2024-01-05 00:00"), true);
  assertEquals(TIMESTAMP.test("2024-01-05 13:45:00 Etc/GMT+1"), true);
  for (const text of ["2024-01-05T13:45:00Z", "2024-01-05' OR true"]) {
    assertEquals(TIMESTAMP.test(text), false, text);
  }
});
