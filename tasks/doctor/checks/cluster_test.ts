import { assertEquals } from "@std/assert";
import { nodesVerdict, type TrinoNode } from "./cluster.ts";

const verdict = (...changes: Partial<TrinoNode>[]) => {
  const leader = { version: "483", isCoordinator: true, state: "active" };
  const { status, text } = nodesVerdict([
    leader,
    ...changes.map((each) => ({ ...leader, isCoordinator: false, ...each })),
  ]);
  return `${status}: ${text}`;
};

Deno.test("nodesVerdict() counts workers, and tells what makes them unlike", () => {
  assertEquals(verdict(), "passed: one server, which coordinates and works");
  assertEquals(verdict({}), "passed: a coordinator and 1 worker");
  assertEquals(verdict({}, {}), "passed: a coordinator and 2 workers");
  assertEquals(
    verdict({}, { version: "481" }),
    "warning: a coordinator and 2 workers, of different versions: 481, 483",
  );
  assertEquals(
    verdict({}, { state: "shutting_down" }),
    "warning: a coordinator and 1 worker; 1 not active",
  );
});
