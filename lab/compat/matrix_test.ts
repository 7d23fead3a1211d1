import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import type { Answer } from "./answer.ts";
import type {
  Capability,
  Difference,
  EngineName,
  NotOffered,
} from "./capability.ts";
import { type CompatEngine, EngineError } from "./engine.ts";
import { runMatrix } from "./matrix.ts";
import type { Cell } from "./result.ts";

type Answering = (
  statement: string,
  signal: AbortSignal,
) => Answer | Promise<Answer>;

function engine(name: EngineName, run: Answering): CompatEngine {
  return {
    ...{ name, title: name, version: "1" },
    tableName: (namespace, table) => `${name}.${namespace}.${table}`,
    namespaceName: (namespace) => `${name}.${namespace}`,
    readStatement: (table, columns) => `read ${columns} of ${table}`,
    run: async (statement, signal) => await run(statement, signal),
    close: () => Promise.resolve(),
  };
}

const COUNT: Capability = {
  ...{ id: "count", group: "rows", name: "Count" },
  sql: "SELECT count(*) FROM {t}",
  expect: [[3]],
};

async function cellsOf(
  capability: Capability,
  engines: CompatEngine[],
  options: { limitMs?: number; signal?: AbortSignal } = {},
) {
  const { capabilities: [row], errors } = await runMatrix(
    [capability],
    engines,
    {
      namespaceOf: (name) => `ns_${name}`,
      signal: new AbortController().signal,
      ...options,
    },
  );
  return { cells: row!.cells as Record<string, Cell | null>, errors };
}

Deno.test("a cell works when the answer is the expected one, to the last value", async () => {
  const { cells } = await cellsOf(COUNT, [
    engine("trino", () => [[3n]]),
    engine("duckdb", () => [[4]]),
  ]);
  assertEquals(cells.trino?.verdict, "works");
  assertEquals(
    cells.trino?.steps[0]?.text,
    "SELECT count(*) FROM trino.ns_trino.t_count",
  );
  assertEquals(cells.duckdb?.verdict, "fails");
  assertEquals(cells.duckdb?.reason, "expected 3; came 4");
});

Deno.test("a known other answer is a difference, and said", async () => {
  const capability: Capability = {
    ...COUNT,
    differs: [{ answer: [["3 rows"]], says: "it counts in words" }],
  };
  const { cells } = await cellsOf(capability, [
    engine("trino", () => [["3 rows"]]),
  ]);
  assertEquals(cells.trino?.verdict, "differs");
  assertEquals(cells.trino?.reason, "it counts in words");
});

Deno.test("what the catalog does not list, or an engine says it lacks, is not offered", async () => {
  const refuse = (message: string) => () => {
    throw new EngineError(message);
  };
  const capability: Capability = {
    ...COUNT,
    refused: { duckdb: /not implemented/i },
  };
  const { cells, errors } = await cellsOf(capability, [
    engine("trino", refuse("Server does not support endpoint: POST /v1/views")),
    engine("duckdb", refuse("Not implemented: count\nmore")),
    engine("spark-3.5", refuse("Table not found\n\tat a stack")),
  ]);
  assertEquals(cells.trino?.verdict, "not offered");
  assertEquals(cells.trino?.reason, "the catalog does not list POST /v1/views");
  assertEquals(cells.duckdb?.verdict, "not offered");
  assertEquals(cells["spark-3.5"]?.verdict, "fails");
  assertEquals(cells["spark-3.5"]?.reason, "Table not found");
  assertEquals(errors, []);
});

Deno.test("a fault of this program is an error of the run, no verdict", async () => {
  const { cells, errors } = await cellsOf(COUNT, [
    engine("trino", () => {
      throw new TypeError("undefined is not a function");
    }),
    engine("duckdb", () => [[3]]),
  ]);
  assertEquals(cells.trino, null);
  assertEquals(cells.duckdb?.verdict, "works");
  assertEquals(errors.map(({ engine }) => engine), ["trino"]);
  assertStringIncludes(errors[0]!.message, "undefined is not a function");
});

Deno.test("a probe that hangs ends at its limit, and the others go on", async () => {
  const { cells } = await cellsOf(COUNT, [
    engine("trino", () => new Promise(() => {})),
    engine("duckdb", () => [[3]]),
  ], { limitMs: 50 });
  assertEquals(cells.trino?.verdict, "fails");
  assertEquals(cells.trino?.reason, "no answer within 0.05 s");
  assertEquals(cells.duckdb?.verdict, "works");
});

Deno.test("a stop ends the run with the signal's reason", async () => {
  const stop = new AbortController();
  const run = cellsOf(COUNT, [
    engine("trino", () => new Promise(() => {})),
    engine("duckdb", () => [[3]]),
  ], { signal: stop.signal });
  setTimeout(() => stop.abort(new Error("stopped")), 20);
  await assertRejects(() => run, Error, "stopped");
});

Deno.test("engines that only read look at the table of one that works", async () => {
  const capability: Capability = { ...COUNT, read: ["id"], expect: [[1], [2]] };
  const { cells } = await cellsOf(capability, [
    engine("typescript", (statement) => {
      assertEquals(statement, "read id of typescript.ns_trino.t_count");
      return [[1], [2]];
    }),
    engine("spark-3.5", () => [[1]]),
    engine("trino", () => [[1], [2]]),
  ]);
  assertEquals(cells.typescript?.verdict, "works");
  assertEquals(cells["spark-3.5"]?.verdict, "fails");
});

Deno.test("with one writer the others read what it wrote, or are told that nobody did", async () => {
  const capability: Capability = {
    ...COUNT,
    ...{ writer: "trino", read: ["id"], expect: [[1]] },
  };
  const reading = (answer: Answer) => (statement: string) => {
    if (statement.startsWith("SELECT")) throw new EngineError("no count");
    return answer;
  };
  const { cells } = await cellsOf(capability, [
    engine("trino", reading([[1]])),
    engine("duckdb", reading([[1]])),
  ]);
  assertEquals(cells.trino?.reason, "no count");
  assertEquals(cells.duckdb?.verdict, "not offered");
  assertEquals(cells.duckdb?.reason, "no engine here wrote such a table");
});

Deno.test("a call may explain its answer, or say that there is no such thing", async () => {
  const calling = async (came: Answer | Difference | NotOffered) => {
    const { cells } = await cellsOf(
      { ...COUNT, engines: { typescript: () => Promise.resolve(came) } },
      [engine("typescript", () => [])],
    );
    const { verdict, reason } = cells.typescript!;
    return [verdict, reason];
  };
  const says = "it counts from 0";
  assertEquals(await calling([[3]]), ["works", undefined]);
  assertEquals(await calling({ answer: [[3]], says }), ["works", undefined]);
  assertEquals(await calling({ answer: [[2]], says }), ["differs", says]);
  assertEquals(await calling({ not: "no numbers" }), [
    "not offered",
    "no numbers",
  ]);
  assertEquals(await calling([[2]]), ["fails", "expected 3; came 2"]);
});
