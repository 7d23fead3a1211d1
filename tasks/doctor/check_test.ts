import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { LakehouseError } from "../../lib/core/errors.ts";
import {
  type Check,
  type CheckResult,
  failureOf,
  type Outcome,
  redact,
  runChecks,
} from "./check.ts";

const passed: Outcome = { status: "passed", text: "fine" };
const failed: Outcome = { status: "failed", text: "broken", next: "mend it" };

function check(
  name: string,
  outcome: Outcome | (() => Promise<Outcome>),
  more: Partial<Check> = {},
): Check {
  const run = typeof outcome === "function"
    ? outcome
    : () => Promise.resolve(outcome);
  return { name, group: "test", run, ...more };
}

const after = (ms: number) =>
  new Promise<Outcome>((resolve) => setTimeout(() => resolve(passed), ms));

Deno.test("runChecks() runs side by side and tells in the order of the checks", async () => {
  const told: string[] = [];
  const started = performance.now();
  await runChecks([
    check("slow", () => after(150)),
    check("quick", passed),
    check("slow too", () => after(150)),
  ], { onResult: ({ name }) => told.push(name) });
  assertEquals(told, ["slow", "quick", "slow too"]);
  assert(performance.now() - started < 280);
});

Deno.test("runChecks() tells a result before later checks have ended", async () => {
  let isOver = false;
  const first = Promise.withResolvers<CheckResult>();
  const all = runChecks([
    check("quick", passed),
    check("slow", async () => {
      const result = await after(100);
      isOver = true;
      return result;
    }),
  ], { onResult: first.resolve });
  assertEquals((await first.promise).name, "quick");
  assertEquals(isOver, false);
  await all;
});

Deno.test("runChecks() skips what needs a failed check, and names the root of it", async () => {
  const [, second, third, fourth] = await runChecks([
    check("a", { ...failed, effect: "Trino is down" }),
    check("b", passed, { needs: ["a"] }),
    check("c", passed, { needs: ["b"] }),
    check("d", passed),
  ]);
  for (const result of [second, third]) {
    assertEquals(result?.status, "skipped");
    assertEquals(result?.text, "because Trino is down");
  }
  assertEquals(fourth?.status, "passed");
});

Deno.test("runChecks() runs what needs a check that does not apply", async () => {
  const [, plain, , blocked] = await runChecks([
    check("health", { status: "skipped", text: "there is none" }),
    check("store", passed, { needs: ["health"] }),
    check("table", { status: "skipped", text: "none", effect: "none yet" }),
    check("rows", passed, { needs: ["table"] }),
  ]);
  assertEquals(plain?.status, "passed");
  assertEquals(blocked?.text, "because none yet");
});

Deno.test("runChecks() ends a check at its time limit", async () => {
  let wasAborted = false;
  const [result, own] = await runChecks([
    check("hangs", () => new Promise(() => {}), { limitMs: 50 }),
    {
      name: "hangs too",
      group: "test",
      limitMs: 50,
      late: failed,
      run: (signal) =>
        new Promise(() => {
          signal.onabort = () => wasAborted = true;
        }),
    },
  ]);
  assertEquals(result?.status, "failed");
  assertStringIncludes(result!.text, "no answer within");
  assertEquals(own?.text, "broken");
  assert(wasAborted);
});

Deno.test("runChecks() takes what a check throws as its failure", async () => {
  const [known, unknown] = await runChecks([
    check("known", () => {
      const error = { what: "Cannot list", why: "it is shut", next: "open it" };
      return Promise.reject(new LakehouseError(error));
    }),
    check("unknown", () => Promise.reject(new TypeError("undefined is not"))),
  ]);
  assertEquals(known?.text, "Cannot list: it is shut");
  assertEquals(known?.status === "failed" && known.next, "open it");
  assertEquals(unknown?.text, "undefined is not");
});

Deno.test("runChecks() ends with the reason of the signal", async () => {
  const controller = new AbortController();
  setTimeout(() => controller.abort(new Error("stopped by the test")), 20);
  const hangs = check("hangs", () => new Promise<Outcome>(() => {}));
  await assertRejects(
    () => runChecks([hangs], { signal: controller.signal }),
    Error,
    "stopped by the test",
  );
});

Deno.test("runChecks() refuses a need that does not stand before", async () => {
  await assertRejects(
    () => runChecks([check("a", passed, { needs: ["b"] }), check("b", passed)]),
    Error,
    '"a" needs "b"',
  );
});

Deno.test("runChecks() takes secrets out of every text", async () => {
  const secrets = ["s3cret/key+1"];
  const results = await runChecks([
    check("a", {
      status: "failed",
      text: "refused s3cret/key+1",
      next: "curl -u me:s3cret%2Fkey%2B1",
      effect: "s3cret/key+1",
    }),
    check("b", passed, { needs: ["a"] }),
  ], { secrets });
  const text = JSON.stringify(results);
  assert(!text.includes("s3cret"), text);
  assertStringIncludes(text, "refused ***");
});

Deno.test("redact() takes passwords out of addresses, and leaves short words", () => {
  assertEquals(
    redact("http://me:pass@store:9000/a", ["store"]),
    "http://***@store:9000/a",
  );
});

Deno.test("failureOf() does not send the reader to the doctor", () => {
  const error = new LakehouseError({
    what: "Cannot ask",
    next: "deno task up, or deno task doctor when it is up",
  });
  const outcome = failureOf(error, "it is down");
  assertEquals(outcome, {
    effect: "it is down",
    status: "failed",
    text: "Cannot ask",
    next: "deno task up",
  });
});
