import { assertEquals, assertStringIncludes } from "@std/assert";
import { DISPLAY } from "../../../lib/core/kernel.ts";
import { type Table, toTable } from "../../../lib/catalog/tables.ts";
import { historyChart, tableHistory } from "./history.ts";

/** A table whose snapshots are `[id, parent, rows]`, committed in this order. */
function withHistory(
  snapshots: [number, number | null, number, number?][],
  refs: Record<string, { type: string; "snapshot-id": number }>,
): Table {
  return toTable("lab", "trips", {
    metadata: {
      "table-uuid": "u",
      location: "s3://lake/lab/trips",
      "format-version": 2,
      "current-schema-id": 0,
      schemas: [{ "schema-id": 0, fields: [] }],
      "current-snapshot-id": refs.main?.["snapshot-id"] ?? -1,
      refs,
      snapshots: snapshots.map(([id, parent, rows, deletes = 0], index) => ({
        "snapshot-id": id,
        "parent-snapshot-id": parent,
        "sequence-number": index + 1,
        // The second writer's clock is late.
        "timestamp-ms": 1_700_000_000_000 - (index % 2) * 5_000,
        summary: {
          operation: "append",
          "total-records": String(rows),
          "total-position-deletes": String(deletes),
        },
      })),
    },
  });
}

const FORKED = withHistory(
  [[10, null, 100], [20, 10, 200], [30, 20, 50, 10], [40, 20, 300], [
    50,
    20,
    250,
  ]],
  {
    main: { type: "branch", "snapshot-id": 40 },
    audit: { type: "branch", "snapshot-id": 50 },
    first: { type: "tag", "snapshot-id": 10 },
  },
);

Deno.test("tableHistory() tells what led to the table, what is named, and what is left", () => {
  const history = tableHistory(FORKED);
  assertEquals(
    history.map(({ snapshot, rows, reach, names }) => [
      snapshot.id,
      rows,
      reach,
      names.join(),
    ]),
    [
      [10n, 100, "main", "first"],
      [20n, 200, "main", ""],
      [30n, 40, "left", ""],
      [40n, 300, "main", "main"],
      [50n, 250, "named", "audit"],
    ],
  );
  assertEquals(history.map(({ place }) => place), [1, 2, 3, 4, 5]);
});

Deno.test("tableHistory() ends where parents have expired, and takes an empty table", () => {
  const table = withHistory([[40, 20, 300]], {
    main: { type: "branch", "snapshot-id": 40 },
  });
  assertEquals(tableHistory(table).map(({ reach }) => reach), ["main"]);
  assertEquals(tableHistory(withHistory([], {})), []);
});

Deno.test("historyChart() names branches and tags, in the drawing and as text", () => {
  const data = historyChart(FORKED, { title: "A fork" })[DISPLAY]();
  const svg = new TextDecoder().decode(
    Uint8Array.fromBase64(data["text/html"]!.match(/base64,([^"]+)"/)![1]!),
  );
  for (const text of [">first<", ">main<", ">audit<", ">A fork<"]) {
    assertStringIncludes(svg, text);
  }
  assertEquals(data["text/plain"]!.split("\n").slice(0, 2), [
    "A fork",
    "10 · append · 100 rows · on main · first",
  ]);
  const empty = historyChart(withHistory([], {}))[DISPLAY]();
  assertStringIncludes(empty["text/plain"]!, "lab.trips");
});

Deno.test("historyChart() of thousands of snapshots draws the last ones, and says so", () => {
  const many = withHistory(
    Array.from({ length: 5_000 }, (_, n) => [n + 1, n || null, n]),
    { main: { type: "branch", "snapshot-id": 5_000 } },
  );
  assertEquals(tableHistory(many).length, 5_000);
  const { "text/html": html = "", "text/plain": text = "" } = historyChart(many)
    [DISPLAY]();
  const [, first = ""] = text.split("\n");
  assertStringIncludes(first, "4501 · append");
  assertStringIncludes(text, "\n5000 · append");
  assertEquals(html.length < 500_000 && text.length < 50_000, true);
});
