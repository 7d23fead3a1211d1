import { assertEquals, assertThrows } from "@std/assert";
import { LakehouseError } from "../../lib/core/errors.ts";
import { valueBefore } from "./rows.ts";

const column = (type: string, initial?: unknown) => ({
  ...{ id: 1, name: "w", type, required: false },
  ...initial !== undefined && { "initial-default": initial },
});

Deno.test("valueBefore() is a column's default, and null for one that has none", () => {
  assertEquals(valueBefore(column("int")), null);
  assertEquals(valueBefore(column("int", 7)), 7);
  assertEquals(valueBefore(column("long", 7)), 7n);
  assertEquals(valueBefore(column("string", "a")), "a");
  assertEquals(valueBefore({ id: 2147483546 }), null);
});

Deno.test("valueBefore() names a default that it cannot read", () => {
  assertThrows(
    () => valueBefore(column("date", "2024-01-01")),
    LakehouseError,
    'Cannot read the column "w" without an engine',
  );
});
