import { assertEquals } from "@std/assert";
import type { EngineName } from "./capability.ts";
import type { CapabilityResult, Verdict } from "./result.ts";
import {
  compareResults,
  countVerdicts,
  groupsOf,
  scoreText,
  worse,
} from "./result.ts";

function row(
  id: string,
  verdicts: Partial<Record<EngineName, Verdict | null>>,
  group: CapabilityResult["group"] = "rows",
): CapabilityResult {
  const cells = Object.fromEntries(
    Object.entries(verdicts).map(([engine, verdict]) => [
      engine,
      verdict && { verdict, steps: [], seconds: 0 },
    ]),
  );
  return { id, group, name: id, cells };
}

const result = (...capabilities: CapabilityResult[]) => ({ capabilities });

Deno.test("scoreText() counts what works of what was asked, not what nobody offers", () => {
  const rows = [
    row("a", { trino: "works", duckdb: "not offered" }),
    row("b", { trino: "differs" }),
    row("c", { trino: "fails" }),
    row("d", { trino: null }),
    row("e", { trino: "not offered" }),
  ];
  assertEquals(scoreText(rows, "trino"), "2 of 3");
  assertEquals(scoreText(rows, "duckdb"), "–");
  assertEquals(countVerdicts(rows.map(({ cells }) => cells.trino)), {
    ...{ works: 1, differs: 1, fails: 1, "not offered": 1 },
  });
});

Deno.test("groupsOf() keeps the order of the groups, and leaves out those without rows", () => {
  const groups = groupsOf(result(
    row("a", {}, "across"),
    row("b", {}, "catalog"),
  ));
  assertEquals(groups.map(({ title }) => title), ["Catalog", "Across engines"]);
});

Deno.test("compareResults() names each cell that differs, new and gone ones too", () => {
  const before = result(
    row("same", { trino: "works" }),
    row("broke", { trino: "works" }),
    row("mended", { trino: "fails" }),
    row("gone", { trino: "works" }),
  );
  const after = result(
    row("same", { trino: "works" }),
    row("broke", { trino: "fails" }),
    row("mended", { trino: "works" }),
    row("new", { trino: "fails" }),
  );
  const changes = compareResults(before, after);
  assertEquals(changes.map(({ id, before, after }) => [id, before, after]), [
    ["broke", "works", "fails"],
    ["mended", "fails", "works"],
    ["new", undefined, "fails"],
    ["gone", "works", undefined],
  ]);
  assertEquals(worse(changes).map(({ id }) => id), ["broke", "gone"]);
});

Deno.test("worse() takes a cell without a verdict for worse than one that fails", () => {
  const changes = compareResults(
    result(row("a", { trino: "fails" })),
    result(row("a", { trino: null })),
  );
  assertEquals(worse(changes).length, 1);
});
