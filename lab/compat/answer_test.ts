import { assert, assertEquals } from "@std/assert";
import { answerText, canonicalAnswer, sameAnswer } from "./answer.ts";

Deno.test("sameAnswer() takes one value in the notations of several engines", () => {
  const spark = [[1n, "2024-01-01 00:00:00", "1.50", new Uint8Array([0, 255])]];
  const trino = [[1, "2024-01-01T00:00:00.000000", "1.5", "00ff"]];
  assert(sameAnswer(spark, trino));
});

Deno.test("sameAnswer() tells apart what differs in the last digit, in zone, order or null", () => {
  const differ: [unknown, unknown][] = [
    [
      "12345678901234567890.123456789012345678",
      "12345678901234567890.123456789012345677",
    ],
    ["2024-01-01 00:00:00.000001", "2024-01-01 00:00:00"],
    ["2024-01-01 00:00:00 UTC", "2024-01-01 00:00:00"],
    [null, ""],
    [0, null],
    [-0, 0],
    [NaN, null],
    [[1, null], [1]],
    [{ a: 1, b: 2 }, { b: 2, a: 1 }],
  ];
  for (const [one, other] of differ) {
    assert(!sameAnswer([[one]], [[other]]), `${one} and ${other}`);
  }
  assert(!sameAnswer([[1], [2]], [[2], [1]]));
});

Deno.test("answerText() is short, and says when there are no rows", () => {
  assertEquals(answerText([]), "no rows");
  assertEquals(answerText([[1, "a"], [null, true]]), "1, a; null, true");
  assertEquals(answerText([["x".repeat(500)]]).length, 160);
});

Deno.test("canonicalAnswer() keeps names of fields and keys of maps that are no texts", () => {
  assertEquals(canonicalAnswer([[{ a: 1 }, new Map([[1, "b"]])]]), [
    [[["a", "1"]], [["1", "b"]]],
  ]);
});
