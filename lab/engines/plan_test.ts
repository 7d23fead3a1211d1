import { assertEquals } from "@std/assert";
import { scansOf } from "./plan.ts";

const exactly = (value: string) => ({ value, bound: "EXACTLY" });
const one = (value: string) => ({ low: exactly(value), high: exactly(value) });

function scan(ranges: object[], nullsAllowed: boolean, cost: object): string {
  return JSON.stringify({
    inputTableColumnInfos: [{
      table: { catalog: "c", schemaTable: { schema: "s", table: "t" } },
      constraint: {
        columnConstraints: [{
          columnName: "a",
          domain: { nullsAllowed, ranges },
        }],
      },
      estimate: cost,
    }],
  });
}

Deno.test("scansOf() reads tables, conditions and sizes", () => {
  const cost = { outputRowCount: 12.5, outputSizeInBytes: "NaN" };
  assertEquals(scansOf(scan([one("Cash"), one("Card")], true, cost)), [{
    table: "c.s.t",
    conditions: { a: "Cash or Card or null" },
    rows: 12.5,
    bytes: undefined,
  }]);
});

Deno.test("scansOf() says ranges with their bounds, a few of many", () => {
  const conditions = (...ranges: object[]) =>
    scansOf(scan(ranges, false, {}))[0]!.conditions.a;
  const above = {
    low: { value: "1", bound: "ABOVE" },
    high: { bound: "BELOW" },
  };
  const between = { low: exactly("1"), high: { value: "5", bound: "BELOW" } };
  const most = { low: { bound: "ABOVE" }, high: exactly("5") };
  assertEquals(conditions(above), "> 1");
  assertEquals(conditions(between), "≥ 1 and < 5");
  assertEquals(conditions(most), "≤ 5");
  assertEquals(
    conditions(...["1", "2", "3", "4", "5"].map(one)),
    "1 or 2 or 3 or 2 more",
  );
});

Deno.test("scansOf() of a statement that reads nothing is empty", () => {
  assertEquals(scansOf("{}"), []);
  assertEquals(scansOf('{"inputTableColumnInfos": []}'), []);
});
