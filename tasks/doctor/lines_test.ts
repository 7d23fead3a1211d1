import { assertEquals } from "@std/assert";
import type { CheckResult, Outcome } from "./check.ts";
import { isHealthy, resultText, summaryText } from "./lines.ts";

const result = (outcome: Outcome): CheckResult => ({
  name: "disk",
  group: "machine",
  ms: 1,
  ...outcome,
});
const passed = result({ status: "passed", text: "80 GB free" });
const warning = result({ status: "warning", text: "4 GB", next: "free some" });
const failed = result({ status: "failed", text: "0 B", next: "free some" });
const skipped = result({ status: "skipped", text: "no disk" });

Deno.test("resultText() puts what mends it on a line of its own", () => {
  assertEquals(resultText(passed), "✓ disk             80 GB free");
  assertEquals(
    resultText(warning),
    "! disk             4 GB\n    Next: free some",
  );
  assertEquals(resultText(skipped), "– disk             no disk");
});

Deno.test("resultText() keeps a cause of several lines on one", () => {
  const text = resultText(result({ status: "passed", text: "a\n  b\n" }));
  assertEquals(text, "✓ disk             a b ");
});

Deno.test("isHealthy() forgives warnings and what does not apply", () => {
  assertEquals(isHealthy([passed, warning, skipped]), true);
  assertEquals(isHealthy([passed, failed]), false);
});

Deno.test("summaryText() counts what there was", () => {
  assertEquals(
    summaryText([passed, passed, failed, skipped], 2_310),
    "4 checks in 2.3 s: 2 ✓  1 ✗  1 –",
  );
});
