import { assertEquals, assertStringIncludes } from "@std/assert";
import { DISPLAY } from "../../lib/core/kernel.ts";
import { type Attempt, Ledger } from "./ledger.ts";

const attempt = (
  outcome: Attempt["outcome"],
  startMs: number,
  endMs: number,
): Attempt => ({ outcome, startMs, endMs });

const ledger = new Ledger([
  {
    writer: "Trino",
    job: "b",
    attempts: [attempt("conflict", 0, 500), attempt("committed", 600, 1_600)],
  },
  { writer: "Spark", job: "a", attempts: [attempt("committed", 0, 2_000)] },
  {
    writer: "Trino",
    job: "c",
    attempts: [attempt("failed", 1_700, 1_800)],
    error: new Error("the network is down"),
  },
]);

Deno.test("a ledger tells what is committed, refused and given up", () => {
  assertEquals(ledger.committed, ["b", "a"]);
  assertEquals(ledger.conflicts, 1);
  assertEquals(ledger.failed.map(({ job }) => job), ["c"]);
});

Deno.test("a ledger shows itself as a row for each writer", () => {
  const text = ledger[DISPLAY]()["text/plain"] as string;
  assertEquals(
    text.split("\n").map((line) => line.replaceAll(/ {2,}/g, " | ")),
    [
      "writer | committed | conflicts, tried again | given up | mean time of a try",
      text.split("\n")[1]!.replaceAll(/ {2,}/g, " | "),
      "Spark | 1 | 0 | 0 | 2 s",
      "Trino | 1 | 1 | 1 | 533 ms",
      "2 commits, 1 conflict, 1 job given up: the network is down",
    ],
  );
});

Deno.test("the chart of a ledger has a bar for each try, and names only what happened", () => {
  const html = (chart: { [DISPLAY]: () => Record<string, unknown> }) => {
    const [, data = ""] = (chart[DISPLAY]()["text/html"] as string)
      .match(/base64,([^"]+)"/) ?? [];
    return new TextDecoder().decode(Uint8Array.fromBase64(data));
  };
  const svg = html(ledger.toChart("Who was first"));
  assertStringIncludes(svg, "Who was first");
  const bars = svg.match(/<g aria-label="bar">(.*?)<\/g>/s)?.[1] ?? "";
  assertEquals(bars.match(/<rect/g)?.length, 4);
  assertStringIncludes(svg, "conflict");
  const calm = new Ledger(ledger.entries.slice(1, 2)).toChart("Alone");
  assertEquals(html(calm).includes("conflict"), false);
});
